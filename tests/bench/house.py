"""One installation with the shipped times, real processes and loopback servers, to be measured."""

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import IO

from sqlalchemy import create_engine, func, insert, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from socialq import clock
from socialq.db import now
from socialq.domain.message import fingerprint
from socialq.models import Channel, Client, Delivery, Post, Revision, RevisionChannel, Worker
from socialq.settings import Settings
from socialq.wiring import Parts, open_parts
from workers import embedded

ROOT = Path(__file__).parents[2]
POSTGRES = os.environ.get("SOCIALQ_TEST_POSTGRES_URL") or "postgresql+psycopg://postgres@127.0.0.1:5432/test"
TOKEN = "a-token"
HOSTS = 4  # a worker gives one host a quarter of its threads
AT_ONCE = 500  # rows a statement


@dataclass
class House:
    """Clients with a channel each, spread over the servers; processes by the Procfile's words."""

    parts: Parts
    folder: Path
    servers: list[str]
    started: list[subprocess.Popen[str]] = field(default_factory=list)
    channels: list[tuple[int, int]] = field(default_factory=list)  # client id, channel id

    def furnish(self, channels: int) -> None:
        """So many clients with a Mastodon channel each."""
        with self.parts.db.begin() as session:
            for number in range(channels):
                moment = now(session)
                client = Client(
                    name=f"client {number}", timezone="Europe/Amsterdam", language="nl", approval_needed=False,
                    lateness_limit=7200, created_at=moment,
                )  # fmt: skip
                session.add(client)
                session.flush()
                channel = Channel(
                    client_id=client.id, network="mastodon", server=self.servers[number % len(self.servers)], remote_id="1",
                    handle=f"vera{number}", posts_an_hour=10_000, created_at=moment,
                )  # fmt: skip
                session.add(channel)
                session.flush()
                channel.credentials = self.parts.secrets.seal(channel.owner, {"access_token": TOKEN})
                self.channels.append((client.id, channel.id))

    def schedule(self, moments: list[datetime]) -> None:
        """A post for each moment, channel after channel, each text once."""
        for first in range(0, len(moments), AT_ONCE):
            with self.parts.db.begin() as session:
                for number, at in enumerate(moments[first : first + AT_ONCE], first):
                    self._post(session, *self.channels[number % len(self.channels)], at)

    def _post(self, session: Session, client_id: int, channel_id: int, at: datetime) -> None:
        body, moment = secrets.token_hex(20), now(session)
        made = {"created_by": "bench", "created_at": moment}
        post = session.execute(
            insert(Post).values(client_id=client_id, state="draft", **made).returning(Post.id)
        ).scalar_one()
        revision = session.execute(
            insert(Revision).values(post_id=post, number=1, text=body, **made).returning(Revision.id)
        ).scalar_one()
        session.execute(insert(RevisionChannel).values(revision_id=revision, channel_id=channel_id))
        wanted = {"revision_id": revision, "state": "scheduled", "scheduled_at": at}
        session.execute(update(Post).where(Post.id == post).values(**wanted))
        limits = {"deadline_at": at + timedelta(hours=2), "prepare_at": at - timedelta(minutes=15)}
        session.execute(
            insert(Delivery).values(
                post_id=post, channel_id=channel_id, fingerprint=fingerprint(body, []), due_at=at, created_at=moment, **wanted, **limits
            )
        )  # fmt: skip

    def start(self, workers: int) -> None:
        """A scheduler and so many supervisors; returns when every publish worker has said that it lives."""
        for words in (["scheduler"], *([] for _ in range(workers))):
            self._run("workers", *words)
        query = select(func.count()).where(Worker.role == "publish", Worker.gone_at.is_(None))
        self.wait(lambda session: (session.scalar(query) or 0) >= workers, 60, "the workers did not start")

    def _run(self, module: str, *words: str) -> None:
        log: IO[str] = (self.folder / f"{len(self.started)}.log").open("w")
        clean = {k: v for k, v in os.environ.items() if not k.startswith("SOCIALQ_")}
        names = ("data_dir", "database_url", "redis_url", "allow_private_hosts")
        given = {f"SOCIALQ_{name.upper()}": str(getattr(self.parts.settings, name)) for name in names}
        argv = [sys.executable, "-m", module, *words]
        self.started.append(subprocess.Popen(argv, cwd=ROOT, env=clean | given, stdout=log, stderr=log, text=True))

    def all_out(self, patience: float) -> None:
        """Waits until nothing is scheduled or on its way. Raises TimeoutError."""
        query = select(func.count()).where(Delivery.state != "published")
        self.wait(lambda session: session.scalar(query) == 0, patience, "not everything went out")

    def wait(self, condition: Callable[[Session], bool], patience: float, complaint: str) -> None:
        """Asks twice a second, so that asking is not what is measured."""
        ends, pause = clock.boottime() + patience, Event()
        while True:
            with self.parts.db.read() as session:
                if condition(session):
                    return
            if clock.boottime() > ends:
                raise TimeoutError(complaint)
            pause.wait(0.5)

    def lateness(self) -> list[float]:
        """Seconds from the promise to the arrival at the server, sorted; one entry an arrival. Raises when a text came twice."""
        promised = select(Revision.text, Delivery.scheduled_at).join(Delivery, Delivery.revision_id == Revision.id)
        with self.parts.db.read() as session:
            due = {body: at.timestamp() for body, at in session.execute(promised)}
        arrived = [tuple(one) for server in self.servers for one in _arrived(server)]
        if len({body for body, _ in arrived} & due.keys()) != sum(body in due for body, _ in arrived):
            raise RuntimeError("a post arrived twice")
        return sorted(at - due[body] for body, at in arrived if body in due)

    def end(self) -> None:
        for process in self.started:
            process.terminate()
        for process in self.started:
            process.wait(60)
        self.parts.db.dispose()


@contextmanager
def open_house(database: str, channels: int) -> Iterator[House]:
    """`database` is "sqlite" or "postgresql". Everything is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="socialq-bench-"))
    with _peers() as servers, _redis(folder) as redis_url, _database(database, folder) as url:
        parts = open_parts(
            Settings(data_dir=folder / "data", database_url=url, redis_url=redis_url, allow_private_hosts=True)
        )
        house = House(parts, folder, servers)
        try:
            house.furnish(channels)
            yield house
        finally:
            house.end()
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _peers() -> Iterator[list[str]]:
    """One process serves all hosts' worth of posts fast enough; four addresses make four hosts."""
    words = [sys.executable, "-m", "tests.bench.peer", str(HOSTS)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield [process.stdout.readline().strip() for _ in range(HOSTS)]
        process.terminate()


@contextmanager
def _redis(folder: Path) -> Iterator[str]:
    path = folder / "redis.sock"
    words = ["--port", "0", "--unixsocket", str(path), "--save", "", "--appendonly", "no", "--dir", str(folder)]
    with subprocess.Popen([embedded.program(), *words], stdout=subprocess.DEVNULL) as process:
        yield f"unix://{path}"
        process.terminate()


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'bench.sqlite3'}"
        return
    name = f"socialq_bench_{secrets.token_hex(6)}"
    server = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
    yield make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    server.dispose()


def _arrived(server: str) -> list[list[object]]:
    with urllib.request.urlopen(f"{server}/_bench", timeout=30) as answer:
        found: list[list[object]] = json.load(answer)
        return found
