"""A person decides: it is out, send it again, or leave it. Names the attempt that she saw; a stale page changes nothing."""

from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from socialq.db import now
from socialq.domain.states import FINAL, DeliveryState, Move, sources, target
from socialq.errors import BadInput, NotAllowed, NotFound, OutOfDate
from socialq.models import Channel, Client, Delivery, Post
from socialq.publishing.record import ASKING
from socialq.services.events import record as record_event
from socialq.services.incidents import resolve_incidents

Choice = Literal["published", "retry", "failed"]
MOVES: dict[str, Move] = {"published": Move.GOOD_NEWS, "retry": Move.AGAIN, "failed": Move.LEAVE}
FUTURE = timedelta(days=3653)
TRIED_SINCE = "This has been tried again since: look at it once more."
LOOKING = "It is still being looked for: decide once that has ended, or say that it is out."
NO_LINK = "A link begins with https://. Copy it from the post, or leave it out."
PAST = "That time is past: take a later one."
TOO_FAR = "That time is more than ten years ahead: take an earlier one."


def resolve(
    session: Session,
    delivery_id: int,
    attempt: int | None,
    choice: Choice,
    url: str,
    actor: str = "cli",
    at: datetime | None = None,
) -> Delivery:
    """`attempt` as shown to the person (None: whatever stands now). `url`: the post's link, for "published"; may be empty.
    `at` (aware), for "retry": another promise; without it, now. Raises NotFound, OutOfDate, NotAllowed or BadInput."""
    delivery = session.scalars(select(Delivery).where(Delivery.id == delivery_id).with_for_update()).first()
    if delivery is None:
        raise NotFound(f"There is no delivery {delivery_id}.")
    if attempt is not None and attempt != delivery.attempt:
        raise OutOfDate(TRIED_SINCE)
    move = MOVES[choice]
    _check(delivery, move, url)
    client = session.scalars(select(Client).join(Channel).where(Channel.id == delivery.channel_id)).one()
    values = {"state": target(move), "reason": "", **ASKING, **_changes(session, delivery, move, client, url)}
    if move == Move.AGAIN and at is not None:
        values |= _promised(session, delivery, client, at)
    where = (Delivery.id == delivery_id, Delivery.state == delivery.state, Delivery.attempt == delivery.attempt)
    session.execute(update(Delivery).where(*where).values(**values))
    session.refresh(delivery)
    resolve_incidents(session, f"delivery:{delivery_id}", actor)
    record_event(session, actor, move.value, f"delivery:{delivery_id}", client.id, url=url)
    return delivery


def _check(delivery: Delivery, move: Move, url: str) -> None:
    allowed = {DeliveryState.UNKNOWN, DeliveryState.FAILED} if move == Move.GOOD_NEWS else sources(move)
    if delivery.state not in allowed:
        raise OutOfDate(f"Delivery {delivery.id} is {delivery.state}: there is nothing to decide.")
    if delivery.state == DeliveryState.UNKNOWN and move != Move.GOOD_NEWS and delivery.ask_at is None:
        raise NotAllowed(LOOKING)
    if move == Move.GOOD_NEWS and url and not url.startswith(("https://", "http://")):
        raise BadInput(NO_LINK)


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


def _promised(session: Session, delivery: Delivery, client: Client, at: datetime) -> dict[str, Any]:
    """Another promise, made by a person. The post's own time goes along unless some of it is out, or may be."""
    if at <= now(session):
        raise BadInput(PAST)
    if at > now(session) + FUTURE:
        raise BadInput(TOO_FAR)
    others = select(Delivery.state).where(Delivery.post_id == delivery.post_id, Delivery.id != delivery.id)
    stays = {DeliveryState.PUBLISHED, *set(DeliveryState) - FINAL}
    if not stays & set(session.scalars(others)):
        session.execute(update(Post).where(Post.id == delivery.post_id).values(scheduled_at=at))
    lead = delivery.scheduled_at - delivery.prepare_at
    deadline = at + timedelta(seconds=client.lateness_limit)
    return {"scheduled_at": at, "due_at": at, "deadline_at": deadline, "prepare_at": at - lead}
