"""The signs by which a page knows how things are: heartbeats, what waits for a person, how mails leave. Asks once a request."""

from dataclasses import dataclass
from datetime import datetime

from flask import g
from sqlalchemy import ScalarSelect, case, distinct, func, select
from sqlalchemy.orm import Session

from socialq.models import Heartbeat, Incident, Preference
from socialq.services import mail_settings
from socialq.web import reach


@dataclass(frozen=True)
class Signs:
    """`beat_at`: when scheduler and publishing workers were both heard of; None: one of them never was, or not for a day.

    `needs`: rows on Today that want a person. `chosen`: what was decided about mail, by key."""

    beat_at: datetime | None
    needs: int
    chosen: dict[str, Preference]


def signs(session: Session) -> Signs:
    """The member's; the same for the whole request."""
    if "signs" not in g:
        g.signs = _read(session)
    found: Signs = g.signs
    return found


def _read(session: Session) -> Signs:
    """One row of facts, repeated beside each of the two preferences."""
    scheduler = Heartbeat.name.startswith("scheduler:", autoescape=True)
    worker = Heartbeat.name == "queue:publish"
    facts = select(
        func.max(case((scheduler, Heartbeat.beat_at))).label("scheduler"),
        func.max(case((worker, Heartbeat.beat_at))).label("worker"),
        _needs().label("needs"),
    ).subquery()
    query = select(facts, Preference).outerjoin_from(facts, Preference, Preference.key.in_(mail_settings.KEYS))
    rows = session.execute(query).all()
    rung, served, needs, _ = rows[0]
    chosen = {row[3].key: row[3] for row in rows if row[3] is not None}
    return Signs(min(rung, served) if rung and served else None, needs, chosen)


def _needs() -> ScalarSelect[int]:
    """Rows of the white sheet: a client's missed slots are one, whatever their number."""
    missed = Incident.kind == "delivery_missed"
    rows = func.count(case((~missed, Incident.id))) + func.count(
        distinct(case((missed, func.coalesce(Incident.client_id, 0))))
    )
    return select(rows).where(Incident.resolved_at.is_(None), reach.seen_by(Incident.client_id)).scalar_subquery()
