"""One installation under fault: its own database, Redis and processes, and Mastodon servers that count every copy."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from socialq import clock
from socialq.db import now
from socialq.domain.message import fingerprint
from socialq.models import Channel, Client, Delivery, Media, Post, Revision, RevisionChannel, RevisionMedia, Worker
from socialq.settings import Settings
from socialq.wiring import Parts, open_parts
from tests.networks.fake_mastodon import TOKEN, FakeMastodon

ROOT = Path(__file__).parents[2]
POSTGRES = os.environ.get("SOCIALQ_TEST_POSTGRES_URL") or "postgresql+psycopg://postgres@127.0.0.1:5432/test"
SHRINK = 1 / 12  # of all times, so that their inequalities stay as shipped
SHRUNKEN = "start hard record lease quarantine gap rering backoff read_limit upload network_acts network_lags heartbeat ping_every"
PATIENCE = 90.0  # seconds until what is not settled counts as lost
AHEAD = 2.0
MIGRATING = threading.Lock()  # Alembic keeps its context in a global


class Forgetful(dict[str, Any]):
    """A server that honours no Idempotency-Key: every request makes a copy, so every copy is counted."""

    def __contains__(self, key: object) -> bool:
        return False


@dataclass
class Outside:
    """A Redis server of the row's own."""

    folder: Path
    program: str
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.folder / 'redis.sock'}"

    def start(self) -> None:
        words = ["--port", "0", "--unixsocket", str(self.folder / "redis.sock"), "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen([self.program, *words, "--dir", str(self.folder)], stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()


@dataclass
class World:
    """What a row has to work with. `environment` reaches the worker processes (see injected.py)."""

    parts: Parts
    folder: Path
    redis: Outside
    peers: list[FakeMastodon] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    channels: list[tuple[int, int]] = field(default_factory=list)  # client id, channel id

    def peer(self, channels: int = 1, url: Callable[[FakeMastodon], str] = lambda peer: peer.url) -> FakeMastodon:
        """A server with so many clients' channels; `url` is how the workers reach it."""
        peer = FakeMastodon().start()
        peer.instance.keys = Forgetful()
        self.peers.append(peer)
        with self.parts.db.begin() as session:
            for _ in range(channels):
                name = f"client {len(self.channels) + 1}"
                client = Client(
                    name=name, timezone="Europe/Amsterdam", language="nl", approval_needed=False, lateness_limit=600,
                    created_at=now(session),
                )  # fmt: skip
                session.add(client)
                session.flush()
                channel = Channel(
                    client_id=client.id, network="mastodon", server=url(peer), remote_id="1", handle="vera", created_at=now(session)
                )  # fmt: skip
                session.add(channel)
                session.flush()
                channel.credentials = self.parts.secrets.seal(channel.owner, {"access_token": TOKEN})
                self.channels.append((client.id, channel.id))
        return peer

    def schedule(self, each: int, ahead: float = AHEAD, word: str = "", picture: bool = False) -> None:
        """So many posts on every channel, each text once, all due at the same moment."""
        with self.parts.db.begin() as session:
            at = now(session) + timedelta(seconds=ahead)
            for client_id, channel_id in self.channels:
                media = self._picture(session, client_id) if picture else None
                for number in range(each):
                    body = f"{word} {secrets.token_hex(8)} nummer {number} van kanaal {channel_id}".strip()
                    self._post(session, client_id, channel_id, at, body, media)

    def _picture(self, session: Session, client_id: int) -> Media:
        name = f"{secrets.token_hex(8)}.png"
        Image.new("RGB", (8, 8), "teal").save(self.parts.media / name)
        media = Media(
            client_id=client_id, name=name, media_type="image/png", width=8, height=8, size=99, sha256=name, created_at=now(session)
        )  # fmt: skip
        session.add(media)
        session.flush()
        return media

    def _post(
        self, session: Session, client_id: int, channel_id: int, at: datetime, body: str, media: Media | None
    ) -> None:
        moment = now(session)
        post = Post(client_id=client_id, state="draft", created_by="faults", created_at=moment)
        session.add(post)
        session.flush()
        revision = Revision(post_id=post.id, number=1, text=body, created_by="faults", created_at=moment)
        revision.channels = [RevisionChannel(channel_id=channel_id)]
        revision.media = [RevisionMedia(position=0, media_id=media.id, alt="Een vlak")] if media else []
        session.add(revision)
        session.flush()
        post.revision_id, post.state, post.scheduled_at = revision.id, "scheduled", at
        limits = {"deadline_at": at + timedelta(seconds=600), "prepare_at": at - timedelta(seconds=900)}
        session.add(
            Delivery(post_id=post.id, revision_id=revision.id, channel_id=channel_id, fingerprint=fingerprint(body, []),
                     scheduled_at=at, due_at=at, created_at=moment, **limits)
        )  # fmt: skip

    def run(self, *words: str) -> subprocess.Popen[bytes]:
        """A real `python -m workers …`, its output in the row's folder."""
        with (self.folder / f"{len(self.processes)}-{words[0] if words else 'workers'}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "workers", *words],
                cwd=ROOT,
                env=self._environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def start(self, schedulers: int = 1, workers: int = 1) -> None:
        """Waits until every publish worker has said that it lives."""
        for _ in range(schedulers):
            self.run("scheduler")
        for _ in range(workers):
            self.run()
        query = select(func.count()).where(Worker.role == "publish", Worker.gone_at.is_(None))

        def ready() -> bool:
            with self.parts.db.read() as session:
                return (session.scalar(query) or 0) >= workers

        wait_until(ready, 60, "the workers did not start")

    def _environment(self) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("SOCIALQ_")}
        settings = self.parts.settings
        names = [*SHRUNKEN.split(), "tick", "data_dir", "database_url", "publish_threads", "allow_private_hosts"]
        given = {f"SOCIALQ_{name.upper()}": str(getattr(settings, name)) for name in names}
        inject = {"PYTHONPATH": f"{ROOT / 'tests/faults/inject'}:{ROOT}", "FAULTS_DIR": str(self.folder)}
        return clean | given | {"SOCIALQ_REDIS_URL": self.redis.url} | inject | self.environment

    def end(self) -> None:
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.redis.kill()
        for peer in self.peers:
            peer.stop()
        self.parts.db.dispose()


@contextmanager
def open_world(database: str, redis_program: str) -> Iterator[World]:
    """`database` is "sqlite" or "postgresql". Everything is gone afterwards, unless the row failed: then its folder stays."""
    folder = Path(tempfile.mkdtemp(prefix="socialq-faults-"))
    times = {name: Settings.model_fields[name].default * SHRINK for name in SHRUNKEN.split()}
    with _database(database, folder) as url:
        settings = Settings(
            data_dir=folder / "data", database_url=url, allow_private_hosts=True, publish_threads=16, tick=0.1, **times
        )  # fmt: skip
        with MIGRATING:
            parts = open_parts(settings)
        world = World(parts, folder, Outside(folder, redis_program))
        world.redis.start()
        try:
            yield world
        finally:
            world.end()


def forget(world: World) -> None:
    shutil.rmtree(world.folder, ignore_errors=True)


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'faults.sqlite3'}"
        return
    name = f"socialq_faults_{secrets.token_hex(6)}"
    server = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
    yield make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    server.dispose()


def wait_until(condition: Callable[[], bool], patience: float, complaint: str) -> None:
    ends, pause = clock.boottime() + patience, threading.Event()
    while not condition():
        if clock.boottime() > ends:
            raise TimeoutError(complaint)
        pause.wait(0.1)
