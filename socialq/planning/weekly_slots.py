"""A client's weekly slots: adding and removing wall times. What is planned in one stays planned."""

from collections.abc import Collection
from datetime import datetime, time, timedelta
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialq.domain.slots import WEEKDAYS, WeeklySlot, occurrences, zone
from socialq.errors import BadInput, NotFound
from socialq.models import Client, Slot
from socialq.planning.found import client_of
from socialq.services import events

MOST = 100
AHEAD = timedelta(days=21)


def add_slots(session: Session, client_id: int, weekdays: Collection[int], at: time, by: str) -> int:
    """The same wall time on each of the weekdays (Monday is 0); how many are new. Raises BadInput, NotFound."""
    client = client_of(session, client_id, lock=True)
    if not weekdays:
        raise BadInput("Choose at least one weekday.")
    if not set(weekdays) <= set(range(len(WEEKDAYS))):
        raise BadInput("There is no such weekday.")
    there = {(slot.weekday, slot.at) for slot in of(session, client.id)}
    new = [day for day in sorted(set(weekdays)) if (day, at) not in there]
    if len(there) + len(new) > MOST:
        raise BadInput("A client has at most %(n)s weekly slots.", n=MOST)
    session.add_all(Slot(client_id=client.id, weekday=day, at=at) for day in new)
    if new:
        events.record(session, by, "add_slots", f"client:{client.id}", client.id, weekdays=new, at=f"{at:%H:%M}")
    return len(new)


def remove_slot(session: Session, client_id: int, slot_id: int, by: str) -> WeeklySlot:
    """What it was, so that it can be put back. Raises NotFound."""
    slot = session.scalars(select(Slot).where(Slot.id == slot_id, Slot.client_id == client_id)).first()
    if slot is None:
        raise NotFound("This weekly slot is not there any more.")
    session.delete(slot)
    gone = WeeklySlot(slot.weekday, slot.at)
    events.record(
        session, by, "remove_slot", f"client:{client_id}", client_id, weekday=gone.weekday, at=f"{gone.at:%H:%M}"
    )
    return gone


def of(session: Session, client_id: int) -> list[Slot]:
    """By time, then weekday."""
    return list(session.scalars(select(Slot).where(Slot.client_id == client_id).order_by(Slot.at, Slot.weekday)))


def coming(slots: Collection[Slot], client: Client, now: datetime, count: int) -> list[datetime]:
    """The next instants of the client's slots, free or not."""
    weekly = [WeeklySlot(slot.weekday, slot.at) for slot in slots]
    return list(islice(occurrences(weekly, zone(client.timezone), now, AHEAD), count))
