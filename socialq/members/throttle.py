"""Throttle: how often something may be tried, per e-mail and per address. Counts before the try, so that tries at once count too."""

import hashlib
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from socialq import db
from socialq.models import Throttle

WINDOW = timedelta(minutes=15)


@dataclass(frozen=True)
class Limit:
    """At most `tries` in WINDOW under one key."""

    key: str
    tries: int


def of_email(what: str, email: str) -> str:
    """A key that does not hold the address: people type passwords into that field."""
    return f"{what}:email:{hashlib.sha256(email.strip().lower().encode(errors='replace')).hexdigest()[:32]}"


def of_address(what: str, address: str) -> str:
    """IPv6 by its /64, which is what one household has."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return f"{what}:address:unknown"
    if found.version == 6:
        found = ipaddress.ip_network((found, 64), strict=False).network_address
    return f"{what}:address:{found}"


def take(session: Session, limits: Sequence[Limit]) -> int:
    """Counts one try under every key; returns the seconds to wait, 0 when it may go ahead."""
    now = db.now(session)
    session.execute(delete(Throttle).where(Throttle.since <= now - WINDOW))
    # In one order, so that two of the same never wait for each other.
    waits = [_count(session, limit, now) for limit in sorted(limits, key=lambda one: one.key)]
    return max(waits, default=0)


def forgive(session: Session, key: str) -> None:
    """It was the right one: what was tried under the key counts no more."""
    session.execute(delete(Throttle).where(Throttle.key == key))


def give_back(session: Session, key: str) -> None:
    """One try less under the key."""
    session.execute(update(Throttle).where(Throttle.key == key, Throttle.tries > 0).values(tries=Throttle.tries - 1))


def _count(session: Session, limit: Limit, now: datetime) -> int:
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    over = Throttle.since <= now - WINDOW
    row = insert(Throttle).values(key=limit.key, since=now, tries=1)
    changed = row.on_conflict_do_update(
        index_elements=["key"],
        set_={"since": case((over, now), else_=Throttle.since), "tries": case((over, 1), else_=Throttle.tries + 1)},
    )
    since, tries = session.execute(changed.returning(Throttle.since, Throttle.tries)).one()
    return 0 if tries <= limit.tries else max(1, int((since + WINDOW - now).total_seconds()) + 1)
