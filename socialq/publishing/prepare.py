"""Everything before the final call: uploads and containers. Repeatable, so it needs no fence; the state stays `scheduled`."""

import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, or_, select, update
from sqlalchemy.orm import Session

from socialq.db import UtcDateTime, now
from socialq.domain.delivery import Settlement, settle
from socialq.domain.outcomes import Deferred, Disconnected, NotOut, NotSent, Prepared, Rejected
from socialq.domain.states import DeliveryState, Move
from socialq.errors import SocialqError
from socialq.models import Delivery
from socialq.networks.call import TooLate
from socialq.publishing import access, budgets, record
from socialq.publishing.asking import ask_quota
from socialq.publishing.claimable import CLAIMABLE, LIVE, MOMENT, PARENT_IS_OUT, WANTED, at
from socialq.publishing.fitted import Unfit, fitted
from socialq.publishing.heard import note
from socialq.publishing.ring import FUTURE
from socialq.publishing.sender import Sender
from socialq.publishing.spoken import spoken
from socialq.publishing.work import Work, new_memory, read_work
from socialq.services import budget
from socialq.services.logs import about

log = logging.getLogger(__name__)
TRIES = 3  # preparations that began and never ended: a row that kills its process must not do so for ever
ACTOR = "worker"

_MINE = select(Delivery).where(
    Delivery.id == bindparam("delivery"),
    or_(
        Delivery.reserved_until.is_(None),
        Delivery.reserved_until < MOMENT,
        Delivery.reserved_until > bindparam("reserved_ahead", type_=UtcDateTime),  # by a clock that ran ahead
        Delivery.prepared_at.is_not(None),
    ),
)
_DUE = _MINE.where(CLAIMABLE)
_AHEAD = _MINE.where(
    Delivery.state == DeliveryState.SCHEDULED,
    Delivery.prepared_at.is_(None),
    Delivery.stop_at.is_(None),
    LIVE,
    WANTED,
    PARENT_IS_OUT,
)


def prepare(sender: Sender, ids: list[int]) -> None:
    """Ahead of time: what cannot be prepared now is settled or tried again; nothing is sent."""
    for delivery_id in ids:
        with about(delivery_id):
            work = begin(sender, delivery_id, ahead=True)
            work = work and with_access(sender, work, ahead=True)
            if work is not None:
                carry_out(sender, work, ahead=True)


def begin(sender: Sender, delivery_id: int, *, ahead: bool) -> Work | None:
    """The delivery as plain data, reserved (advice for other workers) if it is still to be prepared. None: not ours, or not now."""
    try:
        ready = None if ahead else _ready(sender, delivery_id)
        return ready or _reserve(sender, delivery_id, _AHEAD if ahead else _DUE)
    except budget.Spent as spent:
        budgets.wait(sender.db, delivery_id, spent.until, sender.parts.networks)
        return None
    except SocialqError as error:  # its credentials cannot be opened
        not_prepared(sender, delivery_id, Disconnected(str(error)), ahead=False)
        return None


def _ready(sender: Sender, delivery_id: int) -> Work | None:
    """Prepared before: nothing to write until the claim."""
    with sender.db.read() as session:
        query = _DUE.where(Delivery.prepared_at.is_not(None))
        delivery = session.scalars(query, _mine(sender, delivery_id, now(session))).first()
        return read_work(session, sender, delivery) if delivery else None


def _reserve(sender: Sender, delivery_id: int, query: Select[Delivery]) -> Work | None:
    """Counts the try before anything is decoded."""
    with sender.db.begin() as session:
        limited = budget.locked(session, delivery_id)
        moment = now(session)
        delivery = session.scalars(
            query.with_for_update(skip_locked=True, of=Delivery), _mine(sender, delivery_id, moment)
        ).first()
        if delivery is None or limited is None:
            return None
        if delivery.prep_tries >= TRIES:
            _refuse_poison(session, delivery)
            return None
        hold = budget.take(session, *limited, budget.PREPARATION, sender.times.upload)
        delivery.prep_tries += 1
        delivery.reserved_until = moment + timedelta(seconds=sender.times.lease)
        delivery.memory = new_memory(delivery)
        session.flush()
        work = read_work(session, sender, delivery)
        work.account.call.hold = hold
        return work


