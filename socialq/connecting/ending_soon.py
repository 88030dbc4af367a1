"""Access that a person has to give again: told a week and a day before it ends, once each; over, the channel is disconnected.

Calls no network. What renews itself is told only when that does not work."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from socialq.db import Database, now
from socialq.domain.access import ORDER, WARNINGS, warning
from socialq.models import Channel, Incident
from socialq.services.access import disconnect, facts
from socialq.services.incidents import open_incident, resolve_incidents

KIND, BY = "access_ends", "scheduler"
OVER = "The access to this account has ended."
STUCK = "stuck"  # renews itself, is over, and has not been renewed
STUCK_TRIES = 3


def notice(db: Database) -> int:
    """How many channels a person has to look after."""
    with db.read() as session:
        moment = now(session)
        if not _near(session, moment) and not _open(session):
            return 0
    with db.begin() as session:
        moment = now(session)
        found = {channel.id: channel for channel in _near(session, moment)}
        for channel in found.values():
            _one(session, channel, moment)
        _close(session, found.keys())
        return len(found)


def _near(session: Session, moment: datetime) -> list[Channel]:
    """Connected ones that only a person can keep going, and those whose renewal keeps failing."""
    week = moment + WARNINGS["week"]
    by_hand = and_(Channel.refresh_at.is_(None), Channel.expires_at <= week)
    last = and_(Channel.refresh_at.is_not(None), Channel.renewable_until <= week)
    stuck = and_(Channel.refresh_at.is_not(None), Channel.expires_at <= moment, Channel.refresh_tries >= STUCK_TRIES)
    query = select(Channel).where(Channel.disconnected_at.is_(None), or_(by_hand, last, stuck))
    return list(session.scalars(query.order_by(Channel.id)))


def _one(session: Session, channel: Channel, moment: datetime) -> None:
    ends_at = channel.ends_at
    step = warning(ends_at, moment) if ends_at else ""
    if step == "over":
        resolve_incidents(session, _subject(channel.id), BY, [KIND])
        disconnect(session, channel.id, OVER, channel.client_id, facts(session, channel, reason=OVER))
        return
    ends_at = ends_at if step else channel.expires_at
    assert ends_at is not None
    _tell(session, channel, step or STUCK, ends_at)


def _tell(session: Session, channel: Channel, step: str, ends_at: datetime) -> None:
    """A step that was told for this end is not told again, also when somebody has looked at it and closed it."""
    at, subject = ends_at.isoformat(), _subject(channel.id)
    told = session.scalars(select(Incident).where(Incident.kind == KIND, Incident.subject == subject))
    steps = [str(one.facts.get("step")) for one in told if one.facts.get("ends_at") == at]
    if steps and max(map(_rank, steps)) >= _rank(step):
        return
    resolve_incidents(session, subject, BY, [KIND])
    open_incident(session, KIND, subject, channel.client_id, facts(session, channel, step=step, ends_at=at))


def _rank(step: str) -> int:
    return ORDER.index(step) if step in ORDER else 0


def _close(session: Session, near: Collection[int]) -> None:
    """Connected again, renewed, or gone."""
    for subject in _open(session):
        if subject not in {_subject(one) for one in near}:
            resolve_incidents(session, subject, BY, [KIND])


def _open(session: Session) -> list[str]:
    return list(session.scalars(select(Incident.subject).where(Incident.kind == KIND, Incident.resolved_at.is_(None))))


def _subject(channel_id: int) -> str:
    return f"channel:{channel_id}"
