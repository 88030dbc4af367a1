"""Errands: what waits in a session until its browser comes back from another site. Each is taken once, by that session only."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from socialq import db
from socialq.members.tokens import hashed
from socialq.models import MemberSession

LASTS = timedelta(minutes=15)
MOST = 5  # open ways of one browser; the oldest is given up


def leave(session: Session, session_id: int, state: str, what: dict[str, Any]) -> None:
    """Keeps it under the state (of which only a hash is stored). A session that has ended keeps nothing."""
    row = session.get(MemberSession, session_id, with_for_update=True)
    if row is None:
        return
    now = db.now(session)
    open_ones = sorted(_open(row, now).items(), key=lambda one: str(one[1]["at"]))[1 - MOST :]
    kept = dict(open_ones) | {hashed(state): {"at": now.isoformat(), "what": what}}
    row.memory = {**row.memory, "errands": kept}


def peek(session: Session, session_id: int, state: str) -> dict[str, Any] | None:
    """The same as `take`, but it stays: a page that only shows it may be loaded again."""
    row = session.get(MemberSession, session_id)
    found = _open(row, db.now(session)).get(hashed(state)) if row and state else None
    return dict(found["what"]) if found else None


def take(session: Session, session_id: int, state: str) -> dict[str, Any] | None:
    """What was left under the state, now gone; None when unknown, taken already, another session's, or too old."""
    row = session.get(MemberSession, session_id, with_for_update=True)
    if row is None or not state:
        return None
    found = _open(row, db.now(session))
    taken = found.pop(hashed(state), None)
    row.memory = {**row.memory, "errands": found}
    return dict(taken["what"]) if taken else None


def _open(row: MemberSession, now: datetime) -> dict[str, dict[str, Any]]:
    errands: dict[str, dict[str, Any]] = row.memory.get("errands", {})
    return {key: one for key, one in errands.items() if now - datetime.fromisoformat(one["at"]) <= LASTS}
