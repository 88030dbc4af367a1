"""Slots that are over: failed, and told in the same transaction. Needs no Redis and no worker."""

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from socialq.db import Database, now
from socialq.domain.delivery import Settlement
from socialq.domain.states import DeliveryState, Move
from socialq.domain.times import Times
from socialq.models import Delivery
from socialq.publishing.record import Seen, apply

AT_ONCE = 100


def miss_slots(db: Database, times: Times) -> int:
    """Scheduled deliveries past their client's limit. Parts that wait for another part are not late: their limit starts with it."""
    parent = aliased(Delivery)
    waits = select(parent.id).where(parent.id == Delivery.after_id, parent.state != DeliveryState.PUBLISHED)
    with db.read() as session:
        query = select(Delivery).where(Delivery.state == DeliveryState.SCHEDULED, Delivery.deadline_at < now(session))
        own = or_(Delivery.after_id.is_(None), ~waits.correlate(Delivery).exists())
        rows = [(Seen(d.id, d.attempt), d.reason) for d in session.scalars(query.where(own).limit(AT_ONCE))]
    for seen, reason in rows:
        with db.begin() as session:
            apply(
                session,
                seen,
                Settlement(Move.MISS, {}, "delivery_missed", reason or "its slot passed"),
                [DeliveryState.SCHEDULED],
                "scheduler",
            )
    return len(rows)
