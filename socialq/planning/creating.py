"""A post in one step, as the command line, a form and an import make it: drafted, and sent on as far as it may go."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialq import db
from socialq.domain import slots
from socialq.domain.states import DeliveryState, PostState
from socialq.errors import BadInput
from socialq.models import Delivery, Post, RevisionChannel, Slot
from socialq.planning.content import Draft
from socialq.planning.drafts import draft, made_before
from socialq.planning.found import Desk, client_of
from socialq.planning.reviews import submit
from socialq.planning.scheduling import schedule
from socialq.services.i18n import mark

NO_SLOTS = mark("%(client)s has no slots: give the post a time.")
ALL_TAKEN = mark("Every slot of %(client)s is taken for %(days)s days: give the post a time.")


@dataclass(frozen=True)
class At:
    """At that time (aware)."""

    at: datetime


@dataclass(frozen=True)
class Now:
    """At once."""


@dataclass(frozen=True)
class NextSlot:
    """In the client's next free slot."""


@dataclass(frozen=True)
class Later:
    """Nobody knows yet: it stays a draft."""


When = At | Now | NextSlot | Later


def create(
    session: Session,
    desk: Desk,
    client_id: int,
    new: Draft,
    when: When,
    *,
    repeat: bool = False,
    form_token: str | None = None,
) -> Post:
    """Scheduled; or in review with its time, when the client approves first; or a draft. The same form token: the same post.

    Raises BadInput, NotAllowed or NotFound; nothing is stored then."""
    client = client_of(session, client_id, lock=True)
    before = made_before(session, client_id, form_token)
    if before is not None:
        return before
    at = _time(session, client_id, new, when)
    post = draft(session, desk, client_id, new, at=at, form_token=form_token)
    if at is None:
        return post
    if client.approval_needed:
        return submit(session, desk, post.id, repeat=repeat)
    return schedule(session, desk, post.id, at, repeat=repeat)


def next_slot(session: Session, client_id: int, channels: tuple[int, ...]) -> datetime:
    """The client's next slot in which nothing is planned on any of the channels. Raises BadInput when there is none."""
    client = client_of(session, client_id, lock=True)
    rows = session.scalars(select(Slot).where(Slot.client_id == client_id))
    weekly = [slots.WeeklySlot(row.weekday, row.at) for row in rows]
    if not weekly:
        raise BadInput(NO_SLOTS, client=client.name)
    now = db.now(session)
    taken = _taken(session, channels, now)
    found = slots.next_free(weekly, slots.zone(client.timezone), now, taken)
    if found is None:
        raise BadInput(ALL_TAKEN, client=client.name, days=slots.HORIZON.days)
    return found


def _time(session: Session, client_id: int, new: Draft, when: When) -> datetime | None:
    match when:
        case At(at):
            return at
        case Now():
            return db.now(session)
        case NextSlot():
            return next_slot(session, client_id, new.channels)
        case Later():
            return None


def _taken(session: Session, channels: tuple[int, ...], now: datetime) -> set[datetime]:
    """Times on these channels that are promised, or wished for by posts in review."""
    since = now - timedelta(hours=1)
    gone = (DeliveryState.CANCELLED, DeliveryState.FAILED)
    promised = select(Delivery.scheduled_at).where(
        Delivery.channel_id.in_(channels), Delivery.state.not_in(gone), Delivery.scheduled_at > since
    )
    waiting = (PostState.DRAFT, PostState.IN_REVIEW, PostState.APPROVED)
    wished = (
        select(Post.scheduled_at)
        .join(RevisionChannel, RevisionChannel.revision_id == Post.revision_id)
        .where(RevisionChannel.channel_id.in_(channels), Post.state.in_(waiting), Post.scheduled_at > since)
    )
    return {at for at in [*session.scalars(promised), *session.scalars(wished)] if at is not None}
