"""Days and months of a client's calendar as instants. A day has 23, 24 or 25 hours; nothing here adds 24 of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from socialq.domain.slots import local_instant

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Day:
    """A calendar day; it begins at `starts_at` and is over at `ends_at`."""

    on: date
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both inside; as instants (UTC) from `starts_at` until just before `ends_at`."""

    starts_on: date
    ends_on: date
    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo

    def days(self) -> Iterator[Day]:
        """Its days in order."""
        return days(self.starts_on, self.ends_on, self.zone)

    def previous(self) -> "Period":
        """The month before a month; before any other period, as many days."""
        last = self.starts_on - ONE_DAY
        if self.starts_on.day == 1 and (self.ends_on + ONE_DAY).day == 1:
            return period(last.replace(day=1), last, self.zone)
        return period(last - (self.ends_on - self.starts_on), last, self.zone)


def month(written: str, zone: ZoneInfo) -> Period:
    """ "2026-10" in that zone. ValueError, in a sentence for a person, when it is not a month."""
    found = re.fullmatch(r"(\d{4})-(\d{2})", written.strip(), re.ASCII)
    if not found or not 1 <= int(found[2]) <= 12 or not 1970 <= int(found[1]) <= 9000:
        raise ValueError(f"“{written}” is not a month. Write it like 2026-10.")
    first = date(int(found[1]), int(found[2]), 1)
    return period(first, (first + timedelta(days=31)).replace(day=1) - ONE_DAY, zone)


def period(starts_on: date, ends_on: date, zone: ZoneInfo) -> Period:
    """From the first moment of one day to the last of another."""
    return Period(starts_on, ends_on, starts_at(starts_on, zone), starts_at(ends_on + ONE_DAY, zone), zone)


def days(starts_on: date, ends_on: date, zone: ZoneInfo) -> Iterator[Day]:
    """Each calendar day from the first to the last. One that a zone left out (Apia, 30 December 2011) has no length."""
    begins = starts_at(starts_on, zone)
    while starts_on <= ends_on:
        ends = starts_at(starts_on + ONE_DAY, zone)
        yield Day(starts_on, begins, ends)
        starts_on, begins = starts_on + ONE_DAY, ends


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """The day on the client's calendar at that moment."""
    return moment.astimezone(zone).date()


def starts_at(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of the day: midnight, or the end of the gap where midnight was left out."""
    return local_instant(zone, day, time())
