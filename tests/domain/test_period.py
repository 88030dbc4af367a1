"""Months and days of a client's calendar: no moment belongs to two days, none to no day."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialq.domain.period import day_of, month, period
from tests.domain.strategies import dates, instants, zones

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def test_october_in_amsterdam() -> None:
    found = month("2026-10", AMSTERDAM)
    assert (found.starts_on, found.ends_on) == (date(2026, 10, 1), date(2026, 10, 31))
    assert found.starts_at == datetime(2026, 9, 30, 22, tzinfo=UTC)
    assert found.ends_at == datetime(2026, 10, 31, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone_name", "day", "hours"),
    [
        ("Europe/Amsterdam", date(2026, 3, 29), 23),
        ("Europe/Amsterdam", date(2026, 10, 25), 25),
        ("Europe/Amsterdam", date(2026, 10, 24), 24),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("America/Santiago", date(2026, 9, 6), 23),
        ("Pacific/Apia", date(2011, 12, 30), 0),
    ],
)
def test_length_of_a_day(zone_name: str, day: date, hours: float) -> None:
    (found,) = period(day, day, ZoneInfo(zone_name)).days()
    assert found.ends_at - found.starts_at == timedelta(hours=hours)


@pytest.mark.parametrize(("written", "days"), [("2026-02", 28), ("2028-02", 29), ("2026-04", 30), ("2026-12", 31)])
def test_length_of_a_month(written: str, days: int) -> None:
    assert len(list(month(written, AMSTERDAM).days())) == days


@given(zones, st.integers(2005, 2035), st.integers(1, 12))
def test_the_days_of_a_month_touch_and_fill_it(zone: ZoneInfo, year: int, number: int) -> None:
    found = month(f"{year}-{number:02}", zone)
    days = list(found.days())
    assert (days[0].starts_at, days[-1].ends_at) == (found.starts_at, found.ends_at)
    assert all(one.ends_at == other.starts_at for one, other in zip(days, days[1:], strict=False))
    assert [day.on.day for day in days] == list(range(1, len(days) + 1))


@given(zones, instants)
def test_every_moment_is_inside_its_own_day_only(zone: ZoneInfo, moment: datetime) -> None:
    on = day_of(moment, zone)
    around = period(on - timedelta(days=2), on + timedelta(days=2), zone)
    assert [day.on for day in around.days() if day.starts_at <= moment < day.ends_at] == [on]


@given(zones, st.integers(2006, 2035), st.integers(1, 12))
def test_before_a_month_comes_a_month(zone: ZoneInfo, year: int, number: int) -> None:
    found = month(f"{year}-{number:02}", zone)
    before = found.previous()
    assert before.ends_at == found.starts_at
    assert before == month(f"{before.starts_on:%Y-%m}", zone)


@given(zones, dates, st.integers(0, 400))
def test_before_any_period_come_as_many_days_or_months(zone: ZoneInfo, first: date, more: int) -> None:
    found = period(first, first + timedelta(days=more), zone)
    before = found.previous()
    assert before.ends_at == found.starts_at
    if first.day != 1:
        assert before.ends_on - before.starts_on == found.ends_on - found.starts_on


@pytest.mark.parametrize("written", ["", "2026", "2026-13", "2026-00", "10-2026", "2026-1", "0000-01", "2026-10-01"])
def test_what_is_no_month_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="Write it like 2026-10"):
        month(written, AMSTERDAM)
