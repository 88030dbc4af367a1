"""Bluesky's own server on loopback, in a process of its own: `make bluesky` installs it, Node runs it."""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from tests.structure.tree import ROOT

MODULES = ROOT / ".venv" / "bluesky" / "node_modules"
PROGRAM = ROOT / "tests" / "tools" / "bluesky_dev.cjs"


@dataclass(frozen=True)
class Pds:
    """`url` is the server's own; accounts on it end in .test."""

    url: str
    port: int
    control: int

    def call(self, procedure: str, token: str = "", **body: object) -> dict[str, str]:
        """One procedure of the server; it must succeed."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = requests.post(f"{self.url}/xrpc/{procedure}", json=body, headers=headers, timeout=10)
        assert answer.status_code == 200, answer.text
        found: dict[str, str] = answer.json()
        return found

    def indexed(self) -> None:
        """Waits until the AppView has read everything that was posted."""
        answer = requests.post(f"http://127.0.0.1:{self.control}/process", timeout=30)
        assert answer.status_code == 200, answer.text

    def app_password(self, handle: str) -> str:
        """A new account, and an app password for it."""
        made = self.call(
            "com.atproto.server.createAccount", handle=handle, email=f"{handle}@example.com", password="its own password"
        )  # fmt: skip
        return self.call("com.atproto.server.createAppPassword", made["accessJwt"], name="socialq")["password"]


def missing() -> str:
    """Why it cannot run on this machine; empty when it can."""
    built = shutil.which("node") and MODULES.is_dir()
    return "" if built else "no Bluesky server: install Node and npm, then run `make bluesky`"


@contextmanager
def running(folder: Path, appview: Mapping[str, str] | None = None) -> Iterator[Pds]:
    """Skips where Node or the server is missing. `folder` takes its log; `appview` names the database and Redis of an AppView."""
    if why := missing():
        pytest.skip(why)
    ports = {f"{name}_PORT": str(free_port()) for name in ("PLC", "PDS", "APPVIEW", "OZONE", "CONTROL")}
    env = os.environ | {"NODE_PATH": str(MODULES), "LOG_ENABLED": "false"} | ports | (appview or {})
    with (folder / "pds.log").open("w") as log:
        process = subprocess.Popen(
            ["node", str(PROGRAM), "full" if appview else "pds"],
            env=env,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=folder,
        )
        assert process.stdout is not None
        try:
            said = next((line for line in process.stdout if line.startswith("READY")), "")
            assert said, (folder / "pds.log").read_text()
            yield Pds(json.loads(said.removeprefix("READY"))["pds"], int(ports["PDS_PORT"]), int(ports["CONTROL_PORT"]))
        finally:
            process.terminate()
            process.communicate(timeout=20)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
