"""The two state tables. Models refuse any other move, UPDATEs take their WHERE from here, docs/states.md is made from here."""

from collections.abc import Iterable
from enum import StrEnum


class PostState(StrEnum):
    """Moved by people."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SCHEDULED = "scheduled"


class DeliveryState(StrEnum):
    """Moved by machines, except out of `unknown` and `failed`, where a person may decide."""

    SCHEDULED = "scheduled"
    PUBLISHING = "publishing"
    PROCESSING = "processing"
    PUBLISHED = "published"
    UNKNOWN = "unknown"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Move(StrEnum):
    """Why a delivery changes its state."""

    CLAIM = "claim"
    BACK = "back"  # provably not out: released, deferred, disconnected, or absent twice
    ACCEPT = "accept"  # the final call was taken, the network still works on it
    LOSE = "lose"  # nobody can know whether it is out
    GOOD_NEWS = "good news"  # it is out, whoever says so and however late
    REFUSE = "refuse"
    MISS = "miss"  # the slot is over
    CANCEL = "cancel"
    AGAIN = "again"  # a person: send it (again)
    LEAVE = "leave"  # a person: leave it
    REPLACE = "replace"  # a person plans the post anew, or takes it off the schedule: what failed of it is left


S = DeliveryState
POST_MOVES: dict[PostState, frozenset[PostState]] = {
    PostState.DRAFT: frozenset({PostState.IN_REVIEW, PostState.APPROVED, PostState.SCHEDULED}),
    PostState.IN_REVIEW: frozenset({PostState.DRAFT, PostState.APPROVED, PostState.SCHEDULED}),
    PostState.APPROVED: frozenset({PostState.DRAFT, PostState.SCHEDULED}),
    PostState.SCHEDULED: frozenset({PostState.DRAFT, PostState.APPROVED}),
}
DELIVERY_MOVES: dict[Move, tuple[frozenset[DeliveryState], DeliveryState]] = {
    Move.CLAIM: (frozenset({S.SCHEDULED}), S.PUBLISHING),
    Move.BACK: (frozenset({S.PUBLISHING, S.UNKNOWN}), S.SCHEDULED),
    Move.ACCEPT: (frozenset({S.PUBLISHING}), S.PROCESSING),
    Move.LOSE: (frozenset({S.PUBLISHING, S.PROCESSING}), S.UNKNOWN),
    Move.GOOD_NEWS: (frozenset(set(S) - {S.PUBLISHED}), S.PUBLISHED),
    Move.REFUSE: (frozenset({S.PUBLISHING, S.PROCESSING, S.SCHEDULED}), S.FAILED),
    Move.MISS: (frozenset({S.SCHEDULED, S.PUBLISHING, S.UNKNOWN}), S.FAILED),
    Move.CANCEL: (frozenset({S.SCHEDULED, S.PUBLISHING, S.UNKNOWN}), S.CANCELLED),
    Move.AGAIN: (frozenset({S.UNKNOWN, S.FAILED}), S.SCHEDULED),
    Move.LEAVE: (frozenset({S.UNKNOWN}), S.FAILED),
    Move.REPLACE: (frozenset({S.FAILED}), S.CANCELLED),
}
FINAL: frozenset[DeliveryState] = frozenset({S.PUBLISHED, S.FAILED, S.CANCELLED})
IN_FLIGHT: frozenset[DeliveryState] = frozenset({S.PUBLISHING, S.PROCESSING, S.UNKNOWN})


def sources(move: Move) -> frozenset[DeliveryState]:
    """The states from which the move is open."""
    return DELIVERY_MOVES[move][0]


def target(move: Move) -> DeliveryState:
    return DELIVERY_MOVES[move][1]


def delivery_may(old: DeliveryState, new: DeliveryState) -> bool:
    return old == new or any(old in froms and to == new for froms, to in DELIVERY_MOVES.values())


def post_may(old: PostState, new: PostState) -> bool:
    return old == new or new in POST_MOVES[old]


def overall(states: Iterable[DeliveryState], post: PostState) -> str:
    """One word for a post over all its deliveries: the one that most needs a person wins."""
    found = set(states) - {S.CANCELLED}
    for state in (S.UNKNOWN, S.FAILED, S.PUBLISHING, S.PROCESSING, S.SCHEDULED, S.PUBLISHED):
        if state in found:
            return str(state)
    return str(post)
