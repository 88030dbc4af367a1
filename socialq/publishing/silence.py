"""Silence is a fault: what could go out and does not, for a minute, is told. Needs no Redis and no worker."""

from datetime import timedelta

from sqlalchemy import func, select

from socialq.db import Database, now
from socialq.models import Delivery
from socialq.publishing.claimable import CLAIMABLE, at
from socialq.services.incidents import open_incident, resolve_incidents

PATIENCE = timedelta(seconds=60)
KIND, SUBJECT = "nothing_going_out", "installation"
_OLDEST = select(func.min(Delivery.due_at), func.count()).where(CLAIMABLE)


def notice_silence(db: Database) -> bool:
    """True while the oldest delivery that could go out has waited for more than a minute: one incident, until it is over."""
    with db.begin() as session:
        moment = now(session)
        oldest, waiting = session.execute(_OLDEST, at(moment)).one()
        if oldest is None or moment - oldest < PATIENCE:
            resolve_incidents(session, SUBJECT, "scheduler", [KIND])
            return False
        open_incident(session, KIND, SUBJECT, None, {"since": oldest.isoformat(), "waiting": waiting})
        return True
