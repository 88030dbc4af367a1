"""After a restore: each delivery that waits is looked up once, then a person says what is to become of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from socialq.db import now
from socialq.domain.delivery import Settlement
from socialq.domain.message import Wanted
from socialq.domain.outcomes import Absent, Found, Look, LookFailed, Near, Published
from socialq.domain.states import DeliveryState, Move
from socialq.errors import NotAllowed, SocialqError
from socialq.models import Delivery
from socialq.networks.base import CanFind
from socialq.publishing import record
from socialq.publishing.looking import look
from socialq.publishing.moved import WAITS, resolve_if_done
from socialq.publishing.record import Seen
from socialq.publishing.ring import RESTORED
from socialq.publishing.sender import Sender
from socialq.publishing.work import Work, read_wanted, read_work
from socialq.services.events import record as record_event
from socialq.services.i18n import mark

PATIENCE = timedelta(minutes=10)  # for a network that does not answer, until a person is asked without its word
LEFT_OUT = "left out after socialq was moved or restored"
LOOKING = mark("It is still being looked up: decide in a few minutes.")


class Finding(StrEnum):
    """What the look gave. No row has "looking": that is the empty word."""

    FOUND = "found"
    ABSENT = "absent"
    NEAR = "near"  # something resembles it
    UNREADABLE = "unreadable"


CERTAIN = frozenset({Finding.FOUND, Finding.ABSENT})  # the others want a yes of their own


def look_up(sender: Sender, delivery_id: int) -> bool:
    """False: it does not wait for this, look elsewhere."""
    try:
        with sender.db.read() as session:
            delivery = session.scalars(select(Delivery).where(Delivery.id == delivery_id, RESTORED)).first()
            if delivery is None:
                return False
            held_at, found = delivery.confirm_at, _begin(session, sender, delivery)
    except SocialqError:  # its credentials cannot be opened
        _keep(sender, delivery_id, {"confirm_found": Finding.UNREADABLE})
        return True
    late = held_at is not None and sender.db.now() - held_at > PATIENCE
    _keep(sender, delivery_id, _values(_look(sender, *found), late=late))
    return True


def confirm(session: Session, ids: Sequence[int], actor: str) -> int:
    """Yes: what was found is out, the rest goes when its time comes. How many. Raises NotAllowed when one is still looked up."""
    deliveries = _waiting(session, ids)
    for delivery in deliveries:
        if delivery.confirm_found == Finding.FOUND and delivery.confirm_remote_id:
            published = Published(delivery.confirm_remote_id, delivery.confirm_url)
            record.good_news(session, Seen(delivery.id, delivery.attempt), published, actor)
        else:
            _release(session, delivery, actor)
    resolve_if_done(session)
    return len(deliveries)


def leave_out(session: Session, ids: Sequence[int], actor: str) -> int:
    """No: it does not go out. How many."""
    deliveries = _waiting(session, ids)
    for delivery in deliveries:
        settlement = Settlement(Move.MISS, {"confirm_at": None}, None, LEFT_OUT)
        record.apply(session, Seen(delivery.id, delivery.attempt), settlement, [DeliveryState.SCHEDULED], actor)
    resolve_if_done(session)
    return len(deliveries)


def _begin(session: Session, sender: Sender, delivery: Delivery) -> tuple[Work, Wanted]:
    """Sent at its time or, where somebody hurried, at any time after the copy was made."""
    work = read_work(session, sender, delivery)
    since: datetime = min(delivery.scheduled_at, delivery.confirm_since or delivery.scheduled_at)
    return work, read_wanted(session, work, since)


def _look(sender: Sender, work: Work, wanted: Wanted) -> Look | None:
    """None: this network shows nothing to anybody."""
    return look(sender, work, wanted) if isinstance(sender.network(work.network), CanFind) else None


def _values(found: Look | None, *, late: bool) -> dict[str, Any]:
    match found:
        case Found(remote_id, url):
            return {"confirm_found": Finding.FOUND, "confirm_url": url, "confirm_remote_id": remote_id}
        case Absent():
            return {"confirm_found": Finding.ABSENT}
        case Near(_, url):
            return {"confirm_found": Finding.NEAR, "confirm_url": url}
        case LookFailed() if not late:
            return {}
    return {"confirm_found": Finding.UNREADABLE}


def _keep(sender: Sender, delivery_id: int, values: dict[str, Any]) -> None:
    if values:
        with sender.db.begin() as session:
            session.execute(update(Delivery).where(Delivery.id == delivery_id, RESTORED).values(**values))


def _waiting(session: Session, ids: Sequence[int]) -> list[Delivery]:
    """Those that still wait; a second click finds none."""
    query = select(Delivery).where(Delivery.id.in_(ids), *WAITS).order_by(Delivery.scheduled_at, Delivery.id)
    found = list(session.scalars(query.with_for_update()))
    if any(not delivery.confirm_found for delivery in found):
        raise NotAllowed(LOOKING)
    return found


def _release(session: Session, delivery: Delivery, actor: str) -> None:
    """What has missed its slot meanwhile is failed and told by the next tick."""
    moment = now(session)
    free = {"confirm_at": None, "rung_at": None, "rings": 0, "due_at": max(delivery.due_at, moment)}
    where = (Delivery.id == delivery.id, Delivery.attempt == delivery.attempt, *WAITS)
    session.execute(update(Delivery).where(*where).values(**free))
    _, client_id = record.describe(session, delivery, "")
    record_event(session, actor, "confirm", f"delivery:{delivery.id}", client_id)
