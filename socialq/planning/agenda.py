"""What is planned and what has become of it, as rows for pages: one entry a post. Reads only; a handful of queries at any size."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, func, literal, select
from sqlalchemy.orm import Session

from socialq.domain.marks import Mark, Sent, lateness, mark, mark_of_post
from socialq.domain.states import DeliveryState, PostState
from socialq.models import Approval, Channel, Client, Delivery, Incident, Post, Revision, RevisionChannel

MOST = 500


@dataclass(frozen=True)
class Place:
    """A post on one channel. `delivery_id` is None while nothing is promised there."""

    channel_id: int
    network: str
    handle: str
    mark: Mark
    delivery_id: int | None = None
    url: str = ""


@dataclass(frozen=True)
class Entry:
    """A post in a list. `at` is its time (aware UTC), None for one without."""

    post_id: int
    client_id: int
    client: str
    at: datetime | None
    text: str
    mark: Mark
    late: timedelta
    places: tuple[Place, ...]


def between(session: Session, client_ids: Collection[int], since: datetime, until: datetime) -> list[Entry]:
    """Posts with a time in [since, until), by time."""
    return _entries(
        session, client_ids, (Post.scheduled_at >= since, Post.scheduled_at < until), (Post.scheduled_at, Post.id)
    )


def without_time(session: Session, client_ids: Collection[int]) -> list[Entry]:
    """Posts that nobody has given a time yet, newest first."""
    return _entries(session, client_ids, (Post.scheduled_at.is_(None),), (Post.id.desc(),))


def newest(session: Session, client_ids: Collection[int], limit: int, offset: int = 0) -> list[Entry]:
    """All posts, the latest time first; those without a time on top."""
    order = (Post.scheduled_at.is_not(None), Post.scheduled_at.desc(), Post.id.desc())
    return _entries(session, client_ids, (), order, limit, offset)


def chosen(
    session: Session,
    client_ids: Collection[int],
    where: Sequence[ColumnElement[bool]],
    order: Sequence[Any],
    limit: int,
    offset: int = 0,
) -> list[Entry]:
    """Posts that answer the conditions (on Post), in that order."""
    return _entries(session, client_ids, where, order, limit, offset)


def entry(session: Session, post_id: int) -> Entry | None:
    """One post."""
    query = select(Post.client_id).where(Post.id == post_id)
    client_id = session.scalar(query)
    found = _entries(session, [client_id], (Post.id == post_id,), (Post.id,)) if client_id else []
    return found[0] if found else None


def count(session: Session, client_ids: Collection[int]) -> int:
    return session.scalar(select(func.count()).select_from(Post).where(Post.client_id.in_(client_ids))) or 0


def planned(session: Session, client_ids: Collection[int], now: datetime) -> dict[int, int]:
    """How many posts each client has ahead, by client id."""
    ahead = (Post.client_id.in_(client_ids), Post.scheduled_at > now)
    query = select(Post.client_id, func.count()).where(*ahead).group_by(Post.client_id)
    return {row[0]: row[1] for row in session.execute(query)}


def _entries(
    session: Session,
    client_ids: Collection[int],
    where: Sequence[ColumnElement[bool]],
    order: Sequence[Any],
    limit: int = MOST,
    offset: int = 0,
) -> list[Entry]:
    query: Select[Post, str, str] = (
        select(Post, Revision.text, Client.name)
        .join(Revision, Revision.id == Post.revision_id)
        .join(Client, Client.id == Post.client_id)
        .where(Post.client_id.in_(client_ids), *where)
        .order_by(*order)
        .limit(limit)
        .offset(offset)
    )
    rows = session.execute(query).all()
    ids = [post.id for post, _, _ in rows]
    sent, chosen = _deliveries(session, ids), _chosen(session, ids)
    changes = _changes_wanted(session, ids)
    return [
        _entry(post, text, client, sent[post.id], chosen[post.id], post.id in changes) for post, text, client in rows
    ]


Sending = tuple[Delivery, Channel, Sent]


def _entry(post: Post, text: str, client: str, sent: list[Sending], chosen: list[Channel], changes: bool) -> Entry:
    facts = [one for _, _, one in sent]
    whole = mark_of_post(PostState(post.state), facts, changes_wanted=changes)
    places = tuple(Place(c.id, c.network, c.handle, mark(one), d.id, d.url) for d, c, one in sent)
    places = places or tuple(Place(c.id, c.network, c.handle, whole) for c in chosen)
    return Entry(post.id, post.client_id, client, post.scheduled_at, text, whole, lateness(facts), places)


def _deliveries(session: Session, post_ids: list[int]) -> dict[int, list[Sending]]:
    missed = select(Incident.id).where(
        Incident.kind == "delivery_missed", Incident.subject == literal("delivery:").concat(cast(Delivery.id, String))
    )
    query = (
        select(Delivery, Channel, Client.paused_at, missed.correlate(Delivery).exists())
        .join(Channel, Channel.id == Delivery.channel_id)
        .join(Client, Client.id == Channel.client_id)
        .where(Delivery.post_id.in_(post_ids), Delivery.state != DeliveryState.CANCELLED)
        .order_by(Delivery.part, Delivery.channel_id)
    )
    found: dict[int, list[Sending]] = defaultdict(list)
    for delivery, channel, paused_at, is_missed in session.execute(query):
        fact = Sent(
            DeliveryState(delivery.state), delivery.scheduled_at, delivery.published_at, delivery.ask_at is not None, is_missed,
            paused_at is not None or channel.paused_at is not None, channel.disconnected_at is None,
        )  # fmt: skip
        found[delivery.post_id].append((delivery, channel, fact))
    return found


def _chosen(session: Session, post_ids: list[int]) -> dict[int, list[Channel]]:
    query = (
        select(Post.id, Channel)
        .join(RevisionChannel, RevisionChannel.revision_id == Post.revision_id)
        .join(Channel, Channel.id == RevisionChannel.channel_id)
        .where(Post.id.in_(post_ids))
        .order_by(Channel.id)
    )
    found: dict[int, list[Channel]] = defaultdict(list)
    for post_id, channel in session.execute(query):
        found[post_id].append(channel)
    return found


def _changes_wanted(session: Session, post_ids: list[int]) -> set[int]:
    """Drafts about which the client's newest word is that she wants a change."""
    newest = select(func.max(Approval.id)).where(Approval.post_id.in_(post_ids)).group_by(Approval.post_id)
    query = select(Approval.post_id).where(Approval.id.in_(newest), Approval.decision == "changes_requested")
    return set(session.scalars(query))
