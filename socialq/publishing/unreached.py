"""What missed its slot because its channel was not connected: one incident for the channel, with all of it to schedule again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from socialq.db import Database
from socialq.domain.states import DeliveryState
from socialq.models import Channel, Delivery, Incident
from socialq.services.access import KIND as DISCONNECTED
from socialq.services.incidents import open_incident, resolve_incidents

KIND, BY = "channel_missed", "scheduler"
ONE = "delivery_missed"
REASON = "its channel was not connected"


def was_closed(session: Session, channel_id: int, at: datetime) -> bool:
    """The channel is not connected, or was not at that time (nobody looked meanwhile)."""
    if session.get_one(Channel, channel_id).disconnected_at is not None:
        return True
    then = (Incident.opened_at <= at, Incident.resolved_at >= at)
    told = select(Incident.id).where(Incident.kind == DISCONNECTED, Incident.subject == f"channel:{channel_id}", *then)
    return session.scalar(told.limit(1)) is not None


def tell(session: Session, delivery: Delivery, client_id: int, facts: Mapping[str, Any]) -> None:
    """In the transaction of the move. The delivery keeps a line of its own, which asks nobody anything."""
    mine, subject = f"delivery:{delivery.id}", f"channel:{delivery.channel_id}"
    open_incident(session, ONE, mine, client_id, dict(facts))
    resolve_incidents(session, mine, subject, [ONE])
    part = {"delivery_id": delivery.id, "post_id": delivery.post_id, "scheduled_at": delivery.scheduled_at.isoformat()}
    of_channel = {name: facts[name] for name in ("client", "channel", "channel_id", "network") if name in facts}
    open_incident(session, KIND, subject, client_id, of_channel | {"missed": 0, "deliveries": []})
    open_ = (Incident.kind == KIND, Incident.subject == subject, Incident.resolved_at.is_(None))
    row = session.scalars(select(Incident).where(*open_).with_for_update()).one()
    others = [one for one in row.facts["deliveries"] if one["delivery_id"] != delivery.id]
    row.facts = row.facts | {"missed": len(others) + 1, "deliveries": [*others, part]}
    session.flush()


def failed(session: Session, facts: Mapping[str, Any]) -> set[int]:
    """Of those that an incident lists, which still want a decision."""
    ids = [int(one["delivery_id"]) for one in facts.get("deliveries", [])]
    if not ids:
        return set()
    query = select(Delivery.id).where(Delivery.id.in_(ids), Delivery.state == DeliveryState.FAILED)
    return set(session.scalars(query))


def close_settled(db: Database) -> None:
    """Each of them was scheduled again, or taken off."""
    with db.read() as session:
        open_ = (Incident.kind == KIND, Incident.resolved_at.is_(None))
        if not session.scalar(select(func.count()).select_from(Incident).where(*open_)):
            return
    with db.begin() as session:
        for row in session.scalars(select(Incident).where(*open_)):
            if not failed(session, row.facts):
                resolve_incidents(session, row.subject, BY, [KIND])
