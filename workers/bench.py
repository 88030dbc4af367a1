"""One role's process at work: its pool, its name as a worker, its pulse. Jobs are handed to it; nothing here decides what is sent."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, OperationalError

from socialq import clock
from socialq.connecting.refreshing import Refresher, lasting
from socialq.db import now
from socialq.models import Channel, Heartbeat
from socialq.networks.base import Account
from socialq.publishing import ring
from socialq.publishing.hosts import host_of
from socialq.publishing.life import Life
from socialq.publishing.sender import Sender
from socialq.services import events, tokens
from socialq.services.children import Stop
from socialq.wiring import Parts
from workers.pool import Lane, Pool
from workers.skew import TOO_FAR

UseCase = Callable[[Sender, list[int]], object]

MOST_JOBS = 5000  # then the process is replaced by a fresh one
UPLOADS = 4  # that one piece of work may need
DELIVERIES = frozenset({"publish", "prepare", "reconcile", "poll"})
REFUSALS_EVERY = 60.0
FIRST_WAIT, LONGEST_WAIT = 0.1, 2.0

log = structlog.get_logger()


@dataclass
class Bench:
    """What the job functions are handed."""

    role: str
    parts: Parts
    life: Life
    stop: Stop
    pool: Pool
    redis_seen: float | None = None  # boot time at which Redis last answered
    jobs: int = 0
    clock_off: float = 0.0
    abandoned: bool = False
    outgrown: bool = False
    _refused_at: float | None = None

    @property
    def sender(self) -> Sender:
        """This process as the use cases know it."""
        return Sender(self.parts, self.life.id, self.refresher)

    @property
    def refresher(self) -> Refresher:
        """Renews access, for sending and for reading."""
        parts = self.parts
        return Refresher(parts.db, parts.networks, parts.secrets, parts.settings, parts.journal)

    def leaving(self) -> bool:
        """It takes no more jobs: asked to stop, old, grown, or one of its threads does not come back."""
        return self.stop.asked or self.abandoned or self.outgrown or self.jobs >= MOST_JOBS

    def by_channel(self, kind: str, ids: list[int], use_case: UseCase) -> None:
        """Deliveries, one lane a channel. A machine whose clock is far off sends nothing; others may."""
        if kind == "publish" and abs(self.clock_off) > TOO_FAR:
            return
        sender = self.sender
        for lane in ring.lanes(self.parts.db, ids):
            self._submit(Lane((kind, lane.channel_id), lane.host, lane.ids, lambda these: use_case(sender, these)))

    def channels(self, kind: str, ids: list[int], work: Callable[[int], object]) -> None:
        """Channels, each a lane of its own; ids that are none fall out."""
        query = select(Channel.id, Channel.network, Channel.server).where(Channel.id.in_(ids))
        with self.parts.db.read() as session:
            found = session.execute(query).all()
        for row in found:
            self._submit(Lane((kind, row.id), host_of(row.network, row.server), [row.id], lambda these: work(these[0])))

    def one_by_one(self, kind: str, ids: list[int], work: Callable[[int], object]) -> None:
        """Things that wait for no other and go to no host."""
        for one in ids:
            self._submit(Lane((kind, one), "", [one], lambda these: work(these[0])))

    def open_account(self, channel: Channel) -> Account:
        """For reading: bounded as a whole, and with access that lasts as long."""
        parts, call = self.parts, self.sender.preparing_call()
        channel = lasting(parts.db, parts.settings.times, self.refresher, channel)
        return tokens.open_renewable(parts.db, parts.secrets, parts.journal, channel, call)

    def refused(self, channel: Channel) -> None:
        """A network did not take the token with which it was asked: one renewal, and the next time it has another."""
        self.refresher.refresh(channel.id, channel.credentials_version, refused=True)

    def heard(self) -> None:
        """Redis answered just now."""
        self.redis_seen = clock.boottime()

    def pulse(self) -> None:
        """The queue's heartbeat: a job came all the way through Redis to this process."""
        with self.parts.db.begin() as session:
            moment = now(session)
            session.merge(Heartbeat(name=f"queue:{self.role}", beat_at=moment, facts={"redis_at": moment.isoformat()}))

    def persist(self, work: Callable[[], None]) -> None:
        """Does it, again and again while the database is away; returns undone when the process is leaving."""
        wait = FIRST_WAIT
        while True:
            try:
                return work()
            except (OperationalError, InterfaceError) as error:
                log.warning("the database does not answer; asking again", error=type(error.orig).__name__)
                if self.stop.wait(wait):
                    return None
                wait = min(wait * 2, LONGEST_WAIT)

    def refuse(self, why: str) -> None:
        """A job that is none of ours. It is logged, and written down at most once a minute."""
        log.warning("a job was refused", queue=self.role, why=why)
        moment = clock.boottime()
        if self._refused_at is not None and moment - self._refused_at < REFUSALS_EVERY:
            return
        self._refused_at = moment
        self.persist(lambda: self._write_refusal(why))

    @property
    def longest(self) -> float:
        """No piece of work takes longer, its preparation included: a thread that does is given up, and the process with it."""
        times = self.parts.settings.times
        return times.grace + times.lease + UPLOADS * times.upload

    def drain(self) -> bool:
        """Brings home what has begun and hands the rest back to the database. False when a thread did not come back."""
        left = self.pool.close()
        waiting = [one for (kind, _), ids in left.items() if kind in DELIVERIES for one in ids]
        if waiting:
            self._hand_back(waiting)
        lost = self.pool.overstayed(self.longest)
        home = self.pool.wait(self.parts.settings.times.grace, besides=lost) and not lost
        self.parts.journal.flush()
        return home

    def _write_refusal(self, why: str) -> None:
        with self.parts.db.begin() as session:
            events.record(session, "worker", "refuse", f"queue:{self.role}", None, why=why)

    def _submit(self, lane: Lane) -> None:
        left = self.pool.submit(lane)
        if left and lane.key[0] in DELIVERIES:
            self._hand_back(left)

    def _hand_back(self, ids: list[int]) -> None:
        try:
            ring.unring(self.parts.db, ids)
        except Exception as error:
            log.warning("ids could not be handed back; they are rung again later", error=type(error).__name__)
