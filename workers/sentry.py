"""Ends workers that stand still with something in their hands. A thread of its own that only reads: on SQLite such a worker may hold
the lock for which every other entry of the timetable waits."""

import threading
from datetime import datetime
from typing import NoReturn

import structlog

from socialq import clock
from socialq.publishing import lost
from socialq.wiring import Parts

log = structlog.get_logger()


class Sentry:
    """One in the scheduler; ends with its process."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._times = parts.settings.times
        self._looked_at = clock.boottime()
        self._awake_since: datetime | None = None

    def start(self) -> None:
        """In a thread that ends with the process."""
        threading.Thread(target=self._run, name="sentry", daemon=True).start()

    def _run(self) -> NoReturn:
        while True:
            self.look(clock.boottime())
            clock.sleep(self._times.heartbeat)

    def look(self, now: float) -> int:
        """How many were killed in this round at boot time `now`; never raises. None right after the machine itself has slept:
        then nobody has had a chance to say that he lives."""
        woken, self._looked_at = self._looked_at + 3 * self._times.heartbeat < now, now
        try:
            if woken or self._awake_since is None:
                self._awake_since = self._parts.db.now()
            return lost.kill_stopped(self._parts.db, self._parts.settings.data_dir, self._times, self._awake_since)
        except Exception as error:
            log.warning("nobody can tell which workers stand still", error=type(error).__name__)
            return 0
