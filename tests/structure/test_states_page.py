"""docs/states.md says what the tables say, and explains every state and move."""

from socialq.domain.states import DeliveryState, Move, PostState
from tests.structure.tree import ROOT
from tests.tools.states_page import DELIVERIES, MOVES, POSTS, render


def test_the_page_is_what_the_tables_say() -> None:
    again = "run `python -m tests.tools.states_page > docs/states.md`"
    assert (ROOT / "docs/states.md").read_text() == render(), again


def test_every_state_and_move_is_explained() -> None:
    assert (set(POSTS), set(DELIVERIES), set(MOVES)) == (set(PostState), set(DeliveryState), set(Move))
