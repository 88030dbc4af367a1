"""What may be sent now. One WHERE, shared by the doorbell and the claim, so that nothing rings that cannot be claimed.

Built once, with the moment as a parameter: putting it together costs more than the database needs to answer it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Table, and_, bindparam, func, or_, select

from socialq.db import UtcDateTime
from socialq.domain.states import DeliveryState, Move, PostState, sources
from socialq.models import Channel, Client, Delivery, Post
from socialq.services.repeats import SAME_TEXT

HOUR = timedelta(hours=1)
CLAIM_FROM = sorted(sources(Move.CLAIM))
MOMENT: ColumnElement[datetime] = bindparam("moment", type_=UtcDateTime)


def at(moment: datetime) -> dict[str, Any]:
    """The parameters of CLAIMABLE."""
    return {
        "moment": moment,
        "same_text_since": moment - SAME_TEXT,
        "hour_ago": moment - HOUR,
        "in_an_hour": moment + HOUR,
    }


def _other(name: str) -> FromClause:
    table: Table = Delivery.__table__  # type: ignore[assignment]
    return table.alias(name)


def _live() -> ColumnElement[bool]:
    channel = select(Channel.id).join(Client, Client.id == Channel.client_id).where(Channel.id == Delivery.channel_id)
    unpaused = channel.where(Channel.paused_at.is_(None), Channel.disconnected_at.is_(None), Client.paused_at.is_(None))
    return unpaused.correlate(Delivery).exists()


def _wanted() -> ColumnElement[bool]:
    scheduled = Post.state == PostState.SCHEDULED
    post = select(Post.id).where(Post.id == Delivery.post_id, scheduled, Post.revision_id == Delivery.revision_id)
    return post.correlate(Delivery).exists()


def _parent_is_out() -> ColumnElement[bool]:
    parent = _other("parent").c
    out = select(parent.id).where(
        parent.id == Delivery.after_id, parent.state == DeliveryState.PUBLISHED, parent.remote_id.is_not(None)
    )
    return or_(Delivery.after_id.is_(None), out.correlate(Delivery).exists())


def _in_flight() -> ColumnElement[bool]:
    other = _other("in_flight").c
    query = select(other.id).where(other.channel_id == Delivery.channel_id, other.state == DeliveryState.PUBLISHING)
    return query.correlate(Delivery).exists()


def _below_limit() -> ColumnElement[bool]:
    """A channel that was told to go on is not counted; a mark further ahead than an hour is none."""
    other = _other("lately").c
    since = bindparam("hour_ago", type_=UtcDateTime)
    out = select(func.count(other.id)).where(other.channel_id == Channel.id, other.published_at > since)
    raised = and_(Channel.breaker_until > MOMENT, Channel.breaker_until <= bindparam("in_an_hour", type_=UtcDateTime))
    below = or_(raised, out.correlate(Channel.__table__).scalar_subquery() < Channel.posts_an_hour)
    return select(Channel.id).where(Channel.id == Delivery.channel_id, below).correlate(Delivery).exists()


def _same_text(name: str, state: DeliveryState) -> ColumnElement[bool]:
    other = _other(name).c
    query = select(other.id).where(
        other.channel_id == Delivery.channel_id,
        other.fingerprint == Delivery.fingerprint,
        other.id != Delivery.id,
        other.state == state,
    )
    if state == DeliveryState.PUBLISHED:
        query = query.where(other.published_at > bindparam("same_text_since", type_=UtcDateTime))
    return query.correlate(Delivery).exists()


# The channel is connected and neither it nor its client is paused. Asked, never copied into the row.
LIVE = _live()
# The post is still scheduled, at the revision that this delivery carries.
WANTED = _wanted()
# The part before it in a chain is published, with an id to answer to.
PARENT_IS_OUT = _parent_is_out()
# The channel has not had more posts within the hour than it may: see publishing.breaker.
BELOW_LIMIT = _below_limit()
SAME_IS_OUT = _same_text("out", DeliveryState.PUBLISHED)
_OPEN = and_(
    Delivery.state.in_(CLAIM_FROM),
    Delivery.due_at <= MOMENT,
    Delivery.deadline_at >= MOMENT,
    Delivery.stop_at.is_(None),
    Delivery.confirm_at.is_(None),
    WANTED,
    LIVE,
    PARENT_IS_OUT,
    BELOW_LIMIT,
    ~_in_flight(),
    ~_same_text("unknown", DeliveryState.UNKNOWN),
)
# Every guard of the claim, on Delivery.
CLAIMABLE: ColumnElement[bool] = and_(_OPEN, or_(Delivery.repeat_allowed, ~SAME_IS_OUT))
# Nothing else keeps it from going out than the same text on its channel: a person is asked.
HELD_BACK: ColumnElement[bool] = and_(_OPEN, ~Delivery.repeat_allowed, SAME_IS_OUT)
