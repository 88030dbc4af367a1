"""Slots are wall times: DST may move or repeat the clock, a slot still comes once and never before its time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialq.domain.slots import NEAR, WeeklySlot, local_instant, next_free, occurrences, parse_slot, zone
from tests.domain.strategies import dates, instants, wall_times, weekly_slots, zones

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SEVERAL = st.lists(weekly_slots, min_size=1, max_size=8)
A_MONTH = timedelta(days=30)


def local(zone_name: str, day: date, at: time) -> str:
    """The wall time at which it really happens."""
    there = ZoneInfo(zone_name)
    return local_instant(there, day, at).astimezone(there).isoformat()


@pytest.mark.parametrize(
    ("zone_name", "day", "at", "happens"),
    [
        ("Europe/Amsterdam", date(2026, 3, 29), time(2, 30), "2026-03-29T03:00:00+02:00"),
        ("Europe/Amsterdam", date(2026, 10, 25), time(2, 30), "2026-10-25T02:30:00+02:00"),
        ("Europe/Amsterdam", date(2026, 10, 25), time(3, 0), "2026-10-25T03:00:00+01:00"),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-04T02:30:00+11:00"),
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), "2026-04-05T01:45:00+11:00"),
        ("Pacific/Apia", date(2011, 12, 30), time(9, 0), "2011-12-31T00:00:00+14:00"),
        ("America/Santiago", date(2026, 9, 6), time(0, 0), "2026-09-06T01:00:00-03:00"),
        ("America/Havana", date(2026, 11, 1), time(0, 30), "2026-11-01T00:30:00-04:00"),
    ],
)
def test_gap_and_fold(zone_name: str, day: date, at: time, happens: str) -> None:
    assert local(zone_name, day, at) == happens


@given(zones, dates, wall_times)
def test_an_instant_is_the_wall_time_or_the_first_minute_after_its_gap(there: ZoneInfo, day: date, at: time) -> None:
    instant = local_instant(there, day, at)
    wall, found = datetime.combine(day, at), instant.astimezone(there).replace(tzinfo=None)
    before = (instant - timedelta(minutes=1)).astimezone(there).replace(tzinfo=None)
    assert instant.tzinfo is UTC
    assert found == wall or before < wall < found
    if found == wall:
        assert instant.astimezone(there).fold == 0


@given(zones, dates, wall_times, wall_times)
def test_later_on_the_wall_is_never_earlier_in_time(there: ZoneInfo, day: date, one: time, other: time) -> None:
    assert local_instant(there, day, min(one, other)) <= local_instant(there, day, max(one, other))


@given(SEVERAL, zones, instants)
def test_occurrences_ascend_and_lie_after(slots: list[WeeklySlot], there: ZoneInfo, after: datetime) -> None:
    found = list(occurrences(slots, there, after, A_MONTH))
    assert all(a < b for a, b in zip(found, found[1:], strict=False))
    assert all(after < at <= after + A_MONTH for at in found)


@given(weekly_slots, zones, instants)
def test_one_slot_comes_once_a_week(slot: WeeklySlot, there: ZoneInfo, after: datetime) -> None:
    """Also over DST week-ends: 52 weeks hold 52 of them, give or take the ends, and no two lie closer than six days."""
    found = list(occurrences([slot], there, after, timedelta(weeks=52)))
    assert 51 <= len(found) <= 53
    assert all(
        timedelta(days=5, hours=12) < b - a < timedelta(days=8, hours=12)
        for a, b in zip(found, found[1:], strict=False)
    )


@given(SEVERAL, zones, instants, st.integers(0, 400))
def test_where_one_starts_to_look_changes_nothing(
    slots: list[WeeklySlot], there: ZoneInfo, after: datetime, hours: int
) -> None:
    whole = list(occurrences(slots, there, after, A_MONTH))
    later = after + timedelta(hours=hours)
    assert list(occurrences(slots, there, later, A_MONTH - timedelta(hours=hours))) == [
        at for at in whole if at > later
    ]


@given(SEVERAL, zones, instants, st.data())
def test_next_free_is_the_first_with_room(
    slots: list[WeeklySlot], there: ZoneInfo, after: datetime, data: st.DataObject
) -> None:
    found = list(occurrences(slots, there, after, A_MONTH))
    full = data.draw(st.lists(st.sampled_from(found), max_size=6)) if found else []
    taken = [at + timedelta(seconds=data.draw(st.integers(-300, 300))) for at in full]
    free = next_free(slots, there, after, taken, A_MONTH)
    left = [at for at in found if all(abs(at - other) > NEAR for other in taken)]
    assert free == (left[0] if left else None)


def test_slots_that_a_gap_moves_onto_one_are_one() -> None:
    slots = [WeeklySlot(6, time(2, 10)), WeeklySlot(6, time(2, 50)), WeeklySlot(6, time(3, 0))]
    found = list(occurrences(slots, AMSTERDAM, datetime(2026, 3, 28, tzinfo=UTC), timedelta(days=3)))
    assert found == [datetime(2026, 3, 29, 1, 0, tzinfo=UTC)]


def test_no_slots_no_occurrence() -> None:
    assert next_free([], AMSTERDAM, datetime(2026, 3, 28, tzinfo=UTC), []) is None


@pytest.mark.parametrize(("written", "slot"), [("tue 09:00", (1, time(9))), ("  Sunday 7:05 ", (6, time(7, 5)))])
def test_a_slot_is_read(written: str, slot: tuple[int, time]) -> None:
    assert parse_slot(written) == WeeklySlot(*slot)


@pytest.mark.parametrize("written", ["", "tue", "09:00", "xyz 09:00", "tue 24:00", "tue 09:60", "tue 9", "tue ٠٩:٠٠"])
def test_what_is_no_slot_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="Write a weekday and a time"):
        parse_slot(written)


@pytest.mark.parametrize("name", ["", "Europe", "Mars/Base", "../etc/passwd", "/etc/localtime", "localtime", "x\0"])
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="There is no time zone"):
        zone(name)


def test_a_known_zone_is_found() -> None:
    assert zone("Europe/Amsterdam") == AMSTERDAM
