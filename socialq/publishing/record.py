"""Writes down what an attempt or a machine found: one conditional UPDATE, its incident and event in the same transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from socialq.db import now
from socialq.domain.delivery import Facts, Settlement, quarantined
from socialq.domain.outcomes import Published
from socialq.domain.states import DeliveryState, Move, sources, target
from socialq.domain.times import Times
from socialq.models import Attempt, Channel, Client, Delivery, Post
from socialq.publishing import chains, unreached
from socialq.publishing.ring import ring_next
from socialq.services.access import disconnect
from socialq.services.events import record as record_event
from socialq.services.incidents import open_incident, resolve_incidents

HELD = ["delivery_repeat"]
ASKING = {"ask_at": None, "ask_reason": "", "look_at": None, "misses": 0}


@dataclass(frozen=True)
class Seen:
    """The delivery as the writer read it: the UPDATE holds only if it still stands so."""

    delivery_id: int
    attempt: int
    misses: int | None = None


def facts(delivery: Delivery, moment: datetime, jitter: float) -> Facts:
    return Facts(moment, delivery.deadline_at, delivery.stop_at, delivery.setbacks, jitter)


def end_attempt(
    session: Session, delivery_id: int, number: int, outcome: str, reason: str = "", published: Published | None = None
) -> bool:
    """The end of an attempt is always recorded, whoever else has settled the delivery. False: it had ended before."""
    values: dict[str, Any] = {
        "ended_at": func.coalesce(Attempt.ended_at, now(session)),
        "outcome": outcome,
        "reason": reason,
    }
    if published:
        values |= {"remote_id": published.remote_id, "url": published.url}
    mine = (Attempt.delivery_id == delivery_id, Attempt.number == number)
    late = () if published else (Attempt.ended_at.is_(None),)
    return session.scalar(update(Attempt).where(*mine, *late).values(**values).returning(Attempt.id)) is not None


def begin_quarantine(session: Session, seen: Seen, times: Times) -> None:
    """The sender of a delivery that was given up has ended after all: from now on it may be looked for."""
    given_up = (
        Delivery.id == seen.delivery_id,
        Delivery.state == DeliveryState.UNKNOWN,
        Delivery.attempt == seen.attempt,
    )
    waiting = update(Delivery).where(*given_up, Delivery.ask_at.is_(None))
    session.execute(waiting.values(**quarantined(now(session), times)))


def apply(session: Session, seen: Seen, settlement: Settlement, froms: list[DeliveryState], actor: str) -> bool:
    """Moves the delivery if it still stands as seen; False when somebody else has settled it."""
    where = [Delivery.id == seen.delivery_id, Delivery.state.in_(froms), Delivery.attempt == seen.attempt]
    if seen.misses is not None:
        where.append(Delivery.misses == seen.misses)
    values = {
        "state": target(settlement.move),
        "reason": settlement.reason,
        "lease_until": None,
        "reserved_until": None,
    }
    done = session.execute(
        update(Delivery).where(*where).values(**values | settlement.changes).returning(Delivery.id)
    ).first()
    if done is None:
        return False
    delivery = session.get_one(Delivery, seen.delivery_id, populate_existing=True)
    _tell(session, delivery, settlement, actor)
    return True


def _tell(session: Session, delivery: Delivery, settlement: Settlement, actor: str) -> None:
    """Event, incident and the channel's next, in the transaction of the move."""
    subject, reason = f"delivery:{delivery.id}", settlement.reason
    told, client_id = describe(session, delivery, reason)
    record_event(session, actor, settlement.move.value, subject, client_id, reason=reason)
    if settlement.move in (Move.MISS, Move.REFUSE, Move.LOSE, Move.CANCEL):
        resolve_incidents(session, subject, actor, HELD)
    if settlement.move is Move.CANCEL:
        chains.cancel_after(session, delivery, client_id, actor)
        chains.let_post_go(session, delivery)
    if settlement.incident == "channel_disconnected":
        disconnect(session, delivery.channel_id, reason, client_id, told)
    elif settlement.incident == unreached.KIND:
        unreached.tell(session, delivery, client_id, told)
    elif settlement.incident:
        open_incident(session, settlement.incident, subject, client_id, told)
    ring_next(session, delivery.channel_id)


