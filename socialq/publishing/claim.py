"""The fence: one delivery, by the thread that sends it, every guard repeated, committed with its Attempt before the final call."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from socialq import clock
from socialq.db import now
from socialq.domain.outcomes import Prepared
from socialq.domain.states import Move, target
from socialq.models import Attempt, Delivery
from socialq.networks.quotas import declares, prices
from socialq.publishing.claimable import CLAIM_FROM, CLAIMABLE, MOMENT, at
from socialq.publishing.sender import Sender
from socialq.publishing.work import text_of
from socialq.services import budget, counted, money
from socialq.services.logs import attempting

# On PostgreSQL the inner SELECT takes the row or passes by; on SQLite the transaction alone has the database.
_FREE = (
    select(Delivery.id)
    .where(Delivery.id == bindparam("delivery"), CLAIMABLE)
    .with_for_update(skip_locked=True, of=Delivery)
)
_TAKE = (
    update(Delivery)
    .where(Delivery.id.in_(_FREE), Delivery.state.in_(CLAIM_FROM))
    .values(
        state=target(Move.CLAIM), attempt=Delivery.attempt + 1, lease_until=bindparam("lease"), identity=bindparam("made_identity"),
        memory=bindparam("made_memory"), prepared_at=MOMENT, prep_tries=0, reserved_until=None,
    )
    .returning(Delivery.attempt)
    .execution_options(synchronize_session=False)
)  # fmt: skip


@dataclass(frozen=True)
class Claim:
    delivery_id: int
    number: int
    started: float  # boot time before BEGIN
    claimed_at: datetime  # the database's
    hold: int | None = None  # what was taken from budgets


def claim(sender: Sender, delivery_id: int, prepared: Prepared) -> Claim | None:
    """None: it is not (or no longer) ours to send. Spent, CapReached: a budget or the client's money does not allow it now.

    Nothing was claimed then. Another exception: whether it was claimed is not known, so nothing is sent."""
    started = clock.boottime()
    try:
        with sender.db.begin() as session:
            found = budget.locked(session, delivery_id)
            if found is None:
                return None
            channel, limited = found
            declared = declares(sender.parts.networks.get(channel.network))
            limited = counted.rows(session, channel, limited, declared)
            price = prices(sender.parts.networks.get(channel.network))
            payer = money.payer(session, channel.client_id) if price else None
            moment = now(session)
            lease = moment + timedelta(seconds=sender.times.lease)
            made = {
                "made_identity": prepared.identity,
                "made_memory": prepared.memory,
                "lease": lease,
                "delivery": delivery_id,
            }
            number = session.execute(_TAKE, made | at(moment)).scalar_one_or_none()
            if number is None:
                return None
            mine = {"delivery_id": delivery_id, "number": number, "worker_id": sender.worker_id, "started_at": moment}
            session.execute(insert(Attempt).values(outcome="", reason="", url="", **mine))
            counted.recount(session, channel, limited, declared)
            if price and payer:
                said = text_of(session, session.get_one(Delivery, delivery_id))
                cost = price.of_post(said)
                money.count(session, payer, channel.id, price.currency, cost, (delivery_id, number))
            hold = budget.take(session, channel, limited, budget.FINAL_CALL, sender.times.lease)
    except (
        IntegrityError
    ):  # another delivery of this channel is in flight: the partial unique index saw what the WHERE could not
        return None
    attempting(number)
    return Claim(delivery_id, number, started, moment, hold)
