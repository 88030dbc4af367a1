"""A thread beside the work: says that the process lives, compares clocks, sees threads that do not come back and memory that does
not either."""

import os
import threading
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import structlog

from socialq import clock
from socialq.networks.call.witness import WITNESS
from socialq.publishing.hosts import keep_clocks
from socialq.publishing.life import some_lock_is_free
from socialq.publishing.lost import bury
from workers.bench import Bench
from workers.queues import SLOW
from workers.skew import skew

LOOK = 1.0
SKEW_EVERY = 60.0

GROWN = 48 * 2**20  # bytes
IDLE = 60.0  # seconds without work: one report is seldom alone, and loading the libraries takes a second

log = structlog.get_logger()


class Watch:
    """One a process; ends with it."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._times = bench.parts.settings.times
        self._beat_at = self._skew_at = 0.0
        self._answering_since: float | None = None  # the database, without a break
        self._first = resident()

    def start(self) -> None:
        """In a thread that ends with the process."""
        threading.Thread(target=self._run, name="watch", daemon=True).start()

    def _run(self) -> NoReturn:
        while True:
            self.look(clock.boottime())
            clock.sleep(min(LOOK, self._times.heartbeat))

    def look(self, now: float) -> None:
        """One round at boot time `now`; never raises."""
        try:
            self._beat(now)
        except Exception as error:
            self._answering_since = None
            log.warning("the heartbeat could not be written", error=type(error).__name__)
        if self._bench.pool.overstayed(self._bench.longest) and self._answered_for(now) > self._times.record:
            self._bench.abandoned = True
        if self._bench.role == SLOW and self._bench.pool.idle() > IDLE and resident() - self._first > GROWN:
            self._bench.outgrown = True  # the libraries that draw reports stay in memory: a fresh fork has none

    def _keep_clocks(self, now: float) -> None:
        """What servers said the time is, beside the database's."""
        words = WITNESS.words(since=now - SKEW_EVERY)
        ahead = {host: word.ahead for host, word in words.items()}
        keep_clocks(self._bench.parts.db, ahead, -self._bench.clock_off)

    def _answered_for(self, now: float) -> float:
        """A thread that holds an answer while the database is away does not overstay: it must live until it has written it."""
        return 0.0 if self._answering_since is None else now - self._answering_since

    def _beat(self, now: float) -> None:
        if now < self._beat_at:
            return
        bench, db = self._bench, self._bench.parts.db
        if now >= self._skew_at:
            bench.clock_off, self._skew_at = skew(db), now + SKEW_EVERY
            self._keep_clocks(now)
        seen = bench.redis_seen
        if some_lock_is_free(
            folder := bench.parts.settings.data_dir
        ):  # only this machine can prove it, and the scheduler may run elsewhere
            bury(db, folder, self._times)
        bench.life.beat(None if seen is None else db.now() - timedelta(seconds=now - seen))
        self._beat_at = now + self._times.heartbeat
        self._answering_since = self._answering_since if self._answering_since is not None else now


def resident() -> int:
    """Bytes of memory of this process; 0 where it cannot be told."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
