"""Opening and resolving incidents: one open row a cause, in the transaction of the move that caused it."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from socialq import db
from socialq.models import Incident


def open_incident(session: Session, kind: str, subject: str, client_id: int | None, facts: dict[str, Any]) -> None:
    """Opens it, or leaves the open one as it is."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    row = insert(Incident).values(
        kind=kind, subject=subject, client_id=client_id, facts=facts, opened_at=db.now(session), resolved_by=""
    )  # fmt: skip
    session.execute(
        row.on_conflict_do_nothing(index_elements=["kind", "subject"], index_where=Incident.resolved_at.is_(None))
    )


def resolve_incidents(session: Session, subject: str, by: str, kinds: list[str] | None = None) -> int:
    """Closes what is open on the subject; returns how many."""
    what = update(Incident).where(Incident.subject == subject, Incident.resolved_at.is_(None))
    if kinds is not None:
        what = what.where(Incident.kind.in_(kinds))
    done = session.execute(what.values(resolved_at=db.now(session), resolved_by=by).returning(Incident.id))
    return len(done.all())


def open_incidents(session: Session, client_id: int | None = None) -> list[Incident]:
    """Newest first; of one client, or of all."""
    query = select(Incident).where(Incident.resolved_at.is_(None)).order_by(Incident.opened_at.desc())
    if client_id is not None:
        query = query.where(Incident.client_id == client_id)
    return list(session.scalars(query))
