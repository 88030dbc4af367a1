"""A budget that is spent: the channel's posts move to its end without being claimed; what is too late then fails at once, told."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from socialq.db import Database, now
from socialq.domain.delivery import Settlement
from socialq.domain.states import DeliveryState, Move
from socialq.models import BudgetHold, Channel, Delivery, Incident
from socialq.networks.base import Network, Networks
from socialq.networks.call import Call
from socialq.networks.quotas import Declared, declares
from socialq.publishing import record
from socialq.publishing.record import Seen
from socialq.services import budget, counted, money
from socialq.services.incidents import open_incident, resolve_incidents

KIND = "budget_spent"
SPENT = "the network takes no more posts for now"
ACTOR = "scheduler"
TOLD_FROM = timedelta(minutes=1)  # a shorter wait is nothing to tell


def heard(db: Database, channel_id: int, call: Call) -> None:
    """What a call found to be left, and the end of what was taken for it; with nothing left the channel's posts move at once."""
    with db.begin() as session:
        channel = session.get_one(Channel, channel_id)
        budget.answered(session, channel, call)
        _apply(session, channel)


def spent(db: Database, channel_id: int, network: Network) -> None:
    """A claim or a preparation was told so: the channel's posts move. Where others only hold the rest, nothing moves."""
    with db.begin() as session:
        channel = session.get_one(Channel, channel_id)
        _recount(session, channel, declares(network))
        _apply(session, channel)


def refused(db: Database, channel_id: int, network: Network, why: budget.Spent | money.CapReached) -> None:
    """A claim was refused. For a client's money nothing moves: the row rings on, and goes as soon as the cap allows it."""
    if isinstance(why, budget.Spent):
        spent(db, channel_id, network)
        return
    with db.begin() as session:
        money.tell(session, why.client_id, why.currency)


def wait(db: Database, delivery_id: int, until: datetime, networks: Networks) -> None:
    """Preparing it needs more requests than are left: not before then, and the channel's posts with it."""
    with db.begin() as session:
        ahead = (Delivery.id == delivery_id, Delivery.prepare_at < until, Delivery.due_at > now(session))
        session.execute(update(Delivery).where(*ahead).values(prepare_at=until))
        channel = session.get_one(Channel, session.get_one(Delivery, delivery_id).channel_id)
    spent(db, channel.id, networks[channel.network])


def apply_all(db: Database, networks: Networks) -> None:
    """Every minute: what was planned meanwhile on channels whose budget is spent, budgets that networks only declare, and
    takings that nobody has answered for."""
    with db.read() as session:
        ids = list(session.scalars(select(Channel.id).where(Channel.disconnected_at.is_(None))))
        over = list(session.scalars(select(BudgetHold.id).where(BudgetHold.until <= now(session))))
    for hold in over:
        with db.begin() as session:
            budget.forget(session, hold)
    money.untell(db)
    for channel_id in ids:
        with db.read() as session:
            channel = session.get_one(Channel, channel_id)
            declared = declares(networks.get(channel.network))
            spent = budget.spent_until(session, channel)
            told = session.scalar(select(Incident.id).where(*_open(channel)))
        if declared or spent or told:
            with db.begin() as session:
                _recount(session, channel, declared)
                _apply(session, channel)


def _recount(session: Session, channel: Channel, declared: Sequence[Declared]) -> None:
    limited = counted.rows(session, channel, [], declared)
    with suppress(budget.Spent):  # what is too much moves
        counted.recount(session, channel, limited, declared)


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
    if ids and until > now(session) + TOLD_FROM:
        _tell(session, session.get_one(Delivery, min(ids)), until)


def _tell(session: Session, delivery: Delivery, until: datetime) -> None:
    facts, client_id = record.describe(session, delivery, SPENT)
    facts["until"] = until.isoformat()
    open_incident(session, KIND, f"channel:{delivery.channel_id}", client_id, facts)


def _open(channel: Channel) -> tuple[ColumnElement[bool], ...]:
    return Incident.kind == KIND, Incident.subject == f"channel:{channel.id}", Incident.resolved_at.is_(None)
