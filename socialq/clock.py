"""The only room that reads the time. Stored times are the database's (`db.now`); this is for what a process measures itself."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

sleep = time.sleep


def host_now() -> datetime:
    """The host's wall clock, aware, UTC. Only `db` and log lines use it: rows get the database's time."""
    return datetime.now(UTC)


def boottime() -> float:
    """Seconds since boot, running on while a laptop sleeps (CLOCK_MONOTONIC stops there)."""
    return time.clock_gettime(_BOOT)


_BOOT: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
Boottime = Callable[[], float]
