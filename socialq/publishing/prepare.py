"""Everything before the final call: uploads and containers. Repeatable, so it needs no fence; the state stays `scheduled`."""

import logging
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from socialq.db import now
from socialq.domain.delivery import Settlement, settle
from socialq.domain.outcomes import Deferred, Disconnected, NotOut, NotSent, Prepared, Rejected
from socialq.domain.states import DeliveryState, Move
from socialq.errors import SocialqError
from socialq.models import Delivery
from socialq.networks.call import TooLate
from socialq.publishing import record
from socialq.publishing.claimable import claimable, live, wanted
from socialq.publishing.sender import Sender
from socialq.publishing.work import Work, new_memory, read_work

log = logging.getLogger(__name__)
TRIES = 3  # preparations that began and never ended: a row that kills its process must not do so for ever
ACTOR = "worker"


def prepare(sender: Sender, ids: list[int]) -> None:
    """Ahead of time: what cannot be prepared now is settled or tried again; nothing is sent."""
    for delivery_id in ids:
        work = begin(sender, delivery_id, ahead=True)
        if work is not None:
            carry_out(sender, work, ahead=True)


def begin(sender: Sender, delivery_id: int, *, ahead: bool) -> Work | None:
    """Reserves the row (advice for other workers) and counts the try before anything is decoded. None: not ours, or not now."""
    with sender.db.begin() as session:
        moment = now(session)
        guard = _ahead() if ahead else claimable(moment)
        free = or_(
            Delivery.reserved_until.is_(None), Delivery.reserved_until < moment, Delivery.prepared_at.is_not(None)
        )
        query = (
            select(Delivery)
            .where(Delivery.id == delivery_id, guard, free)
            .with_for_update(skip_locked=True, of=Delivery)
        )
        delivery = session.scalars(query).first()
        if delivery is None:
            return None
        if delivery.prep_tries >= TRIES:
            _refuse_poison(session, delivery)
            return None
        delivery.prep_tries += 1
        delivery.reserved_until = moment + timedelta(seconds=sender.times.lease)
        delivery.memory = new_memory(delivery)
        session.flush()
        try:
            return read_work(session, sender, delivery)
        except SocialqError as error:
            _settle(session, sender, delivery, Disconnected(str(error)))
            return None


def carry_out(sender: Sender, work: Work, *, ahead: bool) -> Prepared | None:
    """The network's steps, each remembered before the next. None: settled otherwise (deferred, rejected, disconnected)."""
    try:
        result = sender.network(work.network).prepare(
            work.content, work.account, lambda step: _remember(sender, work, step)
        )
    except TooLate as error:
        result = NotSent(str(error))
    except Exception as error:  # preparation is provably not the final call: whatever went wrong, nothing is out
        log.warning("preparation of delivery %s failed: %s", work.delivery_id, type(error).__name__)
        result = NotSent(f"{type(error).__name__} while preparing")
    finally:
        work.account.call.close()
    if isinstance(result, Prepared):
        if ahead:  # else the claim stores it, in the transaction that comes next
            _store(sender, work, result)
        return result
    if not isinstance(result, NotSent | Deferred | Rejected | Disconnected):
        result = NotSent("the network gave no usable answer while preparing")
    _not_prepared(sender, work, result, ahead=ahead)
    return None


def _ahead() -> ColumnElement[bool]:
    return and_(
        Delivery.state == DeliveryState.SCHEDULED,
        Delivery.prepared_at.is_(None),
        Delivery.stop_at.is_(None),
        live(),
        wanted(),
    )


def _remember(sender: Sender, work: Work, step: dict[str, Any]) -> None:
    with sender.db.begin() as session:
        delivery = session.scalars(select(Delivery).where(Delivery.id == work.delivery_id).with_for_update()).one()
        delivery.memory = dict(delivery.memory) | step


def _store(sender: Sender, work: Work, prepared: Prepared) -> None:
    with sender.db.begin() as session:
        values = {
            "identity": prepared.identity,
            "memory": prepared.memory,
            "prepared_at": now(session),
            "prep_tries": 0,
        }
        where = (
            Delivery.id == work.delivery_id,
            Delivery.state == DeliveryState.SCHEDULED,
            Delivery.attempt == work.attempt,
        )
        session.execute(update(Delivery).where(*where).values(**values))


def _not_prepared(sender: Sender, work: Work, outcome: NotOut, *, ahead: bool) -> None:
    with sender.db.begin() as session:
        query = (
            select(Delivery).where(Delivery.id == work.delivery_id, Delivery.attempt == work.attempt).with_for_update()
        )
        delivery = session.scalars(query.where(Delivery.state == DeliveryState.SCHEDULED)).first()
        if delivery is None:
            return
        delivery.prep_tries = 0
        if ahead and isinstance(outcome, NotSent | Deferred):
            wait = now(session) + timedelta(seconds=sender.times.backoff)
            delivery.prepare_at = max(outcome.until, wait) if isinstance(outcome, Deferred) else wait
            delivery.reserved_until, delivery.reason = None, outcome.reason
            return
        session.flush()
        _settle(session, sender, delivery, outcome)


def _settle(session: Session, sender: Sender, delivery: Delivery, outcome: NotOut) -> None:
    settlement = settle(outcome, record.facts(delivery, now(session), sender.jitter()), sender.times)
    delivery.prep_tries = 0
    session.flush()
    record.apply(session, record.Seen(delivery.id, delivery.attempt), settlement, [DeliveryState.SCHEDULED], ACTOR)


def _refuse_poison(session: Session, delivery: Delivery) -> None:
    reason = f"preparing it stopped the program {TRIES} times"
    settlement = Settlement(Move.REFUSE, {"prep_tries": 0}, "delivery_rejected", reason)
    record.apply(session, record.Seen(delivery.id, delivery.attempt), settlement, [DeliveryState.SCHEDULED], ACTOR)
