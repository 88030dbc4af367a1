"""What the scheduler does, entry by entry: asks the use cases what is due and rings the queue that serves it."""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, update

from socialq import clock
from socialq.alerting import send, tell
from socialq.connecting import choices, ending_soon, refreshing
from socialq.db import Database, now
from socialq.domain.clocks import odd
from socialq.domain.times import Times
from socialq.metrics import due
from socialq.models import Heartbeat
from socialq.planning import unapproved
from socialq.publishing import (
    attention,
    breaker,
    budgets,
    held,
    hosts,
    journals,
    lost,
    missed,
    moved,
    ring,
    silence,
    unreached,
)
from socialq.publishing.locks import Locks
from socialq.reports import orders
from socialq.services import incidents, media, outbox
from socialq.wiring import Parts
from workers.queues import PUBLISH, PULL, QUEUES, SLOW, Bell
from workers.skew import skew

KEEP = timedelta(days=1)


@dataclass
class Desk:
    """Each method is one entry of the timetable. One that rings does nothing while Redis is silent: the rows wait."""

    parts: Parts
    bell: Bell
    name: str = field(default_factory=lambda: f"scheduler:{socket.gethostname()}:{os.getpid()}")
    clock_off: float | None = None
    needed: frozenset[str] = frozenset()
    _resting: bool = False
    _silent: bool = True  # as far as is known

    def __post_init__(self) -> None:
        self._rest = attention.Rest(self.parts.db)
        self._locks = Locks(self.parts.settings.data_dir / "workers")

    def ask(self) -> None:
        """What has something to do: one question for all that happens every tick. While it cannot be asked, nothing has."""
        self.needed, self._resting = frozenset(), False
        self._resting = self._rest.now()
        if not self._resting:
            self.needed = attention.needed(self.parts.db, self.parts.settings.times)

    def needs(self, step: str) -> bool:
        return step in self.needed

    def steps(self) -> list[Callable[[], None]]:
        """What happens every tick if there is something to do; the names are those of `attention.STEPS`."""
        return [self.ring, self.miss_slots, self.give_up_lost, self.look, self.poll, self.prepare, self.tell_held]

    def ring(self) -> None:
        """What is due, as long as a whole statement's worth comes back."""
        while self._ring(PUBLISH, "publish", ring.ring) >= ring.AT_ONCE:
            continue

    def miss_slots(self) -> None:
        """Slots that are over: failed and told; needs no Redis."""
        missed.miss_slots(self.parts.db, self.parts.settings.times)

    def tell_held(self) -> None:
        """What only the same text on its channel keeps in is told; needs no Redis."""
        held.tell_held(self.parts.db)

    def give_up_lost(self) -> None:
        """Leases that ran out."""
        lost.give_up_lost(self.parts.db, self.parts.settings.data_dir, self.parts.settings.times)

    def give_up_processing(self) -> None:
        """What a network accepted and never finished."""
        lost.give_up_processing(self.parts.db, self.parts.settings.times)

    def somebody_died(self) -> bool:
        """Asked every tick, so it asks the locks, not the database."""
        return self._locks.some_free()

    def bury(self) -> None:
        """Dead workers: what they had in their hands is unknown from now on."""
        lost.bury(self.parts.db, self.parts.settings.data_dir, self.parts.settings.times)

    def apply_journals(self) -> None:
        """Answers that processes of this machine have left in files."""
        settings = self.parts.settings
        journals.apply_journals(self.parts.db, settings.data_dir, settings.times)

    def look(self) -> None:
        """Deliveries of which nobody knows, as soon as a look may be taken."""
        self._ring(PULL, "reconcile", ring.looks)

    def poll(self) -> None:
        """Deliveries that a network still works on."""
        self._ring(PULL, "poll", ring.polls)

    def prepare(self) -> None:
        """Uploads that may begin ahead of time; beside reports and pictures, so that they never hold a due post's thread."""
        self._ring(SLOW, "prepare", ring.preparations)

    def pull(self) -> None:
        """Channels whose numbers are due: the worker that begins one marks it, until then it is named again."""
        ids = due.due(self.parts.db, ring.AT_ONCE) if self.bell.answers() else []
        if ids:
            self.bell.ring(PULL, "pull", ids)

    def refresh(self) -> None:
        """Channels whose access is renewed ahead of its end: the worker that begins one marks it, until then it is named again."""
        parts, lease = self.parts, self.parts.settings.lease
        ids = refreshing.due(parts.db, lease, ring.AT_ONCE) if self.bell.answers() else []
        if ids:
            self.bell.ring(PULL, "refresh", ids)

    def notice_endings(self) -> None:
        """Access that only a person can give again, and what missed its slot for want of it; needs no Redis."""
        ending_soon.notice(self.parts.db)
        unreached.close_settled(self.parts.db)

    def reports(self) -> None:
        """Reports that are ordered; one that Redis did not take is named again after a minute."""
        ids = orders.ring(self.parts.db, ring.AT_ONCE) if self.bell.answers() else []
        if ids:
            self.bell.ring(SLOW, "build", ids)

    def mails(self) -> None:
        """Mails that can leave: the worker that begins one marks it, until then it is named again."""
        parts = self.parts
        ids = send.due(parts.db, parts.settings, parts.secrets) if self.bell.answers() else []
        if ids:
            self.bell.ring(SLOW, "mail", ids)

    def tell(self) -> None:
        """Open incidents become mails; those whose sender died in the middle are repeated or asked about. Needs no Redis."""
        parts = self.parts
        outbox.give_up(parts.db)
        tell.tell(parts.db, parts.settings, parts.secrets, parts.networks)

    def ping(self) -> None:
        """One job through each queue: the worker that gets it writes the queue's heartbeat."""
        if self.bell.answers():
            for queue in QUEUES:
                self.bell.ring(queue, "ping", [])

    def beat(self) -> None:
        """This scheduler lives; since when Redis has not answered; how far the clocks are apart."""
        self.bell.answers()
        with self.parts.db.begin() as session:
            moment = now(session)
            facts = {"redis_at": self._redis_at(moment), "clock_off": self.clock_off}
            values = {"beat_at": moment, "facts": facts}
            mine = update(Heartbeat).where(Heartbeat.name == self.name).values(**values)
            if not session.execute(mine.returning(Heartbeat.name)).first():
                session.add(Heartbeat(name=self.name, **values))

    def compare_clocks(self) -> None:
        """More than 2 s apart is told with the name of the odd one, once, until it is right again."""
        self.clock_off = round(skew(self.parts.db), 3)
        subject = f"machine:{socket.gethostname()}"[:64]
        with self.parts.db.begin() as session:
            found = odd(-self.clock_off, hosts.clocks(session))
            if found is not None:
                facts = {"seconds": round(found.seconds, 1), "who": found.who}
                incidents.open_incident(session, "clock_off", subject, None, facts)
            else:
                incidents.resolve_incidents(session, subject, "scheduler", ["clock_off"])

    def recognise(self) -> None:
        """Whether this is still the database that this folder worked on."""
        settings = self.parts.settings
        moved.recognise(self.parts.db, settings.data_dir, settings.node_name)

    def notice_breakers(self) -> None:
        """Channels with more posts within the hour than they may have."""
        breaker.notice(self.parts.db)

    def watch_hosts(self) -> None:
        """Servers that have been silent for long, and what networks still take."""
        hosts.tell(self.parts.db)
        budgets.apply_all(self.parts.db, self.parts.networks)

    def notice_unapproved(self) -> None:
        """Posts whose time comes while nobody has approved them."""
        unapproved.notice(self.parts.db)

    def notice_silence(self) -> None:
        """What could go out and does not is told; where nothing can, it is looked once more, for what was told."""
        if self._silent or not self._resting:
            self._silent = silence.notice_silence(self.parts.db)

    def sweep(self) -> None:
        """Heartbeats of processes that are long gone."""
        with self.parts.db.begin() as session:
            session.execute(delete(Heartbeat).where(Heartbeat.beat_at < now(session) - KEEP))

    def forget_choices(self) -> None:
        """Accounts of a log-in among which nobody has chosen: their tokens go after half an hour."""
        choices.prune(self.parts.db)

    def tidy(self) -> None:
        """Pictures that no post uses after a day; the words of mails that left long ago."""
        media.sweep(self.parts.db, self.parts.storage)
        outbox.prune(self.parts.db)

    def _ring(self, queue: str, job: str, mark: Callable[[Database, Times], list[int]]) -> int:
        """Marks what is due and rings for it; takes the mark back when Redis did not take the job. How many were rung."""
        if not self.bell.answers():
            return 0
        ids = mark(self.parts.db, self.parts.settings.times)
        if ids and not self.bell.ring(queue, job, ids):
            ring.unring(self.parts.db, ids)
            return 0
        return len(ids)

    def _redis_at(self, moment: datetime) -> Any:
        """When Redis last answered, by the database's clock."""
        if self.bell.answered_at is None:
            return None
        return (moment - timedelta(seconds=clock.boottime() - self.bell.answered_at)).isoformat()
