"""Weekly slots: wall time in an IANA zone turned into instants. Never the zone of the server or the browser."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NEAR = timedelta(minutes=5)
HORIZON = timedelta(days=92)
LONGEST_GAP = timedelta(days=2)  # Apia left out a whole day
OF_THE_MACHINE = frozenset({"localtime", "posixrules", "Factory"})


@dataclass(frozen=True, order=True)
class WeeklySlot:
    """A wall time on a weekday (Monday is 0)."""

    weekday: int
    at: time


def zone(name: str) -> ZoneInfo:
    """The zone of that IANA name. ValueError, in a sentence for a person, when there is none."""
    try:
        if name in OF_THE_MACHINE:
            raise ZoneInfoNotFoundError(name)
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"There is no time zone “{name}”. Use a name like Europe/Amsterdam.") from None


def parse_slot(written: str) -> WeeklySlot:
    """ "tue 09:00" as a slot. ValueError, in a sentence for a person, when it is not one."""
    found = re.fullmatch(r"([a-z]{3})[a-z]* +(\d{1,2}):(\d{2})", written.strip().lower(), re.ASCII)
    if not found or found[1] not in WEEKDAYS or int(found[2]) > 23 or int(found[3]) > 59:
        raise ValueError(f"“{written}” is not a slot. Write a weekday and a time, like “tue 09:00”.")
    return WeeklySlot(WEEKDAYS.index(found[1]), time(int(found[2]), int(found[3])))


def next_free(
    slots: Iterable[WeeklySlot],
    zone: ZoneInfo,
    after: datetime,
    taken: Collection[datetime],
    horizon: timedelta = HORIZON,
) -> datetime | None:
    """The first slot after `after` with none of `taken` (the channel's instants) within five minutes. None: full."""
    free = (at for at in occurrences(slots, zone, after, horizon) if all(abs(at - other) > NEAR for other in taken))
    return next(free, None)


def occurrences(
    slots: Iterable[WeeklySlot], zone: ZoneInfo, after: datetime, horizon: timedelta = HORIZON
) -> Iterator[datetime]:
    """Instants (UTC) of the slots in (after, after + horizon], ascending; each once, also where a gap makes two one."""
    slots = sorted(set(slots))
    last = after.astimezone(UTC)
    end = last + horizon
    day = (last - LONGEST_GAP).astimezone(zone).date()
    while slots and day <= end.astimezone(zone).date():
        for slot in slots:
            if slot.weekday == day.weekday() and last < (at := local_instant(zone, day, slot.at)) <= end:
                yield at
                last = at
        day += timedelta(days=1)


def local_instant(zone: ZoneInfo, day: date, at: time) -> datetime:
    """The instant (UTC) of a wall time. In a gap: the first valid minute after it; in a fold: the first of the two."""
    wall = datetime.combine(day, at.replace(tzinfo=None, fold=0))
    earlier_rules = wall.replace(tzinfo=zone).astimezone(UTC)
    if earlier_rules.astimezone(zone).replace(tzinfo=None) == wall:
        return earlier_rules
    return _end_of_gap(zone, wall.replace(tzinfo=zone, fold=1).astimezone(UTC), earlier_rules)


def _end_of_gap(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The moment between the two at which the clocks were put forward, to the second."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
