"""The fence: one delivery, by the thread that sends it, every guard repeated, committed with its Attempt before the final call."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from socialq import clock
from socialq.db import now
from socialq.domain.outcomes import Prepared
from socialq.domain.states import Move, target
from socialq.models import Attempt, Delivery
from socialq.publishing.claimable import claimable
from socialq.publishing.sender import Sender


@dataclass(frozen=True)
class Claim:
    delivery_id: int
    number: int
    started: float  # boot time before BEGIN
    claimed_at: datetime  # the database's


def claim(sender: Sender, delivery_id: int, prepared: Prepared) -> Claim | None:
    """None: it is not (or no longer) ours to send. An exception: whether it was claimed is not known, so nothing is sent."""
    started = clock.boottime()
    try:
        with sender.db.begin() as session:
            moment = now(session)
            row = (
                select(Delivery.id)
                .where(Delivery.id == delivery_id, claimable(moment))
                .with_for_update(skip_locked=True, of=Delivery)
            )
            if session.execute(row).first() is None:
                return None
            values = {
                "state": target(Move.CLAIM), "attempt": Delivery.attempt + 1, "lease_until": moment + timedelta(seconds=sender.times.lease),
                "identity": prepared.identity, "memory": prepared.memory, "prepared_at": moment, "prep_tries": 0, "reserved_until": None,
            }  # fmt: skip
            taking = (
                update(Delivery)
                .where(Delivery.id == delivery_id, claimable(moment))
                .values(**values)
                .returning(Delivery.attempt)
            )
            number = session.execute(taking).scalar_one()
            session.add(Attempt(delivery_id=delivery_id, number=number, worker_id=sender.worker_id, started_at=moment))
            session.flush()
    except (
        IntegrityError
    ):  # another delivery of this channel is in flight: the partial unique index saw what the WHERE could not
        return None
    return Claim(delivery_id, number, started, moment)
