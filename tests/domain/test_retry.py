"""Waits grow, stay under their ceiling, and never undercut what the network asked for."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialq.domain.retry import CEILING, backoff, next_try, ring_again
from tests.domain.strategies import NOW, moments

firsts = st.floats(0.01, 3600)
setbacks = st.integers(-5, 10_000)


@given(firsts, setbacks, st.floats(0.8, 1.2))
def test_a_wait_lies_between_the_first_and_the_ceiling(first: float, setback: int, jitter: float) -> None:
    found = backoff(first, setback, jitter).total_seconds()
    assert first * jitter - 1e-5 <= found <= first * CEILING * jitter + 1e-5


@given(firsts, st.integers(1, 50))
def test_waits_do_not_shrink(first: float, setback: int) -> None:
    assert backoff(first, setback, 1.0) <= backoff(first, setback + 1, 1.0)
    assert ring_again(first, setback) <= ring_again(first, setback + 1) <= timedelta(seconds=first * 10)


def test_the_waits_of_the_design() -> None:
    assert [backoff(15, n, 1.0).total_seconds() for n in range(1, 7)] == [15, 30, 60, 120, 240, 300]
    assert [ring_again(30, n).total_seconds() for n in range(1, 6)] == [30, 60, 120, 240, 300]


@given(st.none() | moments, st.integers(0, 400))
def test_never_before_the_network_wants_it_nor_before_the_wait(until: datetime | None, seconds: int) -> None:
    found = next_try(NOW, until, timedelta(seconds=seconds))
    assert found >= NOW + timedelta(seconds=seconds)
    assert until is None or found >= until
    assert found in {until, NOW + timedelta(seconds=seconds)}


@pytest.mark.parametrize("jitter", [0.79, 1.21, float("nan")])
def test_a_jitter_outside_is_a_fault(jitter: float) -> None:
    with pytest.raises(ValueError, match="jitter"):
        backoff(15, 1, jitter)
