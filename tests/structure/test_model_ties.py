"""The model of publishing is searched whole, and its moves are those of `domain/states.py`: neither may know one more."""

from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from socialq.domain.states import DELIVERY_MOVES, DeliveryState, Move
from tests.tools import publishing_model as model

S = DeliveryState
Pair = tuple[DeliveryState, DeliveryState]
Table = Mapping[Move, tuple[frozenset[DeliveryState], DeliveryState]]
LETTERS = {
    "S": S.SCHEDULED,
    "P": S.PUBLISHING,
    "U": S.UNKNOWN,
    "X": S.PUBLISHED,
    "F": S.FAILED,
    "C": S.CANCELLED,
    "R": S.PROCESSING,
}
NOT_IN_THE_MODEL = {
    (S.FAILED, S.SCHEDULED): "a person sends a failed one: a new start with a new limit, as if it were scheduled anew",
    (S.FAILED, S.CANCELLED): "a person plans the post anew: what failed has ended and only makes room for the new one",
    (S.PROCESSING, S.FAILED): "the network refuses what it had accepted: in the model its work always comes to an end",
}


def world(setting: str, change: Mapping[str, Any]) -> SimpleNamespace:
    return SimpleNamespace(**{**model.PARAMS, **model.CHOICES, **model.WORLD, **model.SETTINGS[setting], **change})


def pairs(table: Table) -> set[Pair]:
    return {(old, new) for froms, new in table.values() for old in froms}


def loose_ends(seen: set[Pair], table: Table) -> set[Pair]:
    """Moves of the model that the table refuses, moves of the table that the model never makes, excuses that are none."""
    return (seen ^ pairs(table)) ^ set(NOT_IN_THE_MODEL)


def noted(steps: Callable[..., Any], seen: set[tuple[str, str]]) -> Callable[..., Iterator[tuple[str, int, Any]]]:
    def noting(state: Any, options: SimpleNamespace) -> Iterator[tuple[str, int, Any]]:
        for label, fair, then in steps(state, options):
            if then.d is not state.d:
                seen.update((old.st, new.st) for old, new in zip(state.d, then.d, strict=True) if old.st != new.st)
            yield label, fair, then

    return noting


@pytest.fixture(scope="module")
def searched() -> Iterator[tuple[dict[str, str | None], set[Pair]]]:
    """What went wrong in each setting (nothing, one hopes), and every move that any delivery made on any way."""
    seen: set[tuple[str, str]] = set()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model, "steps", noted(model.steps, seen))
        found = {setting: model.search(world(setting, {}))[1] for setting in model.SETTINGS}
    yield found, {(LETTERS[old], LETTERS[new]) for old, new in seen}


def test_the_design_holds_in_every_setting(searched: tuple[dict[str, str | None], set[Pair]]) -> None:
    assert {setting: wrong for setting, wrong in searched[0].items() if wrong} == {}
    assert len(searched[0]) == 14


def test_the_model_moves_as_the_table_allows_and_the_table_allows_no_more(
    searched: tuple[dict[str, str | None], set[Pair]],
) -> None:
    assert loose_ends(searched[1], DELIVERY_MOVES) == set()


def test_every_pair_of_the_table_is_tied(searched: tuple[dict[str, str | None], set[Pair]]) -> None:
    """Taken out of a copy of the table, or put into it, each one is missed: the tie can fail."""
    for pair in pairs(DELIVERY_MOVES):
        without = {
            move: (froms - {pair[0]} if to == pair[1] else froms, to) for move, (froms, to) in DELIVERY_MOVES.items()
        }
        assert loose_ends(searched[1], without) == {pair}
    too_much = {**DELIVERY_MOVES, Move.LEAVE: (frozenset({S.UNKNOWN, S.PUBLISHED}), S.FAILED)}
    assert loose_ends(searched[1], too_much) == {(S.PUBLISHED, S.FAILED)}


@pytest.mark.parametrize("name", model.REMOVED)
def test_no_choice_can_be_taken_away(name: str) -> None:
    setting, change = model.REMOVED[name]
    assert model.search(world(setting, change))[1] is not None