def _mine(sender: Sender, delivery_id: int, moment: datetime) -> dict[str, Any]:
    ahead = moment + _for_one_step(sender) + FUTURE
    return {"delivery": delivery_id, "reserved_ahead": ahead} | at(moment)


def with_access(sender: Sender, work: Work, *, ahead: bool) -> Work | None:
    """The work with access that lasts until it is out. None: settled otherwise."""
    found = access.lasting(sender, work)
    if isinstance(found, Work):
        return found
    with sender.db.begin() as session:
        budget.give_back(session, work.account.call.hold)  # nobody was asked
    not_prepared(sender, work.delivery_id, found, ahead=ahead)
    return None


def _for_one_step(sender: Sender) -> timedelta:
    """From one step that is remembered to the next: a whole upload may lie between."""
    return timedelta(seconds=sender.times.lease + sender.times.upload)


def carry_out(sender: Sender, work: Work, *, ahead: bool) -> Prepared | None:
    """The network's steps, each remembered before the next. None: settled otherwise (deferred, rejected, disconnected)."""
    try:
        with fitted(sender, work) as content:
            network = sender.network(work.network)
            result = network.prepare(content, work.account, lambda step: _remember(sender, work, step))
            ask_quota(sender, work)
    except Unfit as error:
        result = Rejected(str(error))
    except TooLate as error:
        result = NotSent(str(error))
    except Exception as error:  # preparation is provably not the final call: whatever went wrong, nothing is out
        log.warning("preparation of delivery %s failed: %s", work.delivery_id, type(error).__name__)
        result = NotSent(f"{type(error).__name__} while preparing")
    finally:
        work.account.call.close()
    note(sender, work, work.account.call)
    if isinstance(result, Prepared):
        if ahead:  # else the claim stores it, in the transaction that comes next
            store(sender, work, result)
        return result
    if not isinstance(result, NotSent | Deferred | Rejected | Disconnected):
        result = NotSent("the network gave no usable answer while preparing")
    if access.may_renew(sender, work, result) and access.renew(sender, work):
        result = NotSent(access.RENEWING)
    not_prepared(sender, work.delivery_id, spoken(result), ahead=ahead)
    return None


def _remember(sender: Sender, work: Work, step: dict[str, Any]) -> None:
    with sender.db.begin() as session:
        delivery = session.scalars(select(Delivery).where(Delivery.id == work.delivery_id).with_for_update()).one()
        delivery.memory = dict(delivery.memory) | step
        if delivery.reserved_until is not None:  # a long video takes longer than one reservation
            delivery.reserved_until = now(session) + _for_one_step(sender)


def store(sender: Sender, work: Work, prepared: Prepared) -> None:
    """What the network gave is kept, and the reservation ends."""
    with sender.db.begin() as session:
        values = {
            "identity": prepared.identity,
            "memory": prepared.memory,
            "prepared_at": now(session),
            "prep_tries": 0,
            "reserved_until": None,
            "rung_at": None,  # it may have become due while it was prepared
        }
        where = (
            Delivery.id == work.delivery_id,
            Delivery.state == DeliveryState.SCHEDULED,
            Delivery.attempt == work.attempt,
        )
        session.execute(update(Delivery).where(*where).values(**values))


def not_prepared(sender: Sender, delivery_id: int, outcome: NotOut, *, ahead: bool) -> None:
    """Settles what provably is not out, or (ahead of time) tries again later."""
    with sender.db.begin() as session:
        query = select(Delivery).where(Delivery.id == delivery_id, Delivery.state == DeliveryState.SCHEDULED)
        delivery = session.scalars(query.with_for_update()).first()
        if delivery is None:
            return
        delivery.prep_tries = 0
        if ahead and isinstance(outcome, NotSent | Deferred):
            wait = now(session) + timedelta(seconds=sender.times.backoff)
            delivery.prepare_at = max(outcome.until, wait) if isinstance(outcome, Deferred) else wait
            delivery.reserved_until, delivery.rung_at, delivery.reason = None, None, outcome.reason
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
