"""One question a tick: is there anything to do, of whatever kind? The answer names the steps; each then asks for itself."""

from datetime import timedelta

from sqlalchemy import select

from socialq.db import Database, now
from socialq.domain.times import Times
from socialq.publishing import lost, missed, ring

STEPS = {
    "ring": ring.CLAIMABLE_UNRUNG,
    "look": ring.LOOKS,
    "poll": ring.POLLS,
    "prepare": ring.PREPARATIONS,
    "give_up_lost": lost.LEASES_OVER,
    "miss_slots": missed.MISSED,
}
_ANY = select(*(query.order_by(None).exists().label(step) for step, query in STEPS.items()))


def needed(db: Database, times: Times) -> frozenset[str]:
    """The steps that have something to do now."""
    with db.read() as session:
        moment = now(session)
        ahead = {"lease_ahead": moment + timedelta(seconds=times.lease) + ring.FUTURE}
        found = session.execute(_ANY, ring.moments(moment, times) | ahead).one()
        return frozenset(step for step in STEPS if found._mapping[step])
