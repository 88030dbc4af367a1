"""A budget that is spent: the channel's posts move to its end without being claimed; what is too late then fails at once, told."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from socialq.db import Database, now
from socialq.domain.delivery import Settlement
from socialq.domain.states import DeliveryState, Move
from socialq.models import Attempt, Channel, Delivery, Incident
from socialq.networks.base import Networks
from socialq.networks.besides import Declared, declares
from socialq.networks.call import Remaining
from socialq.publishing import record
from socialq.publishing.record import Seen
from socialq.services import budget
from socialq.services.incidents import open_incident, resolve_incidents

KIND = "budget_spent"
SPENT = "the network takes no more posts for now"
ACTOR = "scheduler"


def heard(db: Database, channel_id: int, found: Iterable[Remaining]) -> None:
    """What an answer said is left; with nothing left the channel's posts move at once."""
    with db.begin() as session:
        channel = session.get_one(Channel, channel_id)
        budget.keep(session, channel, found)
        _apply(session, channel)


def apply_all(db: Database, networks: Networks) -> None:
    """Every minute: what was planned meanwhile on channels whose budget is spent, and budgets that networks only declare."""
    with db.read() as session:
        ids = list(session.scalars(select(Channel.id).where(Channel.disconnected_at.is_(None))))
    for channel_id in ids:
        with db.read() as session:
            channel = session.get_one(Channel, channel_id)
            declared = _counted(session, channel, declares(networks.get(channel.network)))
            spent = budget.spent_until(session, channel) or any(one.left <= 0 for one in declared)
            told = session.scalar(select(Incident.id).where(*_open(channel)))
        if declared or spent or told:
            with db.begin() as session:
                budget.keep(session, channel, declared)
                _apply(session, channel)


def _counted(session: Session, channel: Channel, declared: Iterable[Declared]) -> list[Remaining]:
    """What is left of a budget that nobody tells us about: by our own attempts, each counted whatever became of it."""
    moment, found = now(session), []
    for one in declared:
        window = timedelta(seconds=one.window)
        mine = (Delivery.channel_id == channel.id, Attempt.started_at > moment - window)
        query = select(func.count(), func.min(Attempt.started_at)).join(Delivery, Delivery.id == Attempt.delivery_id)
        tried, first_at = session.execute(query.where(*mine)).one()
        if tried:
            found.append(Remaining(one.name, one.size, max(0, one.size - tried), first_at + window))
    return found


def _apply(session: Session, channel: Channel) -> None:
    until = budget.spent_until(session, channel)
    if until is None:
        resolve_incidents(session, f"channel:{channel.id}", ACTOR, [KIND])
        return
    where = (Delivery.channel_id == channel.id, Delivery.state == DeliveryState.SCHEDULED, Delivery.due_at < until)
    late = [
        Seen(one.id, one.attempt)
        for one in session.scalars(select(Delivery).where(*where, Delivery.deadline_at < until))
    ]
    for seen in late:
        settlement = Settlement(Move.MISS, {}, "delivery_missed", SPENT)
        record.apply(session, seen, settlement, [DeliveryState.SCHEDULED], ACTOR)
    moved = update(Delivery).where(*where).values(due_at=until, rung_at=None, rings=0, reason=SPENT)
    ids = session.scalars(moved.returning(Delivery.id).execution_options(synchronize_session=False)).all()
    if ids:
        _tell(session, session.get_one(Delivery, min(ids)), until)


def _tell(session: Session, delivery: Delivery, until: datetime) -> None:
    facts, client_id = record.describe(session, delivery, SPENT)
    facts["until"] = until.isoformat()
    open_incident(session, KIND, f"channel:{delivery.channel_id}", client_id, facts)


def _open(channel: Channel) -> tuple[ColumnElement[bool], ...]:
    return Incident.kind == KIND, Incident.subject == f"channel:{channel.id}", Incident.resolved_at.is_(None)
