"""How long to wait before trying again. No count of tries: the client's limit alone ends it."""

from datetime import datetime, timedelta

CEILING = 20  # times the first wait: 15 s doubles up to 5 min
LOW, HIGH = 0.8, 1.2


def backoff(first: float, setbacks: int, jitter: float) -> timedelta:
    """Seconds after the n-th setback (n counts from 1); `jitter` in [0.8, 1.2] comes from the caller."""
    if not LOW <= jitter <= HIGH:
        raise ValueError("jitter outside 0.8 to 1.2")
    return timedelta(seconds=min(first * 2 ** min(max(setbacks, 1) - 1, 16), first * CEILING) * jitter)


def next_try(now: datetime, until: datetime | None, wait: timedelta) -> datetime:
    """Not before the network wants it, and not before the wait is over."""
    return max(until or now, now + wait)


def ring_again(first: float, rings: int) -> timedelta:
    """30, 60 … 300 s after the first, second … ring of a row that nobody has claimed."""
    return timedelta(seconds=min(first * 2 ** min(max(rings, 1) - 1, 16), first * 10))
