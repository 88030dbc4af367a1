"""From approved to scheduled: what stands against it, and the promise to each channel."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialq import db
from socialq.domain.states import IN_FLIGHT, DeliveryState, PostState
from socialq.errors import BadInput, NotAllowed
from socialq.models import Approval, Client, Post
from socialq.planning.content import Checked, of_revision, refuse
from socialq.planning.found import Desk, client_of, post_of, revision_of
from socialq.planning.promises import deliver, live, set_aside, stands
from socialq.services import events, incidents
from socialq.services.i18n import mark
from socialq.services.repeats import refuse_repeat

PAST = timedelta(seconds=60)
FUTURE = timedelta(days=3653)
AS_IT_IS = mark("The post is scheduled already: move it, or take it off the schedule first.")
NO_OFFSET = mark("The time has no offset: write it like 2026-10-06T09:00:00+02:00.")
OVER = mark("That time is past: take a later one.")
TOO_FAR = mark("That time is more than ten years ahead: take an earlier one.")
UNAPPROVED = mark("The post still waits for approval: %(client)s approves posts first.")
FLYING = mark("The post cannot be scheduled anew yet: %(where)s. Nothing was changed; wait until that has ended.")
OUT = mark("The post is out there already: %(where)s. Leave that channel out, or make a new post.")


def schedule(session: Session, desk: Desk, post_id: int, at: datetime | None, *, repeat: bool = False) -> Post:
    """Promises the post for `at` (aware; None: now) on each of its channels. A second time at the same time changes nothing.

    `repeat`: even where the same text is out or planned within a day. What failed of it before is left. Without approvals
    the member's own is recorded. Raises BadInput (Repeats without `repeat`), NotAllowed, NotFound; nothing is stored then."""
    post = post_of(session, post_id)
    if post.state == PostState.SCHEDULED:
        if at is not None and at == post.scheduled_at:
            return post
        raise NotAllowed(AS_IT_IS)
    client = client_of(session, post.client_id)
    at = checked_time(session, at)
    content = ready(session, desk, post, client, at, repeat=repeat)
    if not client.approval_needed and not approved(session, post):
        decide(session, desk, post, "approved")
    set_aside(session, desk, post)
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
        raise BadInput(NO_OFFSET)
    if at < now - PAST:
        raise BadInput(OVER)
    if at > now + FUTURE:
        raise BadInput(TOO_FAR)
    return at


def ready(session: Session, desk: Desk, post: Post, client: Client, at: datetime, *, repeat: bool = False) -> Checked:
    """What would be sent, when nothing stands against scheduling it at that time. Raises BadInput or NotAllowed."""
    if client.approval_needed and not approved(session, post):
        raise NotAllowed(UNAPPROVED, client=client.name)
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
    """The same text on a channel within a day is a mistake, unless somebody says otherwise. Raises Repeats."""
    refuse_repeat(session, [one.id for one in content.channels], content.fingerprint, at, post=post.id)


def _refuse_unsettled(session: Session, post: Post, content: Checked) -> None:
    """What is going out or is out stands in the way on its own channel; what failed there does not."""
    ids = [channel.id for channel in content.channels]
    there = [one for one in live(session, post) if one.channel_id in ids and one.state != DeliveryState.FAILED]
    flying = [one for one in there if one.state in IN_FLIGHT]
    if there:
        raise NotAllowed(FLYING if flying else OUT, where=[stands(session, one) for one in flying or there])
