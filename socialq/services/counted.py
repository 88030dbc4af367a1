"""Budgets that networks only declare: counted by our own attempts, each whatever became of it unless nothing of it has left."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from socialq import db
from socialq.models import Attempt, Budget, Channel, Delivery
from socialq.networks.call import Remaining
from socialq.networks.quotas import Declared
from socialq.services.budget import Spent, lock

NOTHING_LEFT = "notsent"


def rows(session: Session, channel: Channel, there: list[Budget], declared: Sequence[Declared]) -> list[Budget]:
    """With a row for each, nobody else's until the transaction ends: so no two count at the same time."""
    if not declared:
        return there
    moment = db.now(session)
    found = [Remaining(one.name, one.size, one.size, moment, one.scope, only_posts=True) for one in declared]
    return lock(session, channel, found)


def recount(session: Session, channel: Channel, limited: Sequence[Budget], declared: Sequence[Declared]) -> None:
    """Writes down what is left, and until when. Raises Spent when more was tried than may be (the newest must not go then)."""
    by_name = {(row.scope, row.name): row for row in limited}
    spent: list[datetime] = []
    for one in declared:
        row = by_name[one.scope, one.name]
        tried, until = _tried(session, channel, one)
        row.size, row.left, row.resets_at = one.size, max(0, one.size - tried), until
        row.only_posts = row.declared = True
        row.read_at = db.now(session)
        if tried > one.size:
            spent.append(until)
    session.flush()
    if spent:
        raise Spent(max(spent))


def _tried(session: Session, channel: Channel, one: Declared) -> tuple[int, datetime]:
    """How many, and when the next place is free."""
    moment, window = db.now(session), timedelta(seconds=one.window)
    made = select(Attempt.started_at).join(Delivery, Delivery.id == Attempt.delivery_id)
    shared = made.join(Channel, Channel.id == Delivery.channel_id).where(_sharing(channel, one.scope))
    counts = (Attempt.started_at > moment - window, Attempt.outcome != NOTHING_LEFT)
    times = list(session.scalars(shared.where(*counts).order_by(Attempt.started_at)))
    freed = times[max(0, len(times) - one.size)] if times else moment
    return len(times), freed + window


def _sharing(channel: Channel, scope: str) -> ColumnElement[bool]:
    return Channel.network == channel.network if scope == "app" else Channel.id == channel.id
