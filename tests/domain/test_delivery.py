"""Whatever a network says, what follows is open from `publishing`, keeps the limit and honours a wish."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from socialq.domain.delivery import Facts, absent, back, quarantined, settle
from socialq.domain.outcomes import Disconnected, Outcome, Processing, Published, Rejected, Unknown
from socialq.domain.states import DeliveryState, Move, sources, target
from socialq.domain.times import Times
from tests.domain.strategies import NOW, facts, not_out, outcomes, published

TIMES = Times()
TELLS = {Move.REFUSE, Move.MISS}  # a person must hear of these


@given(outcomes, facts)
def test_the_move_is_open_from_publishing(outcome: Outcome, known: Facts) -> None:
    assert DeliveryState.PUBLISHING in sources(settle(outcome, known, TIMES).move)


@given(published, facts)
def test_good_news_is_good_news_whatever_else(outcome: Published, known: Facts) -> None:
    found = settle(outcome, known, TIMES)
    assert found.move is Move.GOOD_NEWS
    assert found.changes["remote_id"] == outcome.remote_id
    assert found.incident is None


@given(outcomes, facts)
def test_the_next_try_never_lies_beyond_the_limit(outcome: Outcome, known: Facts) -> None:
    found = settle(outcome, known, TIMES)
    if found.move is Move.BACK and not isinstance(outcome, Disconnected):
        assert NOW < found.changes["due_at"] <= known.deadline_at
        assert found.changes["setbacks"] == known.setbacks + 1
    if found.move is Move.BACK:
        assert found.changes["due_at"] >= NOW
        assert found.changes["rung_at"] is None


@given(not_out, facts)
def test_a_wish_wins_over_everything_that_is_not_out(outcome: Outcome, known: Facts) -> None:
    wished = settle(outcome, replace(known, stop_at=NOW), TIMES)
    assert wished.move is Move.CANCEL
    assert settle(outcome, replace(known, stop_at=None), TIMES).move is not Move.CANCEL


@given(outcomes, facts)
def test_nobody_is_left_in_the_dark(outcome: Outcome, known: Facts) -> None:
    found = settle(outcome, known, TIMES)
    assert (found.incident is not None) == (found.move in TELLS or found.incident == "channel_disconnected")
    if target(found.move) is DeliveryState.FAILED:
        assert found.incident in {"delivery_rejected", "delivery_missed"}


@given(outcomes, facts)
def test_a_state_that_waits_has_a_time_in_it(outcome: Outcome, known: Facts) -> None:
    found = settle(outcome, known, TIMES)
    needed = {"scheduled": "due_at", "processing": "check_at", "unknown": "look_at"}.get(target(found.move))
    assert needed is None or found.changes[needed] is not None
    if isinstance(outcome, Processing):
        assert found.changes["process_until"] > NOW


@given(facts)
def test_what_may_be_out_is_never_sent_again_at_once(known: Facts) -> None:
    found = settle(Unknown("no answer"), known, TIMES)
    assert found.move is Move.LOSE
    assert found.changes == quarantined(NOW, TIMES)
    assert found.changes["look_at"] == NOW + timedelta(seconds=TIMES.quarantine)


@given(facts, st.none() | st.integers(0, 100_000))
def test_back_is_cancelled_missed_or_due_in_time(known: Facts, seconds: int | None) -> None:
    until = None if seconds is None else NOW + timedelta(seconds=seconds)
    found = back(known, TIMES, until, "busy")
    if known.stop_at:
        assert found.move is Move.CANCEL
    elif found.move is Move.BACK:
        assert until is None or found.changes["due_at"] >= until
    else:
        assert (found.move, found.incident) == (Move.MISS, "delivery_missed")
        assert known.deadline_at < max(until or NOW, NOW + timedelta(seconds=TIMES.backoff * 20 * 1.2))


@given(facts, st.integers(0, 3))
def test_absent_counts_twice_and_is_open_from_unknown(known: Facts, misses: int) -> None:
    found = absent(known, misses, TIMES)
    assert (found is None) == (misses < 1)
    if found is not None:
        assert DeliveryState.UNKNOWN in sources(found.move)
        assert (found.move is Move.CANCEL) == (known.stop_at is not None)
        if found.move is Move.BACK:
            assert known.deadline_at >= NOW == found.changes["due_at"]


def test_the_reason_is_kept_for_the_person() -> None:
    known = Facts(NOW, NOW + timedelta(hours=2), None, 0, 1.0)
    assert settle(Rejected("too long"), known, TIMES).reason == "too long"
    assert settle(Disconnected("token revoked"), known, TIMES).incident == "channel_disconnected"
