"""The signs by which a page knows how things are: heartbeats, what waits for a person, how mails leave. Asks once a request."""

from dataclasses import dataclass
from datetime import datetime

from flask import g
from sqlalchemy import ColumnElement, ScalarSelect, case, distinct, func, select
from sqlalchemy.orm import Session

from socialq.models import ConnectLink, Heartbeat, Incident, Preference
from socialq.services import mail_settings
from socialq.web import reach


@dataclass(frozen=True)
class Signs:
    """`beat_at`: when scheduler and publishing workers were both heard of; None: one of them never was, or not for a day.

    `needs`: rows on Today that want a person. `asked`: some client has a link to connect; `answered`: one was used, and nobody has
    seen it. `chosen`: what was decided about mail, by key."""

    beat_at: datetime | None
    needs: int
    asked: bool
    answered: bool
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
        _links(ConnectLink.used_at.is_(None), ConnectLink.withdrawn_at.is_(None)).label("asked"),
        _links(ConnectLink.used_at.is_not(None), ConnectLink.seen_at.is_(None)).label("answered"),
    ).subquery()
    query = select(facts, Preference).outerjoin_from(facts, Preference, Preference.key.in_(mail_settings.KEYS))
    rows = session.execute(query).all()
    rung, served, needs, asked, answered, _ = rows[0]
    chosen = {row[5].key: row[5] for row in rows if row[5] is not None}
    return Signs(min(rung, served) if rung and served else None, needs, bool(asked), bool(answered), chosen)


def _links(*such: ColumnElement[bool]) -> ScalarSelect[int]:
    """How many of the member's clients' links are such."""
    return (
        select(func.count(ConnectLink.id)).where(*such, ConnectLink.client_id.in_(reach.client_ids())).scalar_subquery()
    )


def _needs() -> ScalarSelect[int]:
    """Rows of the white sheet: a client's missed slots are one, whatever their number."""
    missed = Incident.kind == "delivery_missed"
    rows = func.count(case((~missed, Incident.id))) + func.count(
        distinct(case((missed, func.coalesce(Incident.client_id, 0))))
    )
    return select(rows).where(Incident.resolved_at.is_(None), reach.seen_by(Incident.client_id)).scalar_subquery()
