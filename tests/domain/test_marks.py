"""One word for a post: what departs from plan wins."""

from datetime import UTC, datetime, timedelta

import pytest

from socialq.domain.marks import Mark, Sent, lateness, mark, mark_of_post
from socialq.domain.states import DeliveryState as D
from socialq.domain.states import PostState

AT = datetime(2026, 12, 1, 8, tzinfo=UTC)


def sent(state: D, **changes: object) -> Sent:
    return Sent(state, AT, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("delivery", "word"),
    [
        (sent(D.SCHEDULED), Mark.SCHEDULED),
        (sent(D.SCHEDULED, held=True), Mark.HELD),
        (sent(D.SCHEDULED, held=True, connected=False), Mark.DISCONNECTED),
        (sent(D.PUBLISHING), Mark.PUBLISHING),
        (sent(D.PROCESSING), Mark.PROCESSING),
        (sent(D.UNKNOWN), Mark.LOOKING),
        (sent(D.UNKNOWN, asked=True), Mark.CHECK),
        (sent(D.FAILED), Mark.FAILED),
        (sent(D.FAILED, missed=True), Mark.MISSED),
        (sent(D.PUBLISHED, published_at=AT + timedelta(seconds=59)), Mark.PUBLISHED),
        (sent(D.PUBLISHED, published_at=AT + timedelta(minutes=4)), Mark.LATE),
    ],
)
def test_a_delivery_has_one_mark(delivery: Sent, word: Mark) -> None:
    assert mark(delivery) == word
    assert mark_of_post(PostState.SCHEDULED, [delivery, sent(D.CANCELLED)]) == word


def test_what_needs_a_person_wins() -> None:
    everything = [sent(state) for state in D] + [sent(D.UNKNOWN, asked=True)]
    assert mark_of_post(PostState.SCHEDULED, everything) == Mark.CHECK
    assert mark_of_post(PostState.SCHEDULED, [sent(D.PUBLISHED), sent(D.FAILED)]) == Mark.PARTLY
    assert mark_of_post(PostState.SCHEDULED, [sent(D.SCHEDULED), sent(D.FAILED)]) == Mark.FAILED


@pytest.mark.parametrize(
    ("state", "changes", "word"),
    [
        (PostState.DRAFT, False, Mark.DRAFT),
        (PostState.DRAFT, True, Mark.CHANGES),
        (PostState.IN_REVIEW, False, Mark.REVIEW),
        (PostState.APPROVED, False, Mark.APPROVED),
        (PostState.SCHEDULED, False, Mark.APPROVED),
    ],
)
def test_without_deliveries_it_is_what_people_made_of_it(state: PostState, changes: bool, word: Mark) -> None:
    assert mark_of_post(state, [sent(D.CANCELLED)], changes_wanted=changes) == word


def test_lateness_is_that_of_the_latest() -> None:
    out = [sent(D.PUBLISHED, published_at=AT + timedelta(minutes=n)) for n in (1, 7)]
    assert lateness([*out, sent(D.SCHEDULED)]) == timedelta(minutes=7)
    assert lateness([sent(D.PUBLISHED, published_at=AT - timedelta(seconds=1))]) == timedelta()
