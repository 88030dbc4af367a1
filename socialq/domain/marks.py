"""One word for a post as people see it, over all its deliveries: what departs from plan wins over what goes as planned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from socialq.domain.states import DeliveryState, PostState

LATE = timedelta(minutes=1)


class Mark(StrEnum):
    """In the order of their claim on a person; the pages have a word and an icon for each."""

    CHECK = "check"  # nobody knows whether it is out: a person is asked
    FAILED = "failed"
    MISSED = "missed"
    PARTLY = "partly"  # out on some channels, failed on others
    DISCONNECTED = "disconnected"
    HELD = "held"  # paused, or a person has to say yes first
    LOOKING = "looking"  # the answer was lost; socialq is reading back
    PROCESSING = "processing"
    PUBLISHING = "publishing"
    SCHEDULED = "scheduled"
    LATE = "late"
    PUBLISHED = "published"
    APPROVED = "approved"  # without a time
    CHANGES = "changes"  # the client wants a change
    REVIEW = "review"
    DRAFT = "draft"


@dataclass(frozen=True)
class Sent:
    """One delivery, as far as its mark needs it. `held`: somebody has to let it go; `connected`: its channel is."""

    state: DeliveryState
    scheduled_at: datetime
    published_at: datetime | None = None
    asked: bool = False
    missed: bool = False
    held: bool = False
    connected: bool = True


def mark(delivery: Sent) -> Mark:
    """The mark of one delivery that is not cancelled."""
    match delivery.state:
        case DeliveryState.SCHEDULED:
            if not delivery.connected:
                return Mark.DISCONNECTED
            return Mark.HELD if delivery.held else Mark.SCHEDULED
        case DeliveryState.PUBLISHED:
            late = delivery.published_at is not None and delivery.published_at - delivery.scheduled_at >= LATE
            return Mark.LATE if late else Mark.PUBLISHED
        case DeliveryState.FAILED:
            return Mark.MISSED if delivery.missed else Mark.FAILED
        case DeliveryState.UNKNOWN:
            return Mark.CHECK if delivery.asked else Mark.LOOKING
        case DeliveryState.PROCESSING:
            return Mark.PROCESSING
        case _:
            return Mark.PUBLISHING


def mark_of_post(state: PostState, deliveries: Sequence[Sent], *, changes_wanted: bool = False) -> Mark:
    """The mark of a post: its deliveries' strongest, or what people have made of it when there are none."""
    marks = {mark(one) for one in deliveries if one.state != DeliveryState.CANCELLED}
    if not marks:
        return _planned(state, changes_wanted=changes_wanted)
    if Mark.CHECK not in marks and marks & {Mark.FAILED, Mark.MISSED} and marks & {Mark.PUBLISHED, Mark.LATE}:
        return Mark.PARTLY
    return min(marks, key=list(Mark).index)


def lateness(deliveries: Sequence[Sent]) -> timedelta:
    """How late the latest published delivery was; zero when none was."""
    out = [one.published_at - one.scheduled_at for one in deliveries if one.published_at is not None]
    return max([*out, timedelta()])


def _planned(state: PostState, *, changes_wanted: bool) -> Mark:
    match state:
        case PostState.IN_REVIEW:
            return Mark.REVIEW
        case PostState.DRAFT:
            return Mark.CHANGES if changes_wanted else Mark.DRAFT
        case _:
            return Mark.APPROVED