def good_news(session: Session, seen: Seen, published: Published, actor: str) -> None:
    """It is out. Settles every state that is not published; from an older attempt, or beside another copy, a person looks.

    Raises IntegrityError when the id belongs to another delivery: see `not_believed`."""
    delivery = session.scalars(select(Delivery).where(Delivery.id == seen.delivery_id).with_for_update()).one()
    if delivery.state == DeliveryState.PUBLISHED:
        if delivery.remote_id not in (None, published.remote_id):
            _second_copy(session, delivery, published)
        return
    session.execute(_publish(delivery.id, published, now(session)))
    resolve_incidents(session, f"delivery:{delivery.id}", actor)
    _tell(session, delivery, Settlement(Move.GOOD_NEWS), actor)
    children_due(session, delivery)
    if delivery.attempt > seen.attempt:
        _second_copy(session, delivery, published)


def not_believed(session: Session, seen: Seen, published: Published, actor: str) -> None:
    """The id, or the post's place on the channel, belongs to another delivery: the answer stays on the attempt, a person looks."""
    froms = (DeliveryState.PUBLISHING, DeliveryState.PROCESSING)
    where = (Delivery.id == seen.delivery_id, Delivery.state.in_(froms), Delivery.attempt == seen.attempt)
    session.execute(update(Delivery).where(*where).values(state=target(Move.LOSE), lease_until=None))
    if not ask(session, seen, f"the network answered with the id of another post ({published.remote_id})", actor):
        _second_copy(session, session.get_one(Delivery, seen.delivery_id), published)


def ask(session: Session, seen: Seen, reason: str, actor: str) -> bool:
    """Nobody can know: a person decides. Once; the incident opens in the same transaction."""
    where = (Delivery.id == seen.delivery_id, Delivery.state == DeliveryState.UNKNOWN, Delivery.attempt == seen.attempt)
    values = {"ask_at": now(session), "ask_reason": reason, "look_at": None}
    done = session.execute(
        update(Delivery).where(*where, Delivery.ask_at.is_(None)).values(**values).returning(Delivery.id)
    ).first()
    if done is None:
        return False
    delivery = session.get_one(Delivery, seen.delivery_id, populate_existing=True)
    facts, client_id = describe(session, delivery, reason)
    facts |= {"waiting": chains.waiting_behind(session, delivery)}
    open_incident(session, "delivery_unsure", f"delivery:{delivery.id}", client_id, facts)
    record_event(session, actor, "ask", f"delivery:{delivery.id}", client_id, reason=reason)
    return True


def describe(session: Session, delivery: Delivery, reason: str) -> tuple[dict[str, Any], int]:
    """Facts for people (no secret), and the client."""
    query = (
        select(Channel, Client, Post)
        .join(Client, Client.id == Channel.client_id)
        .join(Post, Post.id == delivery.post_id)
    )
    channel, client, post = session.execute(query.where(Channel.id == delivery.channel_id)).one()
    told = {
        "post_id": post.id, "delivery_id": delivery.id, "client": client.name, "channel": channel.handle, "channel_id": channel.id,
        "network": channel.network, "scheduled_at": delivery.scheduled_at.isoformat(), "reason": reason,
        "part": delivery.part,
    }  # fmt: skip
    return told, client.id


def _publish(delivery_id: int, published: Published, moment: datetime) -> Any:
    values = {
        "state": target(Move.GOOD_NEWS), "remote_id": published.remote_id, "url": published.url, "published_at": moment,
        "lease_until": None, "reason": "", "stop_at": None, **ASKING,
    }  # fmt: skip
    return (
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.state.in_(sorted(sources(Move.GOOD_NEWS))))
        .values(**values)
    )


def _second_copy(session: Session, delivery: Delivery, published: Published) -> None:
    facts, client_id = describe(session, delivery, "another attempt of it is out too")
    open_incident(session, "second_copy", f"delivery:{delivery.id}", client_id, facts | {"url": published.url})


def children_due(session: Session, parent: Delivery) -> None:
    """The next part of a chain may go; its client's limit counts from now, so that no limit cuts a thread in two."""
    query = select(Delivery).where(Delivery.after_id == parent.id, Delivery.state == DeliveryState.SCHEDULED)
    for child in session.scalars(query):
        begins = max(child.scheduled_at, now(session))
        child.deadline_at += begins - child.scheduled_at
        child.due_at, child.rung_at = begins, None


def lose(session: Session, seen: Seen, reason: str, times: Times, *, look: bool, actor: str) -> bool:
    """Nobody heard the end of it. `look`: the quarantine starts now; else it waits until its sender is known to have ended."""
    changes: dict[str, Any] = quarantined(now(session), times) if look else {"look_at": None, "misses": 0}
    return apply(session, seen, Settlement(Move.LOSE, changes, None, reason), [DeliveryState.PUBLISHING], actor)
