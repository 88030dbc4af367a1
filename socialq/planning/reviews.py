"""The client's word on a post: asked for, given, taken back. It binds to one revision."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialq import db
from socialq.domain.states import PostState
from socialq.errors import NotAllowed, OutOfDate, SocialqError
from socialq.models import Event, Post
from socialq.planning.changing import let_go
from socialq.planning.content import of_revision
from socialq.planning.found import Desk, client_of, post_of, revision_of
from socialq.planning.scheduling import approved, checked_time, decide, ready, refuse_same_text, schedule
from socialq.services import events, incidents, refusals
from socialq.services.i18n import mark

ONLY_A_DRAFT = mark("Only a draft can be sent for review; this post is %(state)s.")
A_DRAFT = mark("The post is a draft: there is nothing to withdraw.")
CHANGED = mark("The post has been changed since: look at the new version first.")
NOT_IN_REVIEW = mark("The post is not in review, it is %(state)s.")
LATE_APPROVAL = timedelta(minutes=15)


def submit(session: Session, desk: Desk, post_id: int, at: datetime | None = None, *, repeat: bool = False) -> Post:
    """A draft goes to review, wished for `at` (None: the time it has, or none). `repeat`: even where the same text is out or
    planned within a day; that is remembered for this revision and time. Raises BadInput (Repeats), NotAllowed, NotFound."""
    post = post_of(session, post_id)
    if post.state != PostState.DRAFT:
        raise NotAllowed(ONLY_A_DRAFT, state=PostState(post.state))
    if at is not None:
        post.scheduled_at = checked_time(session, at)
    if post.scheduled_at is not None and not repeat:
        content = of_revision(session, revision_of(session, post), post.client_id)
        refuse_same_text(session, post, content, post.scheduled_at)
    post.state = PostState.IN_REVIEW
    said = {"repeat": _wished(post)} if repeat else {}
    events.record(session, desk.by, "submit", f"post:{post.id}", post.client_id, **said)
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
    """Takes a post back from review or its approval away; of a scheduled one what waits is cancelled, what is going out
    keeps the wish. NotAllowed when all of it is out."""
    post = post_of(session, post_id)
    if post.state == PostState.DRAFT:
        raise NotAllowed(A_DRAFT)
    if post.state == PostState.SCHEDULED:
        let_go(session, desk, post)
    if approved(session, post):
        decide(session, desk, post, "withdrawn", comment)
    post.state = PostState.DRAFT
    events.record(session, desk.by, "withdraw", f"post:{post.id}", post.client_id)
    session.flush()
    return post


def _in_review(session: Session, post_id: int, revision_id: int) -> Post:
    post = post_of(session, post_id)
    if post.revision_id != revision_id:
        raise OutOfDate(CHANGED)
    if post.state != PostState.IN_REVIEW:
        raise NotAllowed(NOT_IN_REVIEW, state=PostState(post.state))
    return post


def _schedule_if_open(session: Session, desk: Desk, post: Post, at: datetime) -> None:
    now = db.now(session)
    if at < now - LATE_APPROVAL:
        _without_time(session, post, "approved_too_late", f"its time was {at.isoformat(timespec='minutes')}")
        return
    at = max(at, now)  # a new promise, made now, with the client's whole limit before it
    try:
        repeat = _said_already(session, post)
        ready(session, desk, post, client_of(session, post.client_id), at, repeat=repeat)
    except SocialqError as error:
        _without_time(session, post, "approved_not_scheduled", str(error), refusal=refusals.kept(error))
        return
    schedule(session, desk, post.id, at, repeat=repeat)


def _wished(post: Post) -> list[object]:
    """What somebody said yes to: these words at this time."""
    return [post.revision_id, post.scheduled_at.isoformat() if post.scheduled_at else ""]


def _said_already(session: Session, post: Post) -> bool:
    """Whether it was asked for approval in the knowledge that the same text is there."""
    asked = select(Event.facts).where(Event.subject == f"post:{post.id}", Event.verb == "submit")
    facts = session.scalar(asked.order_by(Event.id.desc()).limit(1)) or {}
    return facts.get("repeat") == _wished(post)


def _without_time(session: Session, post: Post, kind: str, reason: str, **facts: object) -> None:
    """The approver did nothing wrong: the approval stands, and the VA is told that a time is missing."""
    post.scheduled_at = None
    incidents.open_incident(session, kind, f"post:{post.id}", post.client_id, {"reason": reason} | facts)
    session.flush()
