"""Whether the same text is on a channel already, or is to be, within a day: what a person is asked about before it goes there."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from socialq.domain.states import DeliveryState
from socialq.errors import Moment, Repeats
from socialq.models import Channel, Client, Delivery
from socialq.services.i18n import mark

SAME_TEXT = timedelta(hours=24)
GONE = (DeliveryState.CANCELLED, DeliveryState.FAILED)
OUT = mark("The same text went out on %(channel)s: %(moment)s.")
PLANNED = mark("The same text is scheduled on %(channel)s already: %(moment)s.")
UNSURE = mark(
    "It is not certain yet whether the same text is online on %(channel)s (%(moment)s). "
    "A second one goes out only once that is settled."
)
SAID = {DeliveryState.PUBLISHED: OUT, DeliveryState.UNKNOWN: UNSURE}


def refuse_repeat(
    session: Session, channels: Collection[int], fingerprint: str, at: datetime, *, post: int = 0, delivery: int = 0
) -> None:
    """`at`: when it is to go out; the `post` or `delivery` itself does not count. Raises Repeats, which names the other one."""
    when = func.coalesce(Delivery.published_at, Delivery.scheduled_at)
    near = (when > at - SAME_TEXT) & (when < at + SAME_TEXT)
    grave = case({DeliveryState.UNKNOWN.value: 0, DeliveryState.PUBLISHED.value: 1}, value=Delivery.state, else_=2)
    query = (
        select(Delivery, Channel, Client.timezone)
        .join(Channel, Channel.id == Delivery.channel_id)
        .join(Client, Client.id == Channel.client_id)
        .where(Delivery.channel_id.in_(channels), Delivery.fingerprint == fingerprint)
        .where(Delivery.state.not_in(GONE), Delivery.post_id != post, Delivery.id != delivery)
        .where(or_(near, Delivery.state == DeliveryState.UNKNOWN))
        .order_by(grave, Delivery.id)
    )
    found = session.execute(query.limit(1)).first()
    if found is None:
        return
    other, channel, zone = found
    moment = Moment(other.published_at or other.scheduled_at, zone)
    raise Repeats(SAID.get(DeliveryState(other.state), PLANNED), channel=named(channel), moment=moment)


def named(channel: Channel) -> str:
    """A channel in a sentence: its handle, or what it is on."""
    return f"@{channel.handle.lstrip('@')}" if channel.handle else channel.network.capitalize()
