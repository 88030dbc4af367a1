"""One decision of a person about one delivery: what it is about, and the move that it makes. Decides nothing itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from socialq import db
from socialq.domain.states import Move, sources, target
from socialq.domain.times import Times
from socialq.errors import OutOfDate
from socialq.models import Client, Delivery
from socialq.publishing.record import ASKING
from socialq.services.events import record as record_event
from socialq.services.i18n import mark
from socialq.services.incidents import resolve_incidents

MEANWHILE = mark("Something else has happened to it since: look at it once more.")


@dataclass(frozen=True)
class Case:
    """The delivery as it stands, held against others who move it."""

    session: Session
    delivery: Delivery
    client: Client
    times: Times
    actor: str

    @property
    def now(self) -> datetime:
        return db.now(self.session)

    @property
    def subject(self) -> str:
        return f"delivery:{self.delivery.id}"


def settle(case: Case, move: Move, values: dict[str, Any], **facts: Any) -> None:
    """The move, if it stands as it was read; what was asked about it is answered. Raises OutOfDate."""
    change(case, {"state": target(move), **ASKING, **values}, move)
    resolve_incidents(case.session, case.subject, case.actor)
    record_event(case.session, case.actor, move.value, case.subject, case.client.id, **facts)


def change(case: Case, values: dict[str, Any], move: Move | None = None) -> None:
    """Columns of the delivery, if it stands as it was read. Raises OutOfDate."""
    delivery = case.delivery
    froms = sources(move) if move else {delivery.state}
    stands = (Delivery.id == delivery.id, Delivery.state == delivery.state, Delivery.attempt == delivery.attempt)
    changed = update(Delivery).where(*stands, Delivery.state.in_(froms)).values(**values).returning(Delivery.id)
    if case.session.scalar(changed.execution_options(synchronize_session=False)) is None:
        raise OutOfDate(MEANWHILE)
    case.session.refresh(delivery)
