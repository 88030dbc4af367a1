"""One question a tick: is there anything to do, of whatever kind? The answer names the steps; each then asks for itself.

When nothing can come up for a while, not even that is asked, until somebody writes."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, exists, or_, select

from socialq.db import Database, UtcDateTime, now
from socialq.domain.states import DeliveryState
from socialq.domain.times import Times
from socialq.models import Delivery
from socialq.publishing import held, lost, missed, ring

AHEAD = timedelta(seconds=60)
LONG_AGO = datetime.min.replace(tzinfo=UTC)

STEPS = {
    "ring": ring.CLAIMABLE_UNRUNG,
    "look": ring.LOOKS,
    "poll": ring.POLLS,
    "prepare": ring.PREPARATIONS,
    "give_up_lost": lost.LEASES_OVER,
    "miss_slots": missed.MISSED,
    "tell_held": held.UNTOLD,
}
_ANY = select(*(query.order_by(None).exists().label(step) for step, query in STEPS.items()))


def _soon(*where: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(*where)


_SOON: ColumnElement[datetime] = bindparam("soon", type_=UtcDateTime)
_WAITS = Delivery.state == DeliveryState.SCHEDULED
# Wider than all STEPS together: whatever is under way, and whatever waits with a time that comes soon or has been.
_ANYTHING_SOON = select(
    or_(
        _soon(Delivery.state.in_((DeliveryState.PUBLISHING, DeliveryState.PROCESSING))),
        _soon(Delivery.state == DeliveryState.UNKNOWN, Delivery.ask_at.is_(None)),
        _soon(ring.RESTORED),
        _soon(_WAITS, Delivery.due_at < _SOON),
        _soon(_WAITS, Delivery.deadline_at < _SOON),
        _soon(_WAITS, Delivery.prepare_at < _SOON, Delivery.prepared_at.is_(None)),
    )
)


class Rest:
    """Knows for how long nothing can come up, as long as nobody writes. Without a way to see that somebody did, never."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._version: int | None = None
        self._since = self._until = LONG_AGO

    def now(self) -> bool:
        """True when no step can have anything to do at this moment."""
        version = self._db.version()  # before the look: what is written after it shows at the next
        if version is None:
            return False
        if version != self._version or not self._since <= self._db.now() < self._until:
            self._version = None
            self._since, self._until = self._look()
            self._version = version
        return self._since < self._until

    def _look(self) -> tuple[datetime, datetime]:
        with self._db.read() as session:
            moment = now(session)
            busy = session.execute(_ANYTHING_SOON, {"soon": moment + AHEAD}).scalar_one()
        return moment, moment if busy else moment + AHEAD


def needed(db: Database, times: Times, moment: datetime | None = None) -> frozenset[str]:
    """The steps that have something to do at that moment; without one now."""
    with db.read() as session:
        moment = moment or now(session)
        ahead = {"lease_ahead": moment + timedelta(seconds=times.lease) + ring.FUTURE}
        found = session.execute(_ANY, ring.moments(moment, times) | ahead).one()
        return frozenset(step for step in STEPS if found._mapping[step])
