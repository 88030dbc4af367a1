"""The ladder: hourly on the first day, daily for two weeks, weekly up to ninety days, then never."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from socialq.domain.sampling import OLDEST, is_due, next_channel_pull, next_pull
from tests.domain.strategies import NOW, instants

ages = st.integers(0, 100 * 86400).map(lambda seconds: timedelta(seconds=seconds))


def steps() -> list[datetime]:
    found, at = [], next_pull(NOW, NOW)
    while at is not None:
        found.append(at)
        at = next_pull(NOW, at)
    return found


def test_the_whole_ladder() -> None:
    ages = [(step - NOW) / timedelta(hours=1) for step in steps()]
    assert ages[:24] == list(range(1, 25))
    assert ages[24:37] == [24 * day for day in range(2, 15)]
    assert ages[37:] == [24 * day for day in (21, 28, 35, 42, 49, 56, 63, 70, 77, 84, 90)]


@given(instants, ages)
def test_the_next_step_lies_ahead_and_is_always_a_step(published_at: datetime, age: timedelta) -> None:
    found = next_pull(published_at, published_at + age)
    if found is None:
        assert age >= OLDEST
    else:
        assert published_at + age < found <= published_at + OLDEST
        assert found - published_at in {step - NOW for step in steps()}


@given(instants, ages, ages)
def test_due_when_a_step_lies_between(published_at: datetime, one: timedelta, other: timedelta) -> None:
    last, now = published_at + min(one, other), published_at + max(one, other)
    passed = [step for step in steps() if last < published_at + (step - NOW) <= now]
    assert is_due(published_at, last, now) == bool(passed)


def test_a_new_post_waits_an_hour_and_an_account_a_day() -> None:
    assert not is_due(NOW, None, NOW + timedelta(minutes=59))
    assert is_due(NOW, None, NOW + timedelta(minutes=60))
    assert next_channel_pull(None, NOW) == NOW
    assert next_channel_pull(NOW, NOW + timedelta(hours=3)) == NOW + timedelta(days=1)


def test_a_clock_that_was_put_back_asks_at_the_first_step() -> None:
    assert next_pull(NOW, NOW - timedelta(days=3)) == NOW + timedelta(hours=1)
