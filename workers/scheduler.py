"""Asks the database, tick by tick, what is due, and rings for it. Decides nothing and sends nothing; two of them are harmless."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NoReturn

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from socialq import clock
from socialq.services.children import Stop, end_with_parent, stop_on_signals
from socialq.services.logs import set_up
from socialq.settings import load_settings
from workers.aloud import Aloud
from workers.desk import Desk
from workers.outside import Outside
from workers.queues import Bell, connect
from workers.role import await_parts
from workers.sentry import Sentry

LONGEST_WAIT = 2.0
SPEAK_EVERY = 0.5
SAY_AGAIN = 60.0

log = structlog.get_logger()


@dataclass
class Entry:
    """One line of the timetable: what, how often (seconds), and how it has been going. A failure delays only itself."""

    every: float
    function: Callable[[], object]
    when: Callable[[], bool] = lambda: True
    next_at: float = 0.0
    wait: float = 0.0
    said_at: float | None = None

    def run(self, now: float) -> None:
        """Runs it when its time has come. While it fails it is tried again after at most 2 s."""
        if now < self.next_at:
            return
        try:
            if self.when():
                self.function()
        except Exception as error:
            self.wait = min(LONGEST_WAIT, max(self.every, 0.1) if not self.wait else self.wait * 2)
            self.next_at = now + self.wait
            self._say(error, now)
            return
        if self.said_at is not None:
            log.info("works again", what=self.function.__name__)
        self.next_at, self.wait, self.said_at = now + self.every, 0.0, None

    def _say(self, error: Exception, now: float) -> None:
        """At the first failure and once a minute: a database that is away fails four times a second."""
        if self.said_at is not None and now - self.said_at < SAY_AGAIN:
            return
        self.said_at = now
        if isinstance(error, OperationalError | InterfaceError):
            log.error("the database does not answer", what=self.function.__name__, error=type(error.orig).__name__)
        else:
            log.exception("an entry of the timetable failed", what=self.function.__name__)


def timetable(desk: Desk) -> list[Entry]:
    """All that happens by itself, in seconds. What waits for Redis stands beside what does not; neither holds up the other."""
    times, outside = desk.parts.settings.times, Outside(desk)
    minute = 12 * times.heartbeat
    return [
        Entry(times.tick, desk.ask),
        *(Entry(times.tick, step, partial(desk.needs, step.__name__)) for step in desk.steps()),
        Entry(times.tick, desk.bury, desk.somebody_died),
        Entry(times.heartbeat, desk.apply_journals),
        Entry(times.heartbeat, desk.bury),
        Entry(times.heartbeat, outside.beat),
        Entry(times.heartbeat, desk.notice_silence),
        Entry(times.heartbeat, desk.notice_breakers),
        Entry(times.heartbeat, desk.reports),
        Entry(times.heartbeat, desk.mails),
        Entry(times.ping_every, desk.ping),
        Entry(times.ping_every, desk.pull),
        Entry(minute, desk.refresh),
        Entry(minute, desk.give_up_processing),
        Entry(minute, desk.compare_clocks),
        Entry(minute, desk.recognise),
        Entry(minute, desk.watch_hosts),
        Entry(minute, desk.notice_unapproved),
        Entry(5 * minute, desk.notice_endings),
        Entry(minute, desk.tell),
        Entry(minute, desk.forget_choices),
        Entry(minute, outside.remember),
        Entry(minute, outside.tell_watchman),
        Entry(60 * minute, desk.sweep),
        Entry(60 * minute, desk.tidy),
    ]


class Scheduler:
    """`tick(now)` runs what is due at boot time `now`, in the timetable's order; it never raises."""

    def __init__(self, desk: Desk) -> None:
        self.entries = timetable(desk)

    def tick(self, now: float) -> None:
        """Runs every entry whose time has come."""
        for entry in self.entries:
            entry.run(now)


def run(*, aloud: bool = False) -> NoReturn:
    """The scheduler's process: ticks until it is asked to stop. `aloud`: says on the terminal what becomes of deliveries."""
    settings = load_settings()
    set_up(settings.log_level, "scheduler")
    stop = stop_on_signals()
    end_with_parent(settings.times.grace)
    parts = await_parts(settings, stop)
    if parts is not None:
        Sentry(parts).start()
        scheduler = Scheduler(Desk(parts, Bell(connect(settings))))
        if aloud:
            scheduler.entries.insert(0, Entry(SPEAK_EVERY, Aloud(parts.db).look))
        ticking(scheduler, stop, settings.tick)
    raise SystemExit(0)


def ticking(scheduler: Scheduler, stop: Stop, every: float) -> None:
    """A tick every so many seconds, counted from its beginning; a long one is followed by the next at once."""
    while not stop.asked:
        started = clock.boottime()
        scheduler.tick(started)
        stop.wait(max(0.0, started + every - clock.boottime()))
