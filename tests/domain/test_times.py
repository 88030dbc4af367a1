"""The inequalities of publishing hold for the defaults, for all of them shrunk by one factor, and each can fail."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialq.domain.times import LATENESS_AT_LEAST, Times

TIMES = Times()


def shrunk(factor: float) -> Times:
    return Times(**{name: getattr(TIMES, name) / factor for name in Times.__dataclass_fields__})


def test_the_defaults_hold_and_fit_the_shortest_limit() -> None:
    assert TIMES.broken() == []
    assert LATENESS_AT_LEAST >= TIMES.shortest_limit == 200
    assert TIMES.grace == 50
    assert (TIMES.least_limit, TIMES.token_lasts) == (600, 120)
    assert replace(TIMES, quarantine=900.0).least_limit == 1010
    assert shrunk(10).least_limit == pytest.approx(60)


@given(st.integers(0, 10))
def test_shrinking_keeps_them(power: int) -> None:
    assert shrunk(2**power).broken() == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"lease": 59.0}, "LEASE"),
        ({"record": 16.0}, "LEASE"),
        ({"quarantine": 89.0}, "QUARANTINE"),
        ({"network_lags": 31.0}, "QUARANTINE"),
        ({"gap": 29.0}, "GAP"),
        ({"journal_after": 16.0}, "JOURNAL_AFTER"),
        ({"tick": 1.6}, "TICK"),
        ({"rering": 19.0}, "RERING"),
        ({"lease": 301.0}, "LEASE must be so short"),
        ({"hard": 26.0, "lease": 70.0, "rering": 30.0}, "START + HARD + RECORD"),
    ],
)
def test_each_can_fail(change: dict[str, float], named: str) -> None:
    assert any(sentence.startswith(named) for sentence in replace(TIMES, **change).broken())
