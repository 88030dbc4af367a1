"""Slots that are over: failed, and told in the same transaction. Needs no Redis and no worker."""

from sqlalchemy import or_, select

from socialq.db import Database, now
from socialq.domain.delivery import Settlement
from socialq.domain.states import DeliveryState, Move
from socialq.domain.times import Times
from socialq.models import Delivery
from socialq.publishing import unreached
from socialq.publishing.claimable import MOMENT
from socialq.publishing.record import Seen, apply

AT_ONCE = 100
WAITED = "it waited for a yes after socialq was moved or restored"


_parent = Delivery.__table__.alias("parent")
_waits = select(_parent.c.id).where(_parent.c.id == Delivery.after_id, _parent.c.state != DeliveryState.PUBLISHED)
# Parts that wait for another part are not late: their limit starts with its publication.
MISSED = select(Delivery).where(
    Delivery.state == DeliveryState.SCHEDULED,
    Delivery.deadline_at < MOMENT,
    or_(Delivery.after_id.is_(None), ~_waits.correlate(Delivery).exists()),
)


def miss_slots(db: Database, times: Times) -> int:
    """Scheduled deliveries past their client's limit: how many were given up."""
    with db.read() as session:
        late = session.scalars(MISSED.limit(AT_ONCE), {"moment": now(session)})
        rows = [(Seen(d.id, d.attempt), d.channel_id, d.deadline_at, _reason(d)) for d in late]
    for seen, channel_id, deadline_at, reason in rows:
        with db.begin() as session:
            settlement = Settlement(Move.MISS, {"confirm_at": None}, "delivery_missed", reason)
            if unreached.was_closed(session, channel_id, deadline_at):
                settlement = Settlement(Move.MISS, {"confirm_at": None}, "channel_missed", unreached.REASON)
            apply(session, seen, settlement, [DeliveryState.SCHEDULED], "scheduler")
    return len(rows)


def _reason(delivery: Delivery) -> str:
    return WAITED if delivery.confirm_at else delivery.reason or "its slot passed"
