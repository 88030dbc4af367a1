"""The daily rollup against numbers counted by hand and by a slow second way; missing stays missing."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from socialq.db import Database
from socialq.domain.period import day_of, days
from socialq.models import COMMON, Rollup
from tests.usecases.numbers import Brand

Rows = dict[date, dict[str, int | None]]


def rows(brand: Brand, channel_id: int) -> Rows:
    with brand.db.read() as session:
        query = select(Rollup).where(Rollup.channel_id == channel_id).order_by(Rollup.day_on)
        names = ("posts", "followers", *COMMON)
        return {row.day_on: {name: getattr(row, name) for name in names} for row in session.scalars(query)}


def given(row: dict[str, int | None]) -> dict[str, int | None]:
    return {name: value for name, value in row.items() if value is not None}


def test_gained_is_the_end_of_the_day_minus_what_was_before(db: Database) -> None:
    brand = Brand(db)
    channel = brand.channel()
    post = brand.post(channel, "Vers brood", "2026-10-03 09:00")
    for at, likes, views in [
        ("10-03 12:00", 3, 40),
        ("10-03 23:59", 5, 90),
        ("10-04 00:01", 6, 91),
        ("10-06 08:00", 4, 91),
    ]:
        brand.count(post, f"2026-{at}", likes=likes, views=views)
    brand.rebuild(channel, "2026-10-01", "2026-10-31")
    assert {day.day: given(row) for day, row in rows(brand, channel).items()} == {
        3: {"posts": 1, "likes": 5, "views": 90},
        4: {"posts": 0, "likes": 1, "views": 1},
        6: {"posts": 0, "likes": -2, "views": 0},  # a counter that fell is a correction
    }


def test_missing_is_not_zero(db: Database) -> None:
    brand = Brand(db)
    channel, other = brand.channel(), brand.channel("other", "@other")
    post = brand.post(channel, "Vers brood", "2026-10-03 09:00")
    brand.count(post, "2026-10-03 12:00", likes=0)
    brand.count(post, "2026-10-05 12:00")
    brand.follow(channel, "2026-10-07 12:00", None)
    brand.rebuild(channel, "2026-10-01", "2026-10-31")
    brand.rebuild(other, "2026-10-01", "2026-10-31")
    assert {day.day: given(row) for day, row in rows(brand, channel).items()} == {3: {"posts": 1, "likes": 0}}
    assert rows(brand, other) == {}


def test_a_number_left_out_for_a_day_is_made_good_later(db: Database) -> None:
    brand = Brand(db)
    channel = brand.channel()
    post = brand.post(channel, "Vers brood", "2026-10-03 09:00")
    brand.count(post, "2026-10-03 12:00", likes=3, views=40)
    brand.count(post, "2026-10-04 12:00", likes=4)
    brand.count(post, "2026-10-05 12:00", likes=4, views=70)
    brand.rebuild(channel, "2026-10-01", "2026-10-31")
    assert [row["views"] for row in rows(brand, channel).values()] == [40, None, 30]


def test_followers_are_those_at_the_end_of_the_day_and_a_thread_is_one_post(db: Database) -> None:
    brand = Brand(db)
    channel = brand.channel()
    brand.post(channel, "Deel een", "2026-10-03 09:00")
    brand.post(channel, "Deel twee", "2026-10-03 09:00", part=2)
    for at, followers in [("10-03 08:00", 100), ("10-03 20:00", 104), ("10-04 08:00", 103)]:
        brand.follow(channel, f"2026-{at}", followers)
    brand.rebuild(channel, "2026-10-01", "2026-10-31")
    found = rows(brand, channel)
    assert [(day.day, row["posts"], row["followers"]) for day, row in found.items()] == [(3, 1, 104), (4, 0, 103)]


@pytest.mark.parametrize(
    ("zone", "first", "hours"),
    [
        ("Europe/Amsterdam", "2026-10-25", 25),
        ("Europe/Amsterdam", "2026-03-29", 23),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Pacific/Auckland", "2026-06-01", 24),
    ],
)
def test_the_day_is_the_clients(db: Database, zone: str, first: str, hours: float) -> None:
    brand = Brand(db, zone=zone)
    channel = brand.channel()
    (day,) = days(date.fromisoformat(first), date.fromisoformat(first), brand.zone)
    assert day.ends_at - day.starts_at == timedelta(hours=hours)
    post = brand.post(channel, "Op de rand", day.starts_at)
    second = timedelta(seconds=1)
    brand.count(post, day.starts_at, likes=1)
    brand.count(post, day.ends_at - second, likes=7)
    brand.count(post, day.ends_at, likes=8)
    after = (day.on + timedelta(days=1)).isoformat()
    brand.rebuild(channel, first, after)
    assert [(row["posts"], row["likes"]) for row in rows(brand, channel).values()] == [(1, 7), (0, 1)]


def test_any_way_of_making_it_gives_the_same(db: Database) -> None:
    """All at once, again, day by day, and backwards; each equal to what a slow count in Python says."""
    brand, chance = Brand(db, zone="Australia/Lord_Howe"), random.Random(7)
    channel, seen = brand.channel(), []
    start = datetime(2026, 3, 25, tzinfo=UTC)
    for _ in range(6):
        published = start + timedelta(hours=chance.randrange(24 * 14))
        post = brand.post(channel, "Bericht", published)
        for _ in range(12):
            at = published + timedelta(minutes=chance.randrange(60 * 24 * 9))
            numbers = {name: chance.randrange(200) for name in ("likes", "views", "saves") if chance.random() < 0.6}
            brand.count(post, at, **numbers)
            seen.append((post, at, numbers))
    brand.rebuild(channel, "2026-03-20", "2026-04-25")
    first = rows(brand, channel)
    for day, row in first.items():
        assert {name: row[name] for name in COMMON} == {name: slowly(brand, seen, name, day) for name in COMMON}
    brand.rebuild(channel, "2026-03-20", "2026-04-25")
    assert rows(brand, channel) == first
    for day in sorted(first, reverse=True):
        brand.rebuild(channel, day.isoformat(), day.isoformat())
        assert rows(brand, channel) == first


def slowly(brand: Brand, seen: list[tuple[int, datetime, dict[str, int]]], name: str, day: date) -> int | None:
    """What the channel gained on the day, post by post."""
    total = None
    for post in {one[0] for one in seen}:
        mine = sorted((at, numbers[name]) for owner, at, numbers in seen if owner == post and name in numbers)
        before = [value for at, value in mine if day_of(at, brand.zone) < day]
        during = [value for at, value in mine if day_of(at, brand.zone) == day]
        if during:
            total = (total or 0) + during[-1] - (before[-1] if before else 0)
    return total
