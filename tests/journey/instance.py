"""mastodon-mock as a process of its own: somebody else's server, looked at and used by others through its API only."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from socialq import clock
from tests.cli.desk import closed_port
from tests.workers.installation import PATIENCE, until

BLOEM, TAART = "mock_token", "taart_token"  # @bloem and @taart, two accounts of a client
FANS = ("nadia_token", "stan_token", "omar_token", "mila_token")
POLL = 0.05


@dataclass(frozen=True)
class Arrived:
    """A post as the server has it; `late` seconds lie between its promised time and the first look that showed it."""

    remote_id: str
    text: str
    alts: list[str]
    created_at: datetime
    late: float


class Instance:
    """The server as its other users see it. What has been looked at once is not new again, so a second copy is."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.seen: set[str] = set()
        self.client = httpx.Client(base_url=url, trust_env=False, timeout=20)

    def ask(self, token: str, method: str, path: str, **form: str) -> Any:
        """The JSON of an answer that must be 200."""
        headers = {"Authorization": f"Bearer {token}"}
        answer = self.client.request(method, f"/api/v1/{path}", headers=headers, data=form or None)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def me(self, token: str) -> str:
        return str(self.ask(token, "GET", "accounts/verify_credentials")["id"])

    def posts(self, token: str) -> list[Any]:
        """What is public of that account, newest first."""
        found: list[Any] = self.ask(token, "GET", f"accounts/{self.me(token)}/statuses")
        return found

    def answers(self) -> bool:
        try:
            return self.client.get("/api/v2/instance").is_success
        except httpx.TransportError:
            return False

    def await_posts(self, promised: Mapping[str, Sequence[datetime]]) -> dict[str, list[Arrived]]:
        """Looks every 50 ms until each account has as many new posts as it has times; in the order in which they came."""
        last = max(at for times in promised.values() for at in times)
        paths = {token: f"accounts/{self.me(token)}/statuses" for token in promised}
        found: dict[str, list[Arrived]] = {token: [] for token in promised}
        while any(len(found[token]) < len(times) for token, times in promised.items()):
            for token, times in promised.items():
                for status in self._new(token, paths[token]):
                    found[token].append(self._arrived(token, status, times[len(found[token])]))
            assert (clock.host_now() - last).total_seconds() < PATIENCE, f"not all came: {found}"
            clock.sleep(POLL)
        return found

    def _new(self, token: str, path: str) -> list[Any]:
        """Oldest first."""
        new = [one for one in reversed(self.ask(token, "GET", path)) if one["id"] not in self.seen]
        self.seen |= {one["id"] for one in new}
        return new

    def _arrived(self, token: str, status: Any, at: datetime) -> Arrived:
        late = (clock.host_now() - at).total_seconds()
        text = self.ask(token, "GET", f"statuses/{status['id']}/source")["text"]
        alts = [one["description"] for one in status["media_attachments"]]
        return Arrived(status["id"], text, alts, datetime.fromisoformat(status["created_at"]), late)


@contextmanager
def instance(folder: Path) -> Iterator[Instance]:
    """A server with two accounts of a client and some who like what they read."""
    people = "".join(
        f'[[seed.accounts]]\nusername = "{"bloem" if token == BLOEM else token.removesuffix("_token")}"\n'
        f'access_token = "{token}"\n'
        for token in (BLOEM, TAART, *FANS)
    )
    (folder / "people.toml").write_text(people)
    port = str(closed_port())
    words = ["serve", "--config", str(folder / "people.toml"), "--in-memory", "--host", "127.0.0.1", "--port", port]
    with (folder / "instance.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "mastodon_mock", *words, "--log-level", "warning"],
            cwd=folder, env=_clean(), stdout=log, stderr=log,
        )  # fmt: skip
    made = Instance(f"http://127.0.0.1:{port}")
    try:
        until(made.answers)
        yield made
    finally:
        made.client.close()
        process.kill()
        process.wait()


def _clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("SOCIALQ_")}
