"""A network refuses an account: its channel is marked and told, in the transaction of whoever heard it. Asks no network."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from socialq.db import now
from socialq.models import Channel, Client
from socialq.services.incidents import open_incident

KIND = "channel_disconnected"


def disconnect(session: Session, channel_id: int, reason: str, client_id: int, facts: Mapping[str, Any]) -> None:
    """Its deliveries are held (by the claim's WHERE) until somebody connects it again."""
    values = {"disconnected_at": now(session), "disconnected_reason": reason}
    session.execute(update(Channel).where(Channel.id == channel_id, Channel.disconnected_at.is_(None)).values(**values))
    open_incident(session, KIND, f"channel:{channel_id}", client_id, dict(facts))


def facts(session: Session, channel: Channel, **more: Any) -> dict[str, Any]:
    """What an incident about the channel itself says of it."""
    name = session.scalar(select(Client.name).where(Client.id == channel.client_id))
    return {
        "client": name, "channel": channel.handle, "channel_id": channel.id, "network": channel.network, **more,
    }  # fmt: skip
