"""A small installation with real processes: settings at a twentieth of the shipped times, its own Redis, rows to publish."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from redis import Redis
from redis.exceptions import RedisError

from socialq import clock
from socialq.db import now
from socialq.domain.message import fingerprint
from socialq.models import Channel, Client, Delivery, Post, Revision, RevisionChannel
from socialq.settings import Settings
from socialq.wiring import Parts
from workers import embedded
from workers.queues import connect

ROOT = Path(__file__).parents[2]
SHRUNKEN = (
    "quarantine", "gap", "backoff", "upload", "network_acts", "network_lags", "heartbeat", "ping_every",
)  # fmt: skip
SHRINK = 1 / 20
LONGER = {
    "start": 5.0,
    "hard": 2.0,
    "record": 5.0,
    "journal_after": 1.0,
    "lease": 15.0,
    "rering": 2.0,
}  # a busy machine needs them
PATIENCE = 60.0
T = TypeVar("T")


def until(ask: Callable[[], T], seconds: float = PATIENCE) -> T:
    """What it answers as soon as that is true; fails when it never is."""
    end = clock.boottime() + seconds
    while not (found := ask()):
        assert clock.boottime() < end, f"never came true: {ask}"
        clock.sleep(0.02)
    return found


def fast(data_dir: Path, database_url: str = "", **more: object) -> Settings:
    """All inequalities stay as shipped."""
    shipped = Settings.model_fields
    times = {name: float(shipped[name].default) * SHRINK for name in SHRUNKEN} | LONGER | {"tick": 0.05}
    return Settings(data_dir=data_dir, database_url=database_url, **(times | more))  # type: ignore[arg-type]


def environment(settings: Settings) -> dict[str, str]:
    """What a process needs to have the same settings."""
    given = {f"SOCIALQ_{name.upper()}": str(getattr(settings, name)) for name in settings.model_fields_set}
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SOCIALQ_")}
    return clean | given | {"PYTHONPATH": str(ROOT)}


@contextmanager
def running(settings: Settings, *words: str, more: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """`python -m workers …`; whatever is left of it and its children is killed at the end."""
    with program(settings, [sys.executable, "-m", "workers", *words], more=more) as process:
        yield process


@contextmanager
def program(
    settings: Settings, argv: list[str], more: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    env = environment(settings) | dict(more or {})
    process = subprocess.Popen(
        argv, cwd=ROOT, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for pid in processes(settings):
            os.kill(pid, signal.SIGKILL)
        assert process.stdout is not None
        process.stdout.close()


def processes(settings: Settings, *parts_of_command: str) -> list[int]:
    """Ids of the living processes of this data folder whose command line holds all those words. They are found by their
    environment; Redis writes its title over its own, which names its socket."""
    folder_name = str(settings.data_dir)
    mark = f"SOCIALQ_DATA_DIR={folder_name}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environ = (folder / "environ").read_bytes().split(b"\0")
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            dead = (folder / "stat").read_text().rsplit(")", 1)[1].split()[0] in "ZX"
        except OSError:
            continue
        ours = mark in environ or f"unixsocket:{folder_name}/" in words
        if not dead and ours and all(part in words for part in parts_of_command):
            found.append(int(folder.name))
    return sorted(pid for pid in found if pid != os.getpid())


class Server:
    """A Redis of the test's own, on a unix socket where the product looks for its embedded one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._path = embedded.socket_path(settings.data_dir)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        embedded.make_folder(self._path)
        command = embedded.command(embedded.program(), self._path)
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        until(self.answers)

    def answers(self) -> bool:
        with connect(self._settings) as redis:
            try:
                return bool(redis.ping())
            except RedisError:
                return False

    def redis(self) -> Redis:
        return connect(self._settings)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def add_channel(parts: Parts, handle: str) -> int:
    """A channel on the practice network, with a client of its own."""
    with parts.db.begin() as session:
        moment = now(session)
        client = Client(
            name=handle, timezone="Europe/Amsterdam", language="nl", approval_needed=False, created_at=moment
        )
        session.add(client)
        session.flush()
        channel = Channel(
            client_id=client.id, network="practice", server=str(parts.settings.data_dir / "practice"), handle=handle,
            remote_id=handle, created_at=moment,
        )  # fmt: skip
        session.add(channel)
        session.flush()
        channel.credentials = parts.secrets.seal(channel.owner, {"access_token": "practice"})
        return channel.id


def schedule(parts: Parts, channel_id: int, text: str, *, ahead: float = 0.0, limit: float = 600.0) -> int:
    """A delivery that is due in `ahead` seconds."""
    with parts.db.begin() as session:
        moment = now(session)
        at = moment + timedelta(seconds=ahead)
        channel = session.get_one(Channel, channel_id)
        post = Post(client_id=channel.client_id, state="draft", created_by="test", created_at=moment)
        session.add(post)
        session.flush()
        revision = Revision(post_id=post.id, number=1, text=text, created_by="test", created_at=moment)
        revision.channels = [RevisionChannel(channel_id=channel_id)]
        session.add(revision)
        session.flush()
        post.revision_id, post.state, post.scheduled_at = revision.id, "scheduled", at
        delivery = Delivery(
            post_id=post.id, revision_id=revision.id, channel_id=channel_id, fingerprint=fingerprint(text, []),
            scheduled_at=at, due_at=at, deadline_at=at + timedelta(seconds=limit), prepare_at=at - timedelta(seconds=900),
            created_at=moment,
        )  # fmt: skip
        session.add(delivery)
        session.flush()
        return delivery.id


def states(parts: Parts) -> dict[int, str]:
    with parts.db.read() as session:
        return {one.id: one.state for one in session.query(Delivery)}
