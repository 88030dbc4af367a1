"""A post that stands already, saved again from its form: content, time, and how far it goes. Nothing else makes these in one step."""

from datetime import datetime

from sqlalchemy.orm import Session

from socialq.domain.states import PostState
from socialq.errors import OutOfDate
from socialq.models import Post
from socialq.planning.changing import move, unschedule
from socialq.planning.content import Draft
from socialq.planning.drafts import revise
from socialq.planning.found import Desk, client_of, post_of, revision_of
from socialq.planning.reviews import CHANGED, submit, withdraw
from socialq.planning.scheduling import approved, checked_time, schedule


def rework(
    session: Session,
    desk: Desk,
    post_id: int,
    revision_id: int,
    new: Draft,
    at: datetime | None,
    *,
    onward: bool,
    repeat: bool = False,
) -> Post:
    """`onward`: scheduled for `at`, or sent for review when the client approves first; else kept, with `at` as a wish.

    What says the same stays the same revision, so an approval stands. `repeat`: see `schedule`.
    Raises OutOfDate, BadInput, NotAllowed, NotFound."""
    post = post_of(session, post_id)
    if post.revision_id != revision_id:
        raise OutOfDate(CHANGED)
    if not _says(session, post, new):
        revise(session, desk, post_id, new)
    elif onward and post.state == PostState.SCHEDULED and at is not None:
        return move(session, desk, post_id, at, repeat=repeat)
    _put_back(session, desk, post)
    if at != post.scheduled_at:
        post.scheduled_at = None if at is None else checked_time(session, at)
    return _onward(session, desk, post, at, repeat=repeat) if onward else post


def _says(session: Session, post: Post, new: Draft) -> bool:
    revision = revision_of(session, post)
    pictures = [(one.media_id, one.alt) for one in revision.media]
    channels = sorted(one.channel_id for one in revision.channels)
    typed = [(one.media_id, one.alt) for one in new.pictures]
    if [one.text for one in revision.parts] != new.following:
        return False
    return (revision.text, channels, pictures) == (new.text, sorted(set(new.channels)), typed)


def _put_back(session: Session, desk: Desk, post: Post) -> None:
    """Off the schedule or back from review, where it stands there still: its time may change now."""
    if post.state == PostState.SCHEDULED:
        unschedule(session, desk, post.id)
    elif post.state == PostState.IN_REVIEW:
        withdraw(session, desk, post.id)


def _onward(session: Session, desk: Desk, post: Post, at: datetime | None, *, repeat: bool) -> Post:
    if client_of(session, post.client_id).approval_needed and not approved(session, post):
        return submit(session, desk, post.id, repeat=repeat)
    return schedule(session, desk, post.id, at, repeat=repeat)
