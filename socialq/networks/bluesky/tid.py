"""Record keys: a TID of our own for each delivery. The same promise and the same key give the same TID, for ever."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

LETTERS = "234567abcdefghijklmnopqrstuvwxyz"  # in the order of ASCII, so that TIDs sort by time
CLOCK_BITS = 10
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def tid(key: str, at: datetime) -> str:
    """13 letters: the promised second, then a microsecond and a clock id (30 bits in all) drawn from the random key.

    Made without a counter or a clock, so that a preparation that is repeated after a crash comes to the same one."""
    drawn = int.from_bytes(sha256(key.encode()).digest()[:8])
    second = (at - _EPOCH) // timedelta(seconds=1)
    number = (second * 1_000_000 + drawn % 1_000_000) << CLOCK_BITS | (drawn >> 32) % (1 << CLOCK_BITS)
    return "".join(LETTERS[number >> shift & 31] for shift in range(60, -1, -5))
