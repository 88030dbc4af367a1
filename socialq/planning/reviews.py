"""The client's word on a post: asked for, given, taken back. It binds to one revision."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from socialq import db
from socialq.domain.states import PostState
from socialq.errors import NotAllowed, OutOfDate, SocialqError
from socialq.models import Post
from socialq.planning.changing import unschedule
from socialq.planning.found import Desk, client_of, post_of
from socialq.planning.scheduling import approved, checked_time, decide, ready, schedule
from socialq.services import events, incidents

LATE_APPROVAL = timedelta(minutes=15)


def submit(session: Session, desk: Desk, post_id: int, at: datetime | None = None) -> Post:
    """A draft goes to review, wished for `at` (None: the time it has, or none)."""
    post = post_of(session, post_id)
    if post.state != PostState.DRAFT:
        raise NotAllowed(f"Only a draft can be sent for review; this post is {_state(post)}.")
    if at is not None:
        post.scheduled_at = checked_time(session, at)
    post.state = PostState.IN_REVIEW
    events.record(session, desk.by, "submit", f"post:{post.id}", post.client_id)
    session.flush()
    return post


def approve(session: Session, desk: Desk, post_id: int, revision_id: int, comment: str = "") -> Post:
    """Yes to the revision that was shown. With a time the post is scheduled at once; up to 15 minutes late it goes at once.

    Later, or when something else stands against it, it is approved without a time and an incident tells the VA."""
    post = _in_review(session, post_id, revision_id)
    decide(session, desk, post, "approved", comment)
    events.record(session, desk.by, "approve", f"post:{post.id}", post.client_id)
    post.state = PostState.APPROVED
    session.flush()
    if post.scheduled_at is not None:
        _schedule_if_open(session, desk, post, post.scheduled_at)
    return post


def request_changes(session: Session, desk: Desk, post_id: int, revision_id: int, comment: str) -> Post:
    """No to the revision that was shown: it is a draft again."""
    post = _in_review(session, post_id, revision_id)
    decide(session, desk, post, "changes_requested", comment)
    post.state = PostState.DRAFT
    events.record(session, desk.by, "request_changes", f"post:{post.id}", post.client_id)
    session.flush()
    return post


def withdraw(session: Session, desk: Desk, post_id: int, comment: str = "") -> Post:
    """Takes a post back from review or its approval away; a scheduled one leaves the schedule, all of it or NotAllowed."""
    post = post_of(session, post_id)
    if post.state == PostState.DRAFT:
        raise NotAllowed("The post is a draft: there is nothing to withdraw.")
    if post.state == PostState.SCHEDULED:
        unschedule(session, desk, post_id)
    if approved(session, post):
        decide(session, desk, post, "withdrawn", comment)
    post.state = PostState.DRAFT
    events.record(session, desk.by, "withdraw", f"post:{post.id}", post.client_id)
    session.flush()
    return post


def _in_review(session: Session, post_id: int, revision_id: int) -> Post:
    post = post_of(session, post_id)
    if post.revision_id != revision_id:
        raise OutOfDate("The post has been changed since: look at the new version first.")
    if post.state != PostState.IN_REVIEW:
        raise NotAllowed(f"The post is not in review, it is {_state(post)}.")
    return post


def _schedule_if_open(session: Session, desk: Desk, post: Post, at: datetime) -> None:
    now = db.now(session)
    if at < now - LATE_APPROVAL:
        _without_time(session, post, "approved_too_late", f"its time was {at.isoformat(timespec='minutes')}")
        return
    at = max(at, now)  # a new promise, made now, with the client's whole limit before it
    try:
        ready(session, desk, post, client_of(session, post.client_id), at)
    except SocialqError as error:
        _without_time(session, post, "approved_not_scheduled", str(error))
        return
    schedule(session, desk, post.id, at)


def _without_time(session: Session, post: Post, kind: str, reason: str) -> None:
    """The approver did nothing wrong: the approval stands, and the VA is told that a time is missing."""
    post.scheduled_at = None
    incidents.open_incident(session, kind, f"post:{post.id}", post.client_id, {"reason": reason})
    session.flush()


def _state(post: Post) -> str:
    return post.state.replace("_", " ")
