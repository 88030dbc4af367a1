"""Sends one channel's due deliveries, one by one: prepare, claim, the final call, record. Whatever cannot be explained is unknown."""

import logging
from dataclasses import replace

from sqlalchemy.exc import SQLAlchemyError

from socialq.domain.outcomes import NotSent, Outcome, Prepared, Unknown
from socialq.errors import Unavailable
from socialq.networks.call import Call, TooLate
from socialq.publishing import access, budgets
from socialq.publishing.answer import answer_entry, release_unclaimed, unclaimed_entry, write_answer
from socialq.publishing.claim import Claim, claim
from socialq.publishing.heard import note
from socialq.publishing.prepare import begin, carry_out, store, with_access
from socialq.publishing.record import Seen
from socialq.publishing.sender import Sender
from socialq.publishing.spoken import spoken
from socialq.publishing.work import Work
from socialq.services import budget, money
from socialq.services.logs import about

log = logging.getLogger(__name__)


def publish(sender: Sender, ids: list[int]) -> None:
    """The ids of one channel, in order, in this thread. What cannot be claimed is left as it is."""
    for delivery_id in ids:
        if not _may_claim(sender):
            return
        with about(delivery_id):
            _one(sender, delivery_id)


def _one(sender: Sender, delivery_id: int) -> None:
    """Access is looked at before the uploads, which it must outlive, and after them, which take a while."""
    work = begin(sender, delivery_id, ahead=False)
    work = with_access(sender, work, ahead=False) if work else None
    prepared = work and (work.prepared if work.ready else carry_out(sender, work, ahead=False))
    work = with_access(sender, work, ahead=False) if work and prepared else None
    if work and prepared:
        _send(sender, work, prepared)


def _may_claim(sender: Sender) -> bool:
    """Not while this process cannot write down what it knows already; then it waits a while, and leaves the rest to be rung again."""
    return sender.journal.clear(sender.times.rering)


def _send(sender: Sender, work: Work, prepared: Prepared) -> None:
    if not _may_claim(sender):
        return
    try:
        claimed = claim(sender, work.delivery_id, prepared)
    except (budget.Spent, money.CapReached) as spent:
        if not work.ready:  # uploaded once is enough
            store(sender, work, prepared)
        budgets.refused(sender.db, work.channel_id, sender.network(work.network), spent)
        return
    except (SQLAlchemyError, Unavailable) as error:
        log.warning("the claim of delivery %s was not acknowledged: %s", work.delivery_id, type(error).__name__)
        _release(sender, work.delivery_id)
        return
    if claimed is None:
        if not work.ready:  # not ours now, but uploaded: whoever claims it need not do that again
            store(sender, work, prepared)
    else:
        call = sender.final_call(claimed.started, claimed.claimed_at)
        call.hold = claimed.hold
        outcome = _final_call(sender, work, replace(prepared, again=claimed.number > 1), call)
        again = access.may_renew(sender, work, outcome)
        _record(sender, claimed, NotSent(access.RENEWING) if again else outcome)
        note(sender, work, call)
        if again:  # an answer is recorded before anything else is asked
            access.renew(sender, work)


def _final_call(sender: Sender, work: Work, prepared: Prepared, call: Call) -> Outcome:
    """The one call that counts. The careless path is the safe one: an exception, or an answer that is no outcome, is Unknown."""
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
    return spoken(outcome) if isinstance(outcome, Outcome) else Unknown("the network gave no usable answer")


def write_outcome(sender: Sender, claimed: Claim, outcome: Outcome) -> None:
    """Ends the attempt and settles the delivery, in one transaction."""
    seen = Seen(claimed.delivery_id, claimed.number)
    write_answer(sender.db, sender.times, sender.jitter(), seen, outcome)


def _record(sender: Sender, claimed: Claim, outcome: Outcome) -> None:
    """An answer is known to this process only: tried until it is committed, for as long as the process lives."""
    entry = answer_entry(Seen(claimed.delivery_id, claimed.number), outcome)
    sender.journal.keep(entry, lambda: write_outcome(sender, claimed, outcome))


def _release(sender: Sender, delivery_id: int) -> None:
    """A claim whose commit was not acknowledged is not a claim: nothing was sent."""
    entry = unclaimed_entry(sender.worker_id, delivery_id)
    sender.journal.keep(
        entry, lambda: release_unclaimed(sender.db, sender.times, sender.jitter(), sender.worker_id, delivery_id)
    )
