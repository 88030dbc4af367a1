"""The doorbell: marks what is due and names it. Ringing twice is harmless; the claim alone decides who sends."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Select, and_, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from socialq.db import Database, now
from socialq.domain import retry
from socialq.domain.states import DeliveryState
from socialq.domain.times import Times
from socialq.models import Channel, Delivery
from socialq.publishing.claimable import claimable, live

AT_ONCE = 500
FUTURE = timedelta(seconds=5)
RINGS = 5  # from here on the wait no longer grows


Due = Callable[[datetime], ColumnElement[bool]]
When = InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]


@dataclass(frozen=True)
class Lane:
    """One channel's ids, in the order in which they were promised; `host` is where they go."""

    channel_id: int
    host: str
    ids: list[int]


def ring(db: Database, times: Times) -> list[int]:
    """Up to 500 ids that can be claimed and have not been rung lately, earliest promise first. Ask again at once while it is full."""
    return _mark(db, times, claimable, Delivery.due_at)


def looks(db: Database, times: Times) -> list[int]:
    """Unknown deliveries whose quarantine or gap is over. A mark too far in the future is none."""

    def due(moment: datetime) -> ColumnElement[bool]:
        limit = moment + timedelta(seconds=max(times.quarantine, times.gap)) + FUTURE
        over = or_(Delivery.look_at <= moment, Delivery.look_at > limit)
        return and_(Delivery.state == DeliveryState.UNKNOWN, Delivery.ask_at.is_(None), over)

    return _mark(db, times, due, Delivery.look_at)


def polls(db: Database, times: Times) -> list[int]:
    """Accepted deliveries that the network may have finished."""
    return _mark(
        db,
        times,
        lambda at: and_(Delivery.state == DeliveryState.PROCESSING, Delivery.check_at <= at),
        Delivery.check_at,
    )


def preparations(db: Database, times: Times) -> list[int]:
    """Scheduled deliveries whose preparation ahead of time may begin."""

    def due(moment: datetime) -> ColumnElement[bool]:
        return and_(
            Delivery.state == DeliveryState.SCHEDULED, Delivery.prepared_at.is_(None), Delivery.prepare_at <= moment,
            Delivery.due_at > moment, Delivery.stop_at.is_(None), Delivery.confirm_at.is_(None), live(),
        )  # fmt: skip

    return _mark(db, times, due, Delivery.prepare_at)


def unring(db: Database, ids: Iterable[int]) -> None:
    """The bell could not be rung: ask again at the next tick."""
    with db.begin() as session:
        session.execute(update(Delivery).where(Delivery.id.in_(list(ids))).values(rung_at=None))


def ring_next(session: Session, channel_id: int) -> None:
    """A row of this channel was settled: its next one need not wait for the bell's back-off."""
    moment = now(session)
    waiting = select(Delivery.id).where(
        Delivery.channel_id == channel_id, Delivery.state == DeliveryState.SCHEDULED, Delivery.due_at <= moment
    )
    first = waiting.order_by(Delivery.scheduled_at, Delivery.part, Delivery.id).limit(1).scalar_subquery()
    session.execute(update(Delivery).where(Delivery.id == first).values(rung_at=None))


def lanes(db: Database, ids: Iterable[int]) -> list[Lane]:
    """The ids by channel. Unknown ids fall out: a job has no authority, the row decides."""
    query = (
        select(Delivery.id, Delivery.channel_id, Channel.network, Channel.server)
        .join(Channel, Channel.id == Delivery.channel_id)
        .where(Delivery.id.in_(list(ids)))
        .order_by(Delivery.scheduled_at, Delivery.part, Delivery.id)
    )
    found: dict[int, Lane] = {}
    with db.read() as session:
        for delivery_id, channel_id, network, server in session.execute(query):
            host = urlsplit(server).netloc or network
            found.setdefault(channel_id, Lane(channel_id, host, [])).ids.append(delivery_id)
    return list(found.values())


def _mark(db: Database, times: Times, due: Due, since: When) -> list[int]:
    """Reads first: a tick on which nothing is due writes nothing."""
    with db.read() as session:
        if session.execute(_wanting(due, since, times, now(session)).limit(1)).first() is None:
            return []
    with db.begin() as session:
        moment = now(session)
        chosen = _wanting(due, since, times, moment).limit(AT_ONCE).with_for_update(skip_locked=True, of=Delivery)
        ids = [row.id for row in session.execute(chosen)]
        session.execute(update(Delivery).where(Delivery.id.in_(ids)).values(rung_at=moment, rings=Delivery.rings + 1))
    return ids


def _wanting(due: Due, since: When, times: Times, moment: datetime) -> Select[int]:
    """Due and not rung since it became due, or rung too long ago, or marked by a clock that ran ahead."""
    again = [
        and_(
            Delivery.rings == n if n < RINGS else Delivery.rings >= n,
            Delivery.rung_at < moment - retry.ring_again(times.rering, n),
        )
        for n in range(RINGS + 1)
    ]
    unrung = or_(Delivery.rung_at.is_(None), Delivery.rung_at < since, Delivery.rung_at > moment + FUTURE, *again)
    return select(Delivery.id).where(due(moment), unrung).order_by(Delivery.scheduled_at, Delivery.part, Delivery.id)
