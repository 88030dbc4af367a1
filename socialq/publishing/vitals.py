"""How the line is doing, from rows alone: for /metrics, for `doctor`, and for the watchman outside. Changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Float, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from socialq.db import now
from socialq.domain.states import DeliveryState
from socialq.domain.times import Times
from socialq.models import Delivery, Heartbeat, Incident, OutboxMail, Worker
from socialq.publishing.claimable import CLAIMABLE, at

LATENESS = (0.5, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 1800.0, 7200.0)  # seconds
HOURS = timedelta(hours=6)
OLDEST_DUE = timedelta(days=7)
ROLE = "publish"
_DUE = select(func.count(), func.min(Delivery.due_at)).where(CLAIMABLE)


@dataclass(frozen=True)
class Lateness:
    """Of what went out in the last hours: how many within each of LATENESS, all, and the sum of seconds."""

    within: tuple[int, ...]
    count: int
    total: float


@dataclass(frozen=True)
class Vitals:
    """At `moment`, by the database's clock. Ages are in seconds; `due` counts what could go out now and has no claim."""

    moment: datetime
    schedulers: Mapping[str, float]
    queues: Mapping[str, float]
    workers: Mapping[str, list[float]]  # by role: how long ago each said that it lives
    redis_age: float | None
    clock_off: float | None
    deliveries: Mapping[str, int]
    due: int
    oldest_due: float
    incidents: Mapping[str, int]
    mails: Mapping[str, int]


def read_vitals(session: Session) -> Vitals:
    """In a handful of small queries."""
    moment = now(session)
    beats = list(session.scalars(select(Heartbeat).order_by(Heartbeat.beat_at)))
    alive = session.execute(select(Worker.role, Worker.beat_at).where(Worker.gone_at.is_(None)))
    workers: dict[str, list[float]] = {}
    for role, beat_at in alive:
        workers.setdefault(role, []).append(_age(beat_at, moment))
    due, oldest = session.execute(_DUE, at(moment)).one()
    latest = [row.facts for row in beats if row.name.startswith("scheduler:")][-1:]
    redis_at = max((str(row.facts.get("redis_at") or "") for row in beats), default="")
    return Vitals(
        moment=moment,
        schedulers={row.name: _age(row.beat_at, moment) for row in beats if row.name.startswith("scheduler:")},
        queues={row.name[6:]: _age(row.beat_at, moment) for row in beats if row.name.startswith("queue:")},
        workers=workers,
        redis_age=_age(datetime.fromisoformat(redis_at), moment) if redis_at else None,
        clock_off=latest[0].get("clock_off") if latest else None,
        deliveries=_counted(session, Delivery.state),
        due=due,
        oldest_due=_age(oldest, moment) if oldest else 0.0,
        incidents=_counted(session, Incident.kind, Incident.resolved_at.is_(None)),
        mails=_counted(session, OutboxMail.state),
    )


def read_lateness(session: Session) -> Lateness:
    """published_at − scheduled_at of the last hours; early by the clocks' difference counts as on time."""
    moment = now(session)
    late = _seconds(session, Delivery.published_at, Delivery.scheduled_at)
    recent = (
        Delivery.state == DeliveryState.PUBLISHED,
        Delivery.due_at > moment - OLDEST_DUE,  # the index; what is rarer than that is no measure of anything
        Delivery.published_at > moment - HOURS,
    )
    within = [func.coalesce(func.sum(case((late <= limit, 1), else_=0)), 0) for limit in LATENESS]
    found = session.execute(select(func.count(), func.coalesce(func.sum(late), 0.0), *within).where(*recent)).one()
    count, total, *rest = found
    return Lateness(tuple(int(one) for one in rest), count, max(0.0, float(total)))


def trouble(vitals: Vitals, times: Times) -> str:
    """Why nobody should be told that all is well; empty when it is."""
    longest = 12 * times.heartbeat
    if not any(age <= longest for age in vitals.workers.get(ROLE, [])):
        return "no publish worker lives"
    if vitals.queues.get(ROLE, longest + 1) > max(2 * times.ping_every, longest):
        return "the publish queue does not come through"
    if vitals.oldest_due > longest:
        return "what could go out waits"
    return ""


def _age(then: datetime, moment: datetime) -> float:
    return max(0.0, (moment - then).total_seconds())


def _counted(session: Session, column: InstrumentedAttribute[str], *where: ColumnElement[bool]) -> dict[str, int]:
    rows = session.execute(select(column, func.count()).where(*where).group_by(column))
    return {row[0]: row[1] for row in rows}


def _seconds(session: Session, later: Any, earlier: Any) -> ColumnElement[float]:
    if session.get_bind().dialect.name == "sqlite":
        return (func.julianday(later) - func.julianday(earlier)) * 86400.0
    return func.extract("epoch", later - earlier).cast(Float)
