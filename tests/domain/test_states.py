"""Both state tables, walked: what is open is open, everything else is refused, and there is always a way on."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialq.domain.states import (
    DELIVERY_MOVES,
    FINAL,
    IN_FLIGHT,
    POST_MOVES,
    DeliveryState,
    Move,
    PostState,
    delivery_may,
    overall,
    post_may,
    sources,
    target,
)
from socialq.errors import NotAllowed
from socialq.models import Delivery, Post


@pytest.mark.parametrize("move", Move)
def test_every_move_has_its_row_and_leads_elsewhere(move: Move) -> None:
    assert sources(move)
    assert target(move) not in sources(move)


@pytest.mark.parametrize(("old", "new"), list(product(DeliveryState, DeliveryState)))
def test_the_delivery_record_follows_the_table(old: DeliveryState, new: DeliveryState) -> None:
    is_open = old == new or any(old in sources(move) and target(move) == new for move in DELIVERY_MOVES)
    row = Delivery(state=old)
    assert delivery_may(old, new) == is_open
    if is_open:
        row.state = new
        assert row.state == new
    else:
        with pytest.raises(NotAllowed):
            row.state = new
        assert row.state == old


@pytest.mark.parametrize(("old", "new"), list(product(PostState, PostState)))
def test_the_post_record_follows_the_table(old: PostState, new: PostState) -> None:
    row = Post(state=old)
    assert post_may(old, new) == (old == new or new in POST_MOVES[old])
    if post_may(old, new):
        row.state = new
        assert row.state == new
    else:
        with pytest.raises(NotAllowed):
            row.state = new


def test_published_is_the_end_and_open_from_everywhere() -> None:
    assert all(DeliveryState.PUBLISHED not in sources(move) for move in Move)
    assert sources(Move.GOOD_NEWS) == set(DeliveryState) - {DeliveryState.PUBLISHED}


def test_every_state_can_come_to_an_end() -> None:
    """Without good news, which comes by itself: a person or a machine always has a way on."""
    others = [move for move in Move if move is not Move.GOOD_NEWS]
    for state in set(DeliveryState) - FINAL:
        assert any(state in sources(move) for move in others)
    assert set(DeliveryState) == FINAL | IN_FLIGHT | {DeliveryState.SCHEDULED}


def test_only_a_claim_starts_sending() -> None:
    assert [move for move in Move if target(move) is DeliveryState.PUBLISHING] == [Move.CLAIM]
    assert sources(Move.CLAIM) == {DeliveryState.SCHEDULED}


@given(st.lists(st.sampled_from(DeliveryState)), st.sampled_from(PostState))
def test_the_overall_word_is_the_one_that_most_needs_a_person(states: list[DeliveryState], post: PostState) -> None:
    word = overall(states, post)
    live = set(states) - {DeliveryState.CANCELLED}
    assert word in (live or {post})
    for worst in (DeliveryState.UNKNOWN, DeliveryState.FAILED):
        if worst in live:
            assert word in {DeliveryState.UNKNOWN, worst}
    assert (word == DeliveryState.PUBLISHED) == (live == {DeliveryState.PUBLISHED})
