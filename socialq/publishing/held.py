"""Due, but the same text is on the channel since less than a day: told at once, instead of waiting in silence for its slot to pass."""

from sqlalchemy import String, cast, literal, select
from sqlalchemy.orm import Session

from socialq.db import Database, now
from socialq.models import Delivery, Incident
from socialq.publishing.claimable import HELD_BACK, at
from socialq.publishing.record import describe
from socialq.services.events import record as record_event
from socialq.services.incidents import open_incident
from socialq.services.repeats import SAME_TEXT

KIND, ACTOR = "delivery_repeat", "scheduler"
AT_ONCE = 100
_TOLD = select(Incident.id).where(
    Incident.kind == KIND,
    Incident.subject == literal("delivery:").concat(cast(Delivery.id, String)),
    Incident.resolved_at.is_(None),
)
UNTOLD = select(Delivery).where(HELD_BACK, ~_TOLD.correlate(Delivery).exists())


def tell_held(db: Database) -> int:
    """One incident each, until a person decides or it is no longer held. Sends nothing, moves nothing; how many were told."""
    with db.read() as session:
        ids = [one.id for one in session.scalars(UNTOLD.limit(AT_ONCE), at(now(session)))]
    return sum(_tell(db, one) for one in ids)


def is_told(session: Session, delivery_id: int) -> bool:
    """Whether a person is asked about it now."""
    open_ = (Incident.kind == KIND, Incident.subject == f"delivery:{delivery_id}", Incident.resolved_at.is_(None))
    return session.scalar(select(Incident.id).where(*open_)) is not None


def _tell(db: Database, delivery_id: int) -> bool:
    """False when it is no longer so."""
    with db.begin() as session:
        moment = now(session)
        still = UNTOLD.where(Delivery.id == delivery_id).with_for_update(of=Delivery)
        delivery = session.scalars(still, at(moment)).first()
        if delivery is None:
            return False
        same = (Delivery.fingerprint == delivery.fingerprint, Delivery.published_at > moment - SAME_TEXT)
        there = select(Delivery).where(*same, Delivery.channel_id == delivery.channel_id, Delivery.id != delivery.id)
        other = session.scalars(there.order_by(Delivery.published_at.desc()).limit(1)).first()
        facts, client_id = describe(session, delivery, "")
        if other is not None and other.published_at is not None:
            facts |= {"other_at": other.published_at.isoformat(), "url": other.url}
        open_incident(session, KIND, f"delivery:{delivery_id}", client_id, facts)
        record_event(session, ACTOR, "hold", f"delivery:{delivery_id}", client_id)
        return True
