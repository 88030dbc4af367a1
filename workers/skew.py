"""How far this machine's clock is from the database's. Rows have the database's time; a machine far off sends nothing."""

from socialq import clock
from socialq.db import Database

ROUND_TRIPS = 5
TOO_FAR = 60.0


def skew(db: Database) -> float:
    """Seconds by which the database is ahead, from the shortest of several round trips: a busy one looks like a wrong clock."""
    return min(_once(db) for _ in range(ROUND_TRIPS))[1]


def _once(db: Database) -> tuple[float, float]:
    """(length of the round trip, database − host in its middle), in seconds."""
    before, started = clock.host_now(), clock.boottime()
    there = db.now()
    took = clock.boottime() - started
    return took, (there - before).total_seconds() - took / 2
