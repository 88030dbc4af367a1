"""What may be sent now. One WHERE, shared by the doorbell and the claim, so that nothing rings that cannot be claimed."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from socialq.domain.states import DeliveryState, Move, PostState, sources
from socialq.models import Channel, Client, Delivery, Post

SAME_TEXT = timedelta(hours=24)
CLAIM_FROM = sorted(sources(Move.CLAIM))


def claimable(now: datetime) -> ColumnElement[bool]:
    """Every guard of the claim, on Delivery, at the database's `now`."""
    return and_(
        Delivery.state.in_(CLAIM_FROM),
        Delivery.due_at <= now,
        Delivery.deadline_at >= now,
        Delivery.stop_at.is_(None),
        Delivery.confirm_at.is_(None),
        wanted(),
        live(),
        _parent_is_out(),
        ~_on_channel(DeliveryState.PUBLISHING),
        ~_same_text(DeliveryState.UNKNOWN),
        or_(Delivery.repeat_allowed, ~_same_text(DeliveryState.PUBLISHED, since=now - SAME_TEXT)),
    )


def live() -> ColumnElement[bool]:
    """The channel is connected and neither it nor its client is paused. Asked, never copied into the row."""
    channel = select(Channel.id).join(Client, Client.id == Channel.client_id).where(Channel.id == Delivery.channel_id)
    unpaused = channel.where(Channel.paused_at.is_(None), Channel.disconnected_at.is_(None), Client.paused_at.is_(None))
    return unpaused.correlate(Delivery).exists()


def wanted() -> ColumnElement[bool]:
    """The post is still scheduled, at the revision that this delivery carries."""
    post = select(Post.id).where(
        Post.id == Delivery.post_id, Post.state == PostState.SCHEDULED, Post.revision_id == Delivery.revision_id
    )
    return post.correlate(Delivery).exists()


def _parent_is_out() -> ColumnElement[bool]:
    parent = aliased(Delivery)
    out = select(parent.id).where(
        parent.id == Delivery.after_id, parent.state == DeliveryState.PUBLISHED, parent.remote_id.is_not(None)
    )
    return or_(Delivery.after_id.is_(None), out.correlate(Delivery).exists())


def _on_channel(state: DeliveryState) -> ColumnElement[bool]:
    other = aliased(Delivery)
    return (
        select(other.id)
        .where(other.channel_id == Delivery.channel_id, other.state == state)
        .correlate(Delivery)
        .exists()
    )


def _same_text(state: DeliveryState, since: datetime | None = None) -> ColumnElement[bool]:
    other = aliased(Delivery)
    query = select(other.id).where(
        other.channel_id == Delivery.channel_id,
        other.fingerprint == Delivery.fingerprint,
        other.id != Delivery.id,
        other.state == state,
    )
    if since is not None:
        query = query.where(other.published_at > since)
    return query.correlate(Delivery).exists()
