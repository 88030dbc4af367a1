"""One installation under fault: its own database, Redis and processes, and one hostile server that counts every copy."""

import secrets
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from socialq.db import now
from socialq.domain.message import fingerprint
from socialq.models import Channel, Client, Delivery, Media, Post, Revision, RevisionChannel, RevisionMedia, Worker
from socialq.settings import Settings
from socialq.wiring import Parts, open_parts
from tests.faults.machine import SHRUNKEN, Machine
from tests.faults.peer.boards import Board, Home
from tests.faults.peer.hostile import Door, Hostile
from tests.faults.peer.networks import KINDS
from tests.faults.servers import RedisServer, Store, open_store
from tests.faults.waiting import wait_until
from tests.networks.fake_mastodon import TOKEN

SHRINK = 1 / 12  # of all times, so that their inequalities stay as shipped
MIGRATING = threading.Lock()  # Alembic keeps its context in a global
PLACE = "/dev/shm" if Path("/dev/shm").is_dir() else None
LATENESS = 600


@dataclass(frozen=True)
class Setting:
    """What a world is made of besides its database."""

    machines: tuple[tuple[str, ...], ...] = (("all",),)  # the words of each machine's processes
    without: str = ""  # names of removed choices
    own_cluster: bool = False
    clock: bool = False  # PostgreSQL's can be stepped
    shrink: float = SHRINK
    times: Mapping[str, float] = field(default_factory=dict)  # other than the shrunken ones


@dataclass
class Spot:
    """A channel under test: the account's door, the rows that stand for it."""

    kind: str
    door: Door
    client_id: int
    channel_id: int


@dataclass
class World:
    """What a row has to work with."""

    parts: Parts
    folder: Path
    store: Store
    redis: RedisServer
    hostile: Hostile
    setting: Setting
    machines: list[Machine] = field(default_factory=list)
    ahead: float = 0.0  # the database's clock, seconds

    @property
    def machine(self) -> Machine:
        return self.machines[0]

    def spot(self, kind: str, url: str = "") -> Spot:
        """A client with one channel on an account of its own; `url` is how the workers reach it."""
        door = self.hostile.door(
            lambda at: (
                Home(at, TOKEN)
                if kind == "mastodon"
                else Board(at, lasting=kind == "lasting", finishing=1.0 if kind == "finishing" else None)
            )
        )
        with self.parts.db.begin() as session:
            name = f"client of {door.port}"
            client = Client(
                name=name, timezone="Europe/Amsterdam", language="nl", approval_needed=False, lateness_limit=LATENESS,
                created_at=self.now(session),
            )  # fmt: skip
            session.add(client)
            session.flush()
            channel = Channel(
                client_id=client.id, network=kind, server=url or door.url, remote_id="1", handle="vera",
                posts_an_hour=10_000, created_at=self.now(session),
            )  # fmt: skip
            session.add(channel)
            session.flush()
            channel.credentials = self.parts.secrets.seal(channel.owner, {"access_token": TOKEN})
            return Spot(kind, door, client.id, channel.id)

    def now(self, session: Session) -> datetime:
        """By the database's clock, stepped or not."""
        return now(session) + timedelta(seconds=self.ahead if self.store.sqlite else 0.0)

    def in_seconds(self, session: Session, seconds: float) -> datetime:
        return self.now(session) + timedelta(seconds=seconds)

    def post(
        self, session: Session, spot: Spot, body: str, at: datetime, limit: float = LATENESS, picture: bool = False
    ) -> Delivery:
        """A scheduled post as planning would have left it."""
        moment = self.now(session)
        post = Post(client_id=spot.client_id, state="draft", created_by="faults", created_at=moment)
        session.add(post)
        session.flush()
        revision = Revision(post_id=post.id, number=1, text=body, created_by="faults", created_at=moment)
        revision.channels = [RevisionChannel(channel_id=spot.channel_id)]
        if picture:
            media = self._picture(session, spot.client_id)
            revision.media = [RevisionMedia(position=0, media_id=media.id, alt="Een vlak")]
        session.add(revision)
        session.flush()
        post.revision_id, post.state, post.scheduled_at = revision.id, "scheduled", at
        limits = {"deadline_at": at + timedelta(seconds=limit), "prepare_at": at - timedelta(seconds=900)}
        delivery = Delivery(
            post_id=post.id, revision_id=revision.id, channel_id=spot.channel_id, fingerprint=fingerprint(body, []),
            scheduled_at=at, due_at=at, created_at=moment, **limits,
        )  # fmt: skip
        session.add(delivery)
        session.flush()
        return delivery

    def _picture(self, session: Session, client_id: int) -> Media:
        name = f"{secrets.token_hex(16)}.png"
        Image.new("RGB", (8, 8), "teal").save(self.parts.media / name)
        media = Media(
            client_id=client_id, name=name, media_type="image/png", width=8, height=8, size=99, sha256=name,
            created_at=self.now(session),
        )  # fmt: skip
        session.add(media)
        session.flush()
        return media

    def start(self) -> None:
        """Every machine's processes; waits until every publish worker has said that it lives."""
        for machine, words in zip(self.machines, self.setting.machines, strict=True):
            for word in words:
                machine.run(*([] if word == "--" else [word]))
        self.await_workers(sum(word in ("all", "--", "publish") for words in self.setting.machines for word in words))

    def await_workers(self, count: int) -> None:
        query = select(func.count()).where(Worker.role == "publish", Worker.gone_at.is_(None))

        def ready() -> bool:
            for machine in self.machines:
                machine.complain()
            with self.parts.db.read() as session:
                return (session.scalar(query) or 0) >= count

        wait_until(ready, 90, "the workers did not start")

    def step_clock(self, seconds: float) -> None:
        """The database's clock is so far ahead of the true time from now on. On SQLite that is the machine's."""
        self.ahead = seconds
        if self.store.sqlite:
            for machine in self.machines:
                machine.set_clock(seconds)
        else:
            self.store.step_clock(seconds)

    def step_all_clocks(self, seconds: float) -> None:
        """The database's and those of the machines, together: nobody is off, it is that late."""
        for machine in self.machines:
            machine.set_clock(seconds)
        self.step_clock(seconds)

    def end(self) -> None:
        for machine in self.machines:
            machine.end()
        self.redis.kill()
        self.hostile.stop()
        self.parts.db.dispose()


