"""The link that a person gives for a post that is out: which post of the channel's account does it show? Reads only."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialq.domain.outcomes import Published
from socialq.errors import BadInput, NotFound
from socialq.models import Channel, Delivery
from socialq.networks.base import Networks
from socialq.networks.besides import CanRecognize

TAKEN = "This link is of another post that is in socialq already: copy the link of this one."


def shown_by(session: Session, networks: Networks, delivery_id: int, link: str) -> Published | None:
    """With it the post's numbers can be pulled. None: nothing that the network recognizes. Raises NotFound, BadInput."""
    query = select(Channel).join(Delivery, Delivery.channel_id == Channel.id).where(Delivery.id == delivery_id)
    channel = session.scalars(query).first()
    if channel is None:
        raise NotFound(f"There is no delivery {delivery_id}.")
    found = _recognized(networks, channel, link)
    if found is None:
        return None
    same = (Delivery.channel_id == channel.id, Delivery.remote_id == found.remote_id, Delivery.id != delivery_id)
    if session.scalar(select(Delivery.id).where(*same)):
        raise BadInput(TAKEN)
    return found


def _recognized(networks: Networks, channel: Channel, link: str) -> Published | None:
    if channel.network not in networks:
        return None
    network = networks[channel.network]
    if not isinstance(network, CanRecognize):
        return None
    return network.recognize(link, channel.server, channel.remote_id, channel.handle)
