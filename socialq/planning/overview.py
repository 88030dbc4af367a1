"""A client's channels as pages show them, and how much is planned on each. Reads only."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from socialq.domain.states import DeliveryState
from socialq.models import Channel, Delivery


def channels(session: Session, client_ids: Collection[int]) -> dict[int, list[Channel]]:
    """By client, in the order in which they were connected."""
    found: dict[int, list[Channel]] = defaultdict(list)
    for channel in session.scalars(select(Channel).where(Channel.client_id.in_(client_ids)).order_by(Channel.id)):
        found[channel.client_id].append(channel)
    return found


def planned(session: Session, channel_ids: Collection[int]) -> dict[int, int]:
    """How many posts wait for their time on each channel, by channel."""
    waiting = (Delivery.channel_id.in_(channel_ids), Delivery.state == DeliveryState.SCHEDULED)
    query = select(Delivery.channel_id, func.count()).where(*waiting).group_by(Delivery.channel_id)
    return {row[0]: row[1] for row in session.execute(query)}
