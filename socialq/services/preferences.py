"""The store of what the VA decides: one row a key, its secret sealed. What a key means is decided where it is used."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialq import db
from socialq.crypto import Secrets
from socialq.models import Preference


def read(session: Session, key: str) -> dict[str, Any]:
    """Empty when nothing was decided."""
    row = session.get(Preference, key)
    return dict(row.value) if row else {}


def several(session: Session, keys: Collection[str]) -> dict[str, Preference]:
    """The rows that are there, in one query."""
    return {row.key: row for row in session.scalars(select(Preference).where(Preference.key.in_(keys)))}


def opened(row: Preference | None, secrets: Secrets) -> dict[str, Any]:
    """The secret of a row. Empty when there is none. Raises Unavailable when it cannot be opened with our keys."""
    return secrets.open(row.owner, row.sealed) if row and row.sealed else {}


def write(session: Session, key: str, value: Mapping[str, Any], by: str) -> None:
    """Plain values only; the secret of the key stays as it is."""
    _row(session, key, by).value = dict(value)
    session.flush()


def secret(session: Session, secrets: Secrets, key: str) -> dict[str, Any]:
    """Empty when there is none. Raises Unavailable when it cannot be opened with the keys of this installation."""
    return opened(session.get(Preference, key), secrets)


def seal(session: Session, secrets: Secrets, key: str, value: Mapping[str, Any], by: str) -> None:
    """Replaces the secret; an empty one takes it away."""
    row = _row(session, key, by)
    row.sealed = secrets.seal(row.owner, value) if value else None
    session.flush()


def forget(session: Session, key: str) -> None:
    """Back to what holds when nothing was decided."""
    row = session.get(Preference, key)
    if row is not None:
        session.delete(row)
        session.flush()


def _row(session: Session, key: str, by: str) -> Preference:
    row = session.get(Preference, key) or Preference(key=key, value={})
    row.changed_at, row.changed_by = db.now(session), by
    session.add(row)
    return row
