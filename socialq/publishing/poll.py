"""Asks the network about what it has accepted: published, rejected, or still at it."""

import logging

from sqlalchemy import case, select, update

from socialq.db import now
from socialq.domain.delivery import Settlement
from socialq.domain.outcomes import Outcome, Processing, Published, Rejected
from socialq.domain.retry import backoff
from socialq.domain.states import DeliveryState, Move
from socialq.models import Delivery
from socialq.networks.base import CanPoll
from socialq.publishing import record
from socialq.publishing.news import write_good_news
from socialq.publishing.record import Seen
from socialq.publishing.ring import PROCESSING
from socialq.publishing.sender import Sender
from socialq.publishing.spoken import spoken
from socialq.publishing.work import Work, read_work
from socialq.services.logs import about, attempting

log = logging.getLogger(__name__)
ACTOR = "worker"


def poll(sender: Sender, ids: list[int]) -> None:
    for delivery_id in ids:
        with about(delivery_id):
            _poll(sender, delivery_id)


def _poll(sender: Sender, delivery_id: int) -> None:
    with sender.db.read() as session:
        due = select(Delivery).where(Delivery.id == delivery_id, PROCESSING)
        delivery = session.scalars(due, {"moment": now(session)}).first()
        work = read_work(session, sender, delivery) if delivery else None
    if work is not None:
        attempting(work.attempt)
        _write(sender, work, _ask_network(sender, work))


def _ask_network(sender: Sender, work: Work) -> Outcome | None:
    """None: no usable answer, ask again later (the process deadline ends it)."""
    network = sender.network(work.network)
    if not isinstance(network, CanPoll):
        return None
    try:
        said = network.poll(work.handle or "", work.account)
    except Exception as error:  # a poll is repeatable: a failed one says nothing
        log.warning("polling delivery %s ended in %s", work.delivery_id, type(error).__name__)
        return None
    finally:
        work.account.call.close()
    return spoken(said) if isinstance(said, Outcome) else None


def _write(sender: Sender, work: Work, outcome: Outcome | None) -> None:
    seen, here = Seen(work.delivery_id, work.attempt), [DeliveryState.PROCESSING]
    if isinstance(outcome, Published):
        write_good_news(sender.db, seen, outcome, ACTOR, answered=False)
        return
    with sender.db.begin() as session:
        if isinstance(outcome, Rejected):
            settlement = Settlement(Move.REFUSE, {}, "delivery_rejected", outcome.reason)
            record.apply(session, seen, settlement, here, ACTOR)
        else:
            later = now(session) + backoff(sender.times.backoff, 1, sender.jitter())
            check_at = max(outcome.check_at, later) if isinstance(outcome, Processing) else later
            where = (Delivery.id == seen.delivery_id, Delivery.state.in_(here), Delivery.attempt == seen.attempt)
            not_beyond = case((Delivery.process_until < check_at, Delivery.process_until), else_=check_at)
            session.execute(update(Delivery).where(*where).values(check_at=not_beyond, rung_at=None))
