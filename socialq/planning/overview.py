"""Clients and their channels as pages show them, and how much is planned on each. Reads only; one query each."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from socialq.domain.states import DeliveryState
from socialq.models import Channel, Client, Delivery, Post


@dataclass(frozen=True)
class Standing:
    """A client; `planned` posts are ahead. `channels` in the order in which they were connected, with what waits there."""

    client: Client
    planned: int
    channels: list[tuple[Channel, int]] = field(default_factory=list)


def standing(session: Session, which: ColumnElement[bool], now: datetime) -> list[Standing]:
    """The clients of that condition, by name."""
    ahead = select(func.count(Post.id)).where(Post.client_id == Client.id, Post.scheduled_at > now).scalar_subquery()
    waiting = (Delivery.channel_id == Channel.id, Delivery.state == DeliveryState.SCHEDULED)
    count = select(func.count(Delivery.id)).where(*waiting).scalar_subquery()
    query = (
        select(Client, ahead, Channel, count)
        .outerjoin(Channel, Channel.client_id == Client.id)
        .where(which)
        .order_by(Client.name, Client.id, Channel.id)
    )
    found: dict[int, Standing] = {}
    for client, planned, channel, there in session.execute(query):
        one = found.setdefault(client.id, Standing(client, planned))
        if channel is not None:
            one.channels.append((channel, there))
    return list(found.values())


def planned(session: Session, channel_ids: Collection[int]) -> dict[int, int]:
    """How many posts wait for their time on each channel, by channel."""
    waiting = (Delivery.channel_id.in_(channel_ids), Delivery.state == DeliveryState.SCHEDULED)
    query = select(Delivery.channel_id, func.count()).where(*waiting).group_by(Delivery.channel_id)
    return {row[0]: row[1] for row in session.execute(query)}
