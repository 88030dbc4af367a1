"""What a network answered, into the rows: ends the attempt and settles the delivery. Twice is harmless; also as a journal's entry."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import select

from socialq.db import Database, now
from socialq.domain.delivery import settle
from socialq.domain.outcomes import (
    Deferred,
    Disconnected,
    NotSent,
    Outcome,
    Processing,
    Published,
    Rejected,
    Unknown,
)
from socialq.domain.states import DeliveryState
from socialq.domain.times import Times
from socialq.models import Attempt, Delivery
from socialq.publishing import record
from socialq.publishing.news import write_good_news
from socialq.publishing.record import Seen
from socialq.services.access import disconnect

ACTOR = "worker"
ANSWER, UNCLAIMED = "answer", "unclaimed"
KINDS: dict[str, type[Outcome]] = {
    kind.__name__.lower(): kind
    for kind in (Published, Processing, NotSent, Deferred, Rejected, Disconnected, Unknown)
}  # fmt: skip


def write_answer(db: Database, times: Times, jitter: float, seen: Seen, outcome: Outcome) -> None:
    """Ends the attempt and settles the delivery, in one transaction."""
    if isinstance(outcome, Published):
        write_good_news(db, seen, outcome, ACTOR, answered=True)
        return
    with db.begin() as session:
        said = type(outcome).__name__.lower(), getattr(outcome, "reason", "")
        ended = record.end_attempt(session, seen.delivery_id, seen.attempt, *said)
        delivery = session.scalars(select(Delivery).where(Delivery.id == seen.delivery_id).with_for_update()).one()
        settlement = settle(outcome, record.facts(delivery, now(session), jitter), times)
        moved = record.apply(session, seen, settlement, [DeliveryState.PUBLISHING], ACTOR)
        if ended and not moved:
            record.begin_quarantine(session, seen, times)
        if isinstance(outcome, Disconnected) and (ended or moved) and not (moved and settlement.incident):
            told, client_id = record.describe(session, delivery, outcome.reason)  # the account is refused all the same
            disconnect(session, delivery.channel_id, outcome.reason, client_id, told)


def release_unclaimed(db: Database, times: Times, jitter: float, worker_id: str, delivery_id: int) -> None:
    """A claim whose commit was not acknowledged is not a claim: nothing was sent, so it goes back.

    Takes the row's lock first: a commit that is still on its way is over when it has it."""
    with db.begin() as session:
        session.scalar(select(Delivery.id).where(Delivery.id == delivery_id).with_for_update())
        mine = select(Attempt.number).where(Attempt.delivery_id == delivery_id, Attempt.worker_id == worker_id)
        numbers = session.scalars(mine.where(Attempt.ended_at.is_(None))).all()
    for number in numbers:
        write_answer(db, times, jitter, Seen(delivery_id, number), NotSent("the claim was not acknowledged"))


def answer_entry(seen: Seen, outcome: Outcome) -> dict[str, Any]:
    """For the journal: plain values, no secret."""
    said = {field.name: _plain(getattr(outcome, field.name)) for field in fields(outcome)}
    name = type(outcome).__name__.lower()
    return {"kind": ANSWER, "delivery_id": seen.delivery_id, "attempt": seen.attempt, "outcome": name, "said": said}


def unclaimed_entry(worker_id: str, delivery_id: int) -> dict[str, Any]:
    """For the journal: a claim that was not acknowledged."""
    return {"kind": UNCLAIMED, "worker_id": worker_id, "delivery_id": delivery_id}


def write_entry(db: Database, times: Times, entry: Mapping[str, Any]) -> None:
    """What a process that is gone wanted written. Raises ValueError, KeyError or TypeError when it makes no sense."""
    delivery_id = int(entry["delivery_id"])
    if entry["kind"] == UNCLAIMED:
        release_unclaimed(db, times, 1.0, str(entry["worker_id"]), delivery_id)
        return
    outcome = KINDS[entry["outcome"]](**{name: _instant(name, value) for name, value in entry["said"].items()})
    write_answer(db, times, 1.0, Seen(delivery_id, int(entry["attempt"])), outcome)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _instant(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if name in ("until", "check_at") else value
