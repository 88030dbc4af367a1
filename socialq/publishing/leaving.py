"""A person leaves it: what that means in each state, and for the parts after it in a chain."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from socialq.domain.states import DeliveryState, Move, sources, target
from socialq.models import Channel, Delivery, Incident
from socialq.publishing import chains, record
from socialq.publishing.deciding import Case, change, settle
from socialq.services.events import record as record_event
from socialq.services.incidents import open_incident, resolve_incidents

TOLD = ("delivery_rejected", "delivery_missed")


def leave(case: Case) -> None:
    """Nobody knows whether it is out, and it does not go again."""
    settle(case, Move.LEAVE, {"reason": ""})
    chains.cancel_after(case.session, case.delivery, case.client.id, case.actor)


def stop(case: Case) -> None:
    """It is still looked for: the wish is kept. Found, it is published; absent, it is cancelled instead of sent again."""
    if case.delivery.stop_at is None:
        change(case, {"stop_at": case.now})
        record_event(case.session, case.actor, "stop", case.subject, case.client.id)


def is_open(session: Session, delivery_id: int) -> bool:
    """Whether somebody still has to say what becomes of it after it failed."""
    told = (Incident.subject == f"delivery:{delivery_id}", Incident.kind.in_(TOLD), Incident.resolved_at.is_(None))
    return session.scalar(select(Incident.id).where(*told).limit(1)) is not None


def leave_failed(case: Case) -> None:
    """It stays failed, and off the list; no part after it goes out."""
    resolve_incidents(case.session, case.subject, case.actor)
    record_event(case.session, case.actor, Move.LEAVE.value, case.subject, case.client.id)
    chains.cancel_after(case.session, case.delivery, case.client.id, case.actor)


def leave_out(session: Session, delivery_id: int, actor: str) -> None:
    """The incident of one that failed is closed: no part after it goes out."""
    delivery = session.get(Delivery, delivery_id)
    if delivery is not None and delivery.state == DeliveryState.FAILED:
        client_id = session.get_one(Channel, delivery.channel_id).client_id
        chains.cancel_after(session, delivery, client_id, actor)


def leave_held(case: Case) -> None:
    """The same text is there already: this one does not go out."""
    settle(case, Move.CANCEL, {"reason": "cancelled on request"})
    chains.cancel_after(case.session, case.delivery, case.client.id, case.actor)
    chains.let_post_go(case.session, case.delivery)


def cut_after(case: Case) -> None:
    """It is out, but nobody knows under which id: the parts after it have nothing to answer to. One incident, on the first."""
    session, parts = case.session, chains.parts_after(case.session, case.delivery.id)
    for part in parts:
        values = {"state": target(Move.REFUSE), "reason": chains.NO_PARENT}
        waits = (Delivery.id == part.id, Delivery.state.in_(sources(Move.REFUSE)))
        session.execute(update(Delivery).where(*waits).values(values))
        record_event(
            session, case.actor, Move.REFUSE.value, f"delivery:{part.id}", case.client.id, reason=chains.NO_PARENT
        )
    if parts:
        facts, client_id = record.describe(session, parts[0], chains.NO_PARENT)
        open_incident(session, "delivery_rejected", f"delivery:{parts[0].id}", client_id, facts)
