"""Three witnesses of the time: this machine, the database, the networks. Who is odd? Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from statistics import median

ALERT = 2.0  # seconds
COARSE = 1.0  # what a network's header may be off by itself


@dataclass(frozen=True)
class Odd:
    """`who`: machine, database, house (both, beside the networks), unsure; `seconds` off, ahead positive."""

    who: str
    seconds: float


def odd(machine: float, networks: Collection[float]) -> Odd | None:
    """All in seconds ahead of the database. None: nobody is to be told. One network that stands alone against the others is its own
    trouble: the middle of them speaks."""
    theirs = median(networks) if networks else None
    if abs(machine) > ALERT:
        if theirs is None:
            return Odd("unsure", machine)
        if abs(theirs) <= ALERT + COARSE:
            return Odd("machine", machine)
        return Odd("database", -theirs) if abs(theirs - machine) <= ALERT + COARSE else Odd("unsure", machine)
    if theirs is not None and len(networks) > 1 and abs(theirs) > ALERT + COARSE:
        return Odd("house", -theirs)
    return None
