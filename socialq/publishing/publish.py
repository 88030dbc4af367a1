"""Sends one channel's due deliveries, one by one: prepare, claim, the final call, record. Whatever cannot be explained is unknown."""

import logging
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from socialq import clock
from socialq.db import now
from socialq.domain.delivery import settle
from socialq.domain.outcomes import Disconnected, NotSent, Outcome, Prepared, Published, Unknown
from socialq.domain.states import DeliveryState
from socialq.errors import Unavailable
from socialq.models import Attempt, Delivery
from socialq.networks.call import TooLate
from socialq.publishing import record
from socialq.publishing.claim import Claim, claim
from socialq.publishing.news import write_good_news
from socialq.publishing.prepare import begin, carry_out, store
from socialq.publishing.sender import Sender
from socialq.publishing.work import Work

log = logging.getLogger(__name__)
ACTOR = "worker"
LONGEST_WAIT = 2.0


def publish(sender: Sender, ids: list[int]) -> None:
    """The ids of one channel, in order, in this thread. What cannot be claimed is left as it is."""
    for delivery_id in ids:
        work = begin(sender, delivery_id, ahead=False)
        prepared = work and (work.prepared if work.ready else carry_out(sender, work, ahead=False))
        if work and prepared:
            _send(sender, work, prepared)


def _send(sender: Sender, work: Work, prepared: Prepared) -> None:
    try:
        claimed = claim(sender, work.delivery_id, prepared)
    except (SQLAlchemyError, Unavailable) as error:
        log.warning("the claim of delivery %s was not acknowledged: %s", work.delivery_id, type(error).__name__)
        _until_written(work.delivery_id, lambda: _release_unacknowledged(sender, work.delivery_id))
        return
    if claimed is None:
        if (
            not work.ready
        ):  # not ours now, but uploaded: whoever claims it need not do that again, nor wait for our reservation
            _until_written(work.delivery_id, lambda: store(sender, work, prepared))
    else:
        outcome = _final_call(sender, work, prepared, claimed)
        _until_written(work.delivery_id, lambda: write_outcome(sender, claimed, outcome))


def _final_call(sender: Sender, work: Work, prepared: Prepared, claimed: Claim) -> Outcome:
    """The one call that counts. The careless path is the safe one: an exception, or an answer that is no outcome, is Unknown."""
    call = sender.final_call(claimed.started, claimed.claimed_at)
    try:
        call.arm()
        outcome = sender.network(work.network).publish(prepared, work.using(call))
    except TooLate as error:
        return NotSent(str(error))
    except Exception as error:
        log.warning("the final call of delivery %s ended in %s", work.delivery_id, type(error).__name__)
        return Unknown(f"{type(error).__name__} after it may have gone out")
    finally:
        call.close()
    return outcome if isinstance(outcome, Outcome) else Unknown("the network gave no usable answer")


def write_outcome(sender: Sender, claimed: Claim, outcome: Outcome) -> None:
    """Ends the attempt and settles the delivery, in one transaction."""
    seen = record.Seen(claimed.delivery_id, claimed.number)
    if isinstance(outcome, Published):
        write_good_news(sender.db, seen, outcome, ACTOR, answered=True)
        return
    with sender.db.begin() as session:
        record.end_attempt(
            session, seen.delivery_id, seen.attempt, type(outcome).__name__.lower(), getattr(outcome, "reason", "")
        )
        delivery = session.scalars(select(Delivery).where(Delivery.id == seen.delivery_id).with_for_update()).one()
        settlement = settle(outcome, record.facts(delivery, now(session), sender.jitter()), sender.times)
        moved = record.apply(session, seen, settlement, [DeliveryState.PUBLISHING], ACTOR)
        if not moved:
            record.begin_quarantine(session, seen, sender.times)
        if isinstance(outcome, Disconnected) and not (
            moved and settlement.incident
        ):  # the account is refused all the same
            told, client_id = record.describe(session, delivery, outcome.reason)
            record.disconnect(session, delivery.channel_id, outcome.reason, client_id, told)


def _release_unacknowledged(sender: Sender, delivery_id: int) -> None:
    """A claim whose commit was not acknowledged is not a claim: nothing was sent, so it goes back."""
    with sender.db.read() as session:
        mine = select(Attempt).where(Attempt.delivery_id == delivery_id, Attempt.worker_id == sender.worker_id)
        open_ = session.scalars(mine.where(Attempt.ended_at.is_(None))).all()
        claims = [Claim(a.delivery_id, a.number, 0.0, a.started_at) for a in open_]
    for claimed in claims:
        write_outcome(sender, claimed, NotSent("the claim was not acknowledged"))


def _until_written(delivery_id: int, write: Callable[[], None]) -> None:
    """An answer is in memory only: try until it is committed, for as long as the process lives."""
    wait = 0.05
    while True:
        try:
            write()
            return
        except (SQLAlchemyError, Unavailable) as error:
            log.error("delivery %s cannot be recorded yet: %s", delivery_id, type(error).__name__)
            clock.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)
