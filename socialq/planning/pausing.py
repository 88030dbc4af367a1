"""Pausing what goes out for a client, and letting it go again. A pause is asked for in the claim's WHERE, never copied into a row."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import Session

from socialq import db
from socialq.domain.states import DeliveryState
from socialq.models import Channel, Client, Delivery, Incident
from socialq.services import events


@dataclass(frozen=True)
class Resumed:
    """`going`: deliveries that were held and go at once; `missed`: those whose slot passed in the pause, to schedule again."""

    clients: int
    going: int
    missed: int


def pause(session: Session, client_ids: Collection[int], by: str) -> int:
    """Nothing more is claimed for them; what is on its way ends as it ends. Returns how many were not paused yet."""
    fresh = update(Client).where(Client.id.in_(client_ids), Client.paused_at.is_(None))
    paused = sorted(session.scalars(fresh.values(paused_at=db.now(session)).returning(Client.id)))
    for client_id in paused:
        events.record(session, by, "pause", f"client:{client_id}", client_id)
    return len(paused)


def resume(session: Session, client_ids: Collection[int], by: str) -> Resumed:
    """What is inside its limit goes by itself; what has passed it has failed, or does so at the scheduler's next tick."""
    held = list(session.scalars(select(Client).where(Client.id.in_(client_ids), Client.paused_at.is_not(None))))
    ids = [client.id for client in held]
    found = Resumed(len(ids), _count(session, _due(session, ids)), _missed(session, held))
    for client in held:
        client.paused_at = None
        events.record(session, by, "resume", f"client:{client.id}", client.id)
    waiting = (Delivery.state == DeliveryState.SCHEDULED, Delivery.channel_id.in_(_channels(ids)))
    session.execute(update(Delivery).where(*waiting).values(rung_at=None, rings=0))
    session.flush()
    return found


def _due(session: Session, ids: list[int]) -> tuple[ColumnElement[bool], ...]:
    now = db.now(session)
    return (Delivery.channel_id.in_(_channels(ids)), Delivery.due_at <= now, Delivery.deadline_at >= now)


def _missed(session: Session, held: list[Client]) -> int:
    """Told already, one incident each, and those that the scheduler has not come to."""
    told = 0
    for client in held:
        open_ = (Incident.client_id == client.id, Incident.kind == "delivery_missed", Incident.resolved_at.is_(None))
        query = select(func.count()).select_from(Incident).where(*open_, Incident.opened_at >= client.paused_at)
        told += session.scalar(query) or 0
    ids = [client.id for client in held]
    return told + _count(session, (Delivery.channel_id.in_(_channels(ids)), Delivery.deadline_at < db.now(session)))


def _count(session: Session, where: tuple[ColumnElement[bool], ...]) -> int:
    waiting = select(func.count()).select_from(Delivery).where(Delivery.state == DeliveryState.SCHEDULED, *where)
    return session.scalar(waiting) or 0


def _channels(ids: list[int]) -> Select[int]:
    return select(Channel.id).where(Channel.client_id.in_(ids))
