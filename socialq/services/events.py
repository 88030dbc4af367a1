"""Writing down who did what when, in the transaction that does it."""

from typing import Any

from sqlalchemy.orm import Session

from socialq import db
from socialq.models import Event


def record(session: Session, actor: str, verb: str, subject: str, client_id: int | None, **facts: Any) -> None:
    """`actor` is "member:3", "cli", "worker" or "scheduler"; `subject` is "post:7", "delivery:9", "channel:2"."""
    row = Event(at=db.now(session), actor=actor, verb=verb, subject=subject, client_id=client_id, facts=facts)
    session.add(row)
