"""A person decides: it is out, send it again, or leave it. Names the attempt that she saw; a stale page changes nothing."""

from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from socialq.db import now
from socialq.domain.states import DeliveryState, Move, sources, target
from socialq.errors import BadInput, NotAllowed, NotFound, OutOfDate
from socialq.models import Channel, Client, Delivery
from socialq.publishing.record import ASKING
from socialq.services.events import record as record_event
from socialq.services.incidents import resolve_incidents

Choice = Literal["published", "retry", "failed"]
MOVES: dict[str, Move] = {"published": Move.GOOD_NEWS, "retry": Move.AGAIN, "failed": Move.LEAVE}


def resolve(
    session: Session, delivery_id: int, attempt: int | None, choice: Choice, url: str, actor: str = "cli"
) -> Delivery:
    """`attempt` as shown to the person (None: whatever stands now). `url` is the post's link, needed for "published".
    Raises NotFound, OutOfDate, NotAllowed or BadInput."""
    delivery = session.scalars(select(Delivery).where(Delivery.id == delivery_id).with_for_update()).first()
    if delivery is None:
        raise NotFound(f"There is no delivery {delivery_id}.")
    if attempt is not None and attempt != delivery.attempt:
        raise OutOfDate(f"Delivery {delivery_id} has been tried again since; look at it once more.")
    move = MOVES[choice]
    _check(delivery, move, url)
    client = session.scalars(select(Client).join(Channel).where(Channel.id == delivery.channel_id)).one()
    values = {"state": target(move), "reason": "", **ASKING, **_changes(session, delivery, move, client, url)}
    where = (Delivery.id == delivery_id, Delivery.state == delivery.state, Delivery.attempt == delivery.attempt)
    session.execute(update(Delivery).where(*where).values(**values))
    session.refresh(delivery)
    resolve_incidents(session, f"delivery:{delivery_id}", actor)
    record_event(session, actor, move.value, f"delivery:{delivery_id}", client.id, url=url)
    return delivery


def _check(delivery: Delivery, move: Move, url: str) -> None:
    allowed = {DeliveryState.UNKNOWN, DeliveryState.FAILED} if move == Move.GOOD_NEWS else sources(move)
    if delivery.state not in allowed:
        raise NotAllowed(f"Delivery {delivery.id} is {delivery.state}: there is nothing to decide.")
    if delivery.state == DeliveryState.UNKNOWN and move != Move.GOOD_NEWS and delivery.ask_at is None:
        raise NotAllowed(
            f"Delivery {delivery.id} is still being looked for; decide once that has ended, or say that it is out."
        )
    if move == Move.GOOD_NEWS and not url.startswith(("https://", "http://")):
        raise BadInput("Give the post's link (--url https://…), so that it can be found again.")


def _changes(session: Session, delivery: Delivery, move: Move, client: Client, url: str) -> dict[str, Any]:
    moment = now(session)
    if move == Move.GOOD_NEWS:
        return {"url": url, "published_at": moment, "stop_at": None}
    if move == Move.AGAIN:
        deadline = moment + timedelta(seconds=client.lateness_limit)
        fresh = {
            "due_at": moment,
            "deadline_at": deadline,
            "rung_at": None,
            "rings": 0,
            "setbacks": 0,
            "stop_at": None,
            "prep_tries": 0,
        }
        return fresh | (_prepared_anew(delivery) if delivery.state == DeliveryState.FAILED else {})
    return {}


def _prepared_anew(delivery: Delivery) -> dict[str, Any]:
    """Refused or too late: uploads and containers are made again. The key stays, for an earlier attempt may yet turn out to be out."""
    return {"prepared_at": None, "memory": {"key": delivery.memory["key"]} if "key" in delivery.memory else {}}
