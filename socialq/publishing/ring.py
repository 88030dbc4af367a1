"""The doorbell: marks what is due and names it. Ringing twice is harmless; the claim alone decides who sends."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from socialq.db import Database, UtcDateTime, now
from socialq.domain import retry
from socialq.domain.states import DeliveryState
from socialq.domain.times import Times
from socialq.models import Channel, Delivery
from socialq.publishing.claimable import CLAIMABLE, LIVE, MOMENT, PARENT_IS_OUT, at
from socialq.publishing.hosts import host_of

AT_ONCE = 500
FUTURE = timedelta(seconds=5)
RINGS = 5  # from here on the wait no longer grows


When = InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]


@dataclass(frozen=True)
class Lane:
    """One channel's ids, in the order in which they were promised; `host` is where they go."""

    channel_id: int
    host: str
    ids: list[int]


def ring(db: Database, times: Times) -> list[int]:
    """Up to 500 ids that can be claimed and have not been rung lately, earliest promise first. Ask again at once while it is full."""
    return _mark(db, times, CLAIMABLE_UNRUNG)


def looks(db: Database, times: Times) -> list[int]:
    """Unknown deliveries whose quarantine or gap is over."""
    return _mark(db, times, LOOKS)


def polls(db: Database, times: Times) -> list[int]:
    """Accepted deliveries that the network may have finished."""
    return _mark(db, times, POLLS)


def preparations(db: Database, times: Times) -> list[int]:
    """Scheduled deliveries whose preparation ahead of time may begin."""
    return _mark(db, times, PREPARATIONS)


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
            lane = Lane(channel_id, host_of(network, server), [])
            found.setdefault(channel_id, lane).ids.append(delivery_id)
    return list(found.values())


def _mark(db: Database, times: Times, wanting: Select[int]) -> list[int]:
    """Reads first: a tick on which nothing is due writes nothing."""
    with db.read() as session:
        if session.execute(wanting.limit(1), moments(now(session), times)).first() is None:
            return []
    with db.begin() as session:
        moment = now(session)
        chosen = wanting.limit(AT_ONCE).with_for_update(skip_locked=True, of=Delivery)
        ids = list(session.scalars(chosen, moments(moment, times)))
        marked = update(Delivery).where(Delivery.id.in_(ids)).values(rung_at=moment, rings=Delivery.rings + 1)
        session.execute(marked.execution_options(synchronize_session=False))
    return ids


def moments(moment: datetime, times: Times) -> dict[str, Any]:
    """The parameters of the statements below, at the database's `moment`."""
    again = {f"rung_before_{n}": moment - retry.ring_again(times.rering, n) for n in range(RINGS + 1)}
    longest = timedelta(seconds=max(times.quarantine, times.gap))
    return at(moment) | again | {"rung_ahead": moment + FUTURE, "look_ahead": moment + longest + FUTURE}


def _wanting(due: ColumnElement[bool], since: When) -> Select[int]:
    """Due and not rung since it became due, or rung too long ago, or marked by a clock that ran ahead."""
    again = [
        and_(Delivery.rings == n if n < RINGS else Delivery.rings >= n, Delivery.rung_at < _moment(f"rung_before_{n}"))
        for n in range(RINGS + 1)
    ]
    unrung = or_(Delivery.rung_at.is_(None), Delivery.rung_at < since, Delivery.rung_at > _moment("rung_ahead"), *again)
    return select(Delivery.id).where(due, unrung).order_by(Delivery.scheduled_at, Delivery.part, Delivery.id)


def _moment(name: str) -> ColumnElement[datetime]:
    return bindparam(name, type_=UtcDateTime)


CLAIMABLE_UNRUNG = _wanting(CLAIMABLE, Delivery.due_at)
UNKNOWN = and_(  # a mark too far in the future is none
    Delivery.state == DeliveryState.UNKNOWN,
    Delivery.ask_at.is_(None),
    or_(Delivery.look_at <= MOMENT, Delivery.look_at > _moment("look_ahead")),
)
# After a restore: looked up once, then a person is asked.
RESTORED = and_(
    Delivery.state == DeliveryState.SCHEDULED, Delivery.confirm_at.is_not(None), Delivery.confirm_found == ""
)
LOOKS = _wanting(or_(UNKNOWN, RESTORED), Delivery.look_at)
PROCESSING = and_(  # a time beyond the end of its time is none
    Delivery.state == DeliveryState.PROCESSING,
    or_(Delivery.check_at <= MOMENT, Delivery.check_at > Delivery.process_until),
)
POLLS = _wanting(PROCESSING, Delivery.check_at)
PREPARATIONS = _wanting(
    and_(
        Delivery.state == DeliveryState.SCHEDULED, Delivery.prepared_at.is_(None), Delivery.prepare_at <= MOMENT,
        Delivery.due_at > MOMENT, Delivery.stop_at.is_(None), Delivery.confirm_at.is_(None), LIVE, PARENT_IS_OUT,
    ),
    Delivery.prepare_at,
)  # fmt: skip
