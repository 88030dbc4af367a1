"""When access is renewed, tried again and told about."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialq.domain.access import PATIENCE, instant, renew_at, try_again, warning, whole

NOW = datetime(2026, 12, 3, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(("life", "before"), [(7200, 1800), (60 * 86400, 15 * 86400)])
def test_a_quarter_of_its_life_before_its_end(life: int, before: int) -> None:
    ends = NOW + timedelta(seconds=life)
    assert renew_at(NOW, ends, 0.0) == ends - timedelta(seconds=before)
    assert renew_at(NOW, None, 0.0) is None


@given(st.integers(-(10**6), 10**8), st.floats(0, 1))
def test_never_after_the_end_and_never_before_it_came(life: int, share: float) -> None:
    ends = NOW + timedelta(seconds=life)
    at = renew_at(NOW, ends, share)
    assert at is not None and (life < 0 or NOW <= at <= ends)


def test_the_less_time_is_left_the_sooner_again() -> None:
    wait = timedelta(seconds=15)
    assert try_again(NOW, None, NOW + timedelta(minutes=10), wait) == NOW + wait
    assert try_again(NOW, None, NOW + timedelta(days=15), wait) == NOW + PATIENCE
    assert try_again(NOW, NOW + timedelta(hours=2), NOW, wait) == NOW + timedelta(hours=2)
    assert try_again(NOW, None, None, wait) == NOW + wait


def test_a_week_and_a_day_before_and_when_it_is_over() -> None:
    steps = {8.0: "", 7.0: "week", 1.1: "week", 1.0: "day", 0.1: "day", 0.0: "over", -3.0: "over"}
    assert {days: warning(NOW + timedelta(days=days), NOW) for days in steps} == steps


def test_times_as_credentials_hold_them() -> None:
    assert instant(None) is None
    assert instant(1_780_000_000) == datetime(2026, 5, 28, 20, 26, 40, tzinfo=UTC)
    assert instant("2026-10-06T09:00:00+02:00") == datetime(2026, 10, 6, 7, 0, tzinfo=UTC)
    for odd in ("2026-10-06T09:00:00", "soon", True, 1.5, 10**30, [], {}):
        with pytest.raises(ValueError, match=r".+"):
            instant(odd)


def test_nothing_empty_is_whole() -> None:
    assert whole({"access_token": "a"})
    assert not any(whole(gap) for gap in ({}, {"access_token": ""}, {"access_token": "a", "refresh_token": None}))
