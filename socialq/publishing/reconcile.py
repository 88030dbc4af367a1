"""Out of `unknown` by reading back: found once, absent twice, or a person is asked. A failed look concludes nothing."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from socialq.db import now
from socialq.domain.delivery import absent
from socialq.domain.message import Wanted
from socialq.domain.outcomes import Absent, Found, Look, LookFailed, Near, Published
from socialq.domain.states import DeliveryState
from socialq.errors import SocialqError
from socialq.models import Attempt, Delivery
from socialq.publishing import record, ring
from socialq.publishing.confirm import look_up
from socialq.publishing.looking import look
from socialq.publishing.news import write_good_news
from socialq.publishing.record import Seen
from socialq.publishing.sender import Sender
from socialq.publishing.work import Work, read_wanted, read_work
from socialq.services.logs import about, attempting

ACTOR = "worker"


def reconcile(sender: Sender, ids: list[int]) -> None:
    """One look each, if its time has come; the conclusion holds only if nothing has changed since."""
    for delivery_id in ids:
        with about(delivery_id):
            found = None if look_up(sender, delivery_id) else _begin(sender, delivery_id)
            if found is not None:
                work, wanted = found
                attempting(work.attempt)
                _conclude(sender, work, look(sender, work, wanted))


def _begin(sender: Sender, delivery_id: int) -> tuple[Work, Wanted] | None:
    with sender.db.read() as session:
        due = select(Delivery).where(Delivery.id == delivery_id, ring.UNKNOWN)
        delivery = session.scalars(due, ring.moments(now(session), sender.times)).first()
        if delivery is None:
            return None
        try:
            work = read_work(session, sender, delivery)
            return work, read_wanted(session, work)
        except SocialqError as error:
            reason, seen = str(error), Seen(delivery.id, delivery.attempt)
    with sender.db.begin() as session:
        record.ask(session, seen, reason, ACTOR)
    return None


def _conclude(sender: Sender, work: Work, look: Look) -> None:
    seen = Seen(work.delivery_id, work.attempt, work.misses)
    if isinstance(look, Found):
        write_good_news(sender.db, seen, Published(look.remote_id, look.url), ACTOR, answered=False)
        return
    with sender.db.begin() as session:
        query = select(Delivery).where(
            Delivery.id == seen.delivery_id, Delivery.attempt == seen.attempt, Delivery.misses == seen.misses
        )
        still = query.where(Delivery.state == DeliveryState.UNKNOWN, Delivery.ask_at.is_(None)).with_for_update()
        delivery = session.scalars(still).first()
        if delivery is None:
            return
        match look:
            case Near(reason):
                record.ask(session, seen, reason, ACTOR)
            case LookFailed(reason):
                _failed(session, sender, delivery, seen, reason)
            case Absent():
                _missed(session, sender, delivery, seen)


def _failed(session: Session, sender: Sender, delivery: Delivery, seen: Seen, reason: str) -> None:
    """Try again after the gap; for too long, and a person is asked."""
    moment = now(session)
    since = delivery.look_failed_at or moment
    if moment - since >= timedelta(seconds=sender.times.read_limit):
        record.ask(session, seen, f"it could not be read back: {reason}", ACTOR)
        return
    values = {"look_failed_at": since, "look_at": moment + timedelta(seconds=sender.times.gap), "reason": reason}
    session.execute(update(Delivery).where(Delivery.id == delivery.id).values(**values))


def _missed(session: Session, sender: Sender, delivery: Delivery, seen: Seen) -> None:
    """Absent once: look again after the gap. Absent twice: it may go again, but only if its sender is proved to have ended here."""
    moment = now(session)
    settlement = absent(record.facts(delivery, moment, sender.jitter()), delivery.misses, sender.times)
    if settlement is None:
        values = {"misses": 1, "look_at": moment + timedelta(seconds=sender.times.gap), "look_failed_at": None}
        session.execute(update(Delivery).where(Delivery.id == delivery.id).values(**values))
    elif not _sender_ended(session, seen):
        record.ask(session, seen, "it was not found, but the machine that sent it may only be asleep", ACTOR)
    else:
        record.apply(session, seen, settlement, [DeliveryState.UNKNOWN], ACTOR)


def _sender_ended(session: Session, seen: Seen) -> bool:
    """Every attempt has its end on record."""
    open_ = select(Attempt.id).where(Attempt.delivery_id == seen.delivery_id, Attempt.ended_at.is_(None))
    return session.execute(open_.limit(1)).first() is None
