"""Prints docs/states.md from the two state tables: `python -m tests.tools.states_page > docs/states.md`."""

import sys
from collections.abc import Iterator

from socialq.domain.states import DELIVERY_MOVES, POST_MOVES, DeliveryState, Move, PostState

HEAD = """\
# States

Made from `socialq/domain/states.py` by `python -m tests.tools.states_page > docs/states.md`; a test compares the two.
Records refuse any other move, and every UPDATE takes its WHERE from the same tables.
"""
POSTS = {
    PostState.DRAFT: "being written; every edit of content leads back here",
    PostState.IN_REVIEW: "waits for the client's word",
    PostState.APPROVED: "the client agrees with this revision; it has no time yet",
    PostState.SCHEDULED: "has its deliveries",
}
DELIVERIES = {
    DeliveryState.SCHEDULED: "waits for its time, or for its next try",
    DeliveryState.PUBLISHING: "claimed: one worker may be sending it",
    DeliveryState.PROCESSING: "the network took it and still works on it",
    DeliveryState.PUBLISHED: "it is out",
    DeliveryState.UNKNOWN: "nobody knows whether it is out; it is looked up, else a person is asked",
    DeliveryState.FAILED: "it is not out, and a person was told; only she, or late news, can change that",
    DeliveryState.CANCELLED: "it is not out, as somebody wished; only late news can change that",
}
MOVES = {
    Move.CLAIM: "a worker takes it, with its attempt in the same transaction",
    Move.BACK: "provably not out: released, deferred, disconnected, or absent at two looks",
    Move.ACCEPT: "the final call was taken, the network still works on it",
    Move.LOSE: "the answer was lost, the sender too, or processing took too long",
    Move.GOOD_NEWS: "it is out, whoever says so and however late",
    Move.REFUSE: "the network refuses it for good",
    Move.MISS: "its limit is over; it did not go out",
    Move.CANCEL: "somebody wished it stopped before it was out",
    Move.AGAIN: "a person: send it (again)",
    Move.LEAVE: "a person: leave it",
    Move.REPLACE: "a person plans the post anew or takes it off the schedule: what failed of it is left",
}


def render() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_posts(), "", *_deliveries(), ""])


def _posts() -> Iterator[str]:
    yield from ("## A post, moved by people", "", "| state | what it means | may become |", "|---|---|---|")
    for state, words in POSTS.items():
        yield f"| `{state}` | {words} | {_names(POST_MOVES[state], PostState)} |"


def _deliveries() -> Iterator[str]:
    yield from ("## A delivery (post × channel × part), moved by machines", "")
    yield from ("| state | what it means | may become |", "|---|---|---|")
    for state, words in DELIVERIES.items():
        onward = {to for froms, to in DELIVERY_MOVES.values() if state in froms}
        yield f"| `{state}` | {words} | {_names(onward, DeliveryState) or 'nothing'} |"
    yield from ("", "| move | from | to | why |", "|---|---|---|---|")
    for move, (froms, to) in DELIVERY_MOVES.items():
        yield f"| {move} | {_names(froms, DeliveryState)} | `{to}` | {MOVES[move]} |"


def _names(found: set[str] | frozenset[str], order: type[PostState] | type[DeliveryState]) -> str:
    return ", ".join(f"`{state}`" for state in order if state in found)


if __name__ == "__main__":
    sys.stdout.write(render())