@contextmanager
def open_world(database: str, redis_program: str, setting: Setting) -> Iterator[World]:
    """`database` is "sqlite" or "postgresql". The processes are not started yet. The folder stays: see `forget`."""
    folder = Path(tempfile.mkdtemp(prefix="socialq-faults-", dir=PLACE))
    times = {name: Settings.model_fields[name].default * setting.shrink for name in SHRUNKEN}
    with open_store(database, folder, own_cluster=setting.own_cluster) as store:
        redis = RedisServer(folder, redis_program)
        settings = Settings(
            data_dir=folder / "1/data", database_url=store.url, redis_url=redis.url, allow_private_hosts=True, publish_threads=16,
            tick=min(0.25, 1.2 * setting.shrink), **times,
        ).model_copy(update=dict(setting.times))  # fmt: skip
        machine = Machine(folder / "1", settings, redis.url, {"FAULTS_WITHOUT": setting.without})
        with MIGRATING:
            parts = open_parts(settings)
        parts = replace(parts, networks={**parts.networks, **{one.key: one for one in KINDS}})
        world = World(parts, folder, store, redis, Hostile(setting.shrink), setting, [machine])
        for number in range(2, len(setting.machines) + 1):
            other = Machine(folder / str(number), settings, redis.url, {"FAULTS_WITHOUT": setting.without})
            other.share_keys(machine)
            world.machines.append(other)
        if setting.clock and database == "postgresql":
            store.give_a_clock()
        redis.start()
        try:
            yield world
        finally:
            world.end()


def forget(world: World) -> None:
    shutil.rmtree(world.folder, ignore_errors=True)
