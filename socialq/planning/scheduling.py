"""From approved to scheduled: what stands against it, and the promise to each channel."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialq import db
from socialq.domain.states import FINAL, PostState
from socialq.errors import BadInput, NotAllowed
from socialq.models import Approval, Client, Post
from socialq.planning.content import Checked, of_revision, refuse
from socialq.planning.found import Desk, client_of, post_of, revision_of
from socialq.planning.promises import deliver, live, same_text
from socialq.services import events, incidents

PAST = timedelta(seconds=60)
FUTURE = timedelta(days=3653)


def schedule(session: Session, desk: Desk, post_id: int, at: datetime | None, *, repeat: bool = False) -> Post:
    """Promises the post for `at` (aware; None: now) on each of its channels. A second time at the same time changes nothing.

    Without approvals the member's own is recorded. Raises BadInput, NotAllowed, NotFound; nothing is stored then."""
    post = post_of(session, post_id)
    if post.state == PostState.SCHEDULED:
        if at is not None and at == post.scheduled_at:
            return post
        raise NotAllowed("The post is scheduled already: move it, or take it off the schedule first.")
    client = client_of(session, post.client_id)
    at = checked_time(session, at)
    content = ready(session, desk, post, client, at, repeat=repeat)
    if not client.approval_needed and not approved(session, post):
        decide(session, desk, post, "approved")
    deliver(session, desk, post, client, at, content, repeat=repeat)
    post.state, post.scheduled_at = PostState.SCHEDULED, at
    incidents.resolve_incidents(session, f"post:{post.id}", desk.by)
    events.record(session, desk.by, "schedule", f"post:{post.id}", client.id, at=at.isoformat())
    session.flush()
    return post


def checked_time(session: Session, at: datetime | None) -> datetime:
    """The time, or now for None. Raises BadInput on one that is naive, past (by more than a minute) or ten years ahead."""
    now = db.now(session)
    if at is None:
        return now
    if at.tzinfo is None:
        raise BadInput("The time has no offset: write it like 2026-10-06T09:00:00+02:00.")
    if at < now - PAST:
        raise BadInput("That time is past: take a later one.")
    if at > now + FUTURE:
        raise BadInput("That time is more than ten years ahead: take an earlier one.")
    return at


def ready(session: Session, desk: Desk, post: Post, client: Client, at: datetime, *, repeat: bool = False) -> Checked:
    """What would be sent, when nothing stands against scheduling it at that time. Raises BadInput or NotAllowed."""
    if client.approval_needed and not approved(session, post):
        raise NotAllowed(f"The post still waits for approval: {client.name} approves posts first.")
    content = of_revision(session, revision_of(session, post), client.id)
    refuse(content, client, desk)
    _refuse_unsettled(session, post, content)
    if not repeat:
        refuse_same_text(session, post, content, at)
    return content


def approved(session: Session, post: Post) -> bool:
    """Whether the newest word on the current revision is yes."""
    words = select(Approval.decision).where(Approval.post_id == post.id, Approval.revision_id == post.revision_id)
    return session.scalar(words.order_by(Approval.id.desc()).limit(1)) == "approved"


def decide(session: Session, desk: Desk, post: Post, decision: str, comment: str = "") -> None:
    """Somebody's word on the current revision: approved, changes_requested or withdrawn."""
    session.add(
        Approval(
            post_id=post.id, revision_id=post.revision_id, decision=decision, decided_by=desk.by,
            decided_at=db.now(session), comment=comment,
        )
    )  # fmt: skip
    session.flush()


def refuse_same_text(session: Session, post: Post, content: Checked, at: datetime) -> None:
    """The same text on a channel within a day is a mistake, unless somebody says otherwise. Raises BadInput."""
    if found := same_text(session, post, content, at):
        raise BadInput(
            f"Post {found.post_id} says the same on channel {found.channel_id} within 24 hours: change the text."
        )


def _refuse_unsettled(session: Session, post: Post, content: Checked) -> None:
    ids = [channel.id for channel in content.channels]
    for one in live(session, post):
        if one.channel_id in ids:
            told = "settle it first" if one.state not in FINAL else "make a new post"
            raise NotAllowed(f"On channel {one.channel_id} the post is {one.state} (delivery {one.id}): {told}.")
