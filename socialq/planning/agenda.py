"""What is planned and what has become of it, as rows for pages: one entry a post. Reads only; a handful of queries at any size."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, literal, or_, select
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


def around(session: Session, client_ids: Collection[int], since: datetime, until: datetime) -> list[Entry]:
    """The same, and with them those in review that nobody has given a time yet."""
    timed = and_(Post.scheduled_at >= since, Post.scheduled_at < until)
    timeless = and_(Post.scheduled_at.is_(None), Post.state == PostState.IN_REVIEW)
    return _entries(session, client_ids, (or_(timed, timeless),), (Post.scheduled_at, Post.id))


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
    found = _entries(session, None, (Post.id == post_id,), (Post.id,))
    return found[0] if found else None


def count(session: Session, client_ids: Collection[int]) -> int:
    return session.scalar(select(func.count()).select_from(Post).where(Post.client_id.in_(client_ids))) or 0


def _entries(
    session: Session,
    client_ids: Collection[int] | None,
    where: Sequence[ColumnElement[bool]],
    order: Sequence[Any],
    limit: int = MOST,
    offset: int = 0,
) -> list[Entry]:
    word = select(Approval.decision).where(Approval.post_id == Post.id).order_by(Approval.id.desc()).limit(1)
    query: Select[Post, str, str, str] = (
        select(Post, Revision.text, Client.name, word.scalar_subquery())
        .join(Revision, Revision.id == Post.revision_id)
        .join(Client, Client.id == Post.client_id)
        .where(*where)
        .order_by(*order)
        .limit(limit)
        .offset(offset)
    )
    query = query if client_ids is None else query.where(Post.client_id.in_(client_ids))
    rows = session.execute(query).all()
    found = _places(session, [post.id for post, *_ in rows])
    return [
        _entry(post, text, client, found[post.id], changes=word == "changes_requested")
        for post, text, client, word in rows
    ]


Sending = tuple[Channel, Delivery | None, Sent | None]


def _entry(post: Post, text: str, client: str, found: list[Sending], *, changes: bool) -> Entry:
    sent = [(channel, delivery, fact) for channel, delivery, fact in found if delivery and fact]
    facts = [fact for _, _, fact in sent]
    whole = mark_of_post(PostState(post.state), facts, changes_wanted=changes)
    places = tuple(Place(c.id, c.network, c.handle, mark(fact), d.id, d.url) for c, d, fact in sent)
    places = places or tuple(Place(c.id, c.network, c.handle, whole) for c, _, _ in found)
    return Entry(post.id, post.client_id, client, post.scheduled_at, text, whole, lateness(facts), places)


def _places(session: Session, post_ids: list[int]) -> dict[int, list[Sending]]:
    """The channels on which something of a post is or was to go out, and those that its newest revision names."""
    missed, twice = _told("delivery_missed"), _told("delivery_repeat", Incident.resolved_at.is_(None))
    named = (RevisionChannel.revision_id == Post.revision_id, RevisionChannel.channel_id == Channel.id)
    there = (Delivery.post_id == Post.id, Delivery.channel_id == Channel.id, Delivery.state != DeliveryState.CANCELLED)
    query = (
        select(Post.id, Channel, Delivery, Client.paused_at, missed, twice)
        .join(Client, Client.id == Post.client_id)
        .join(Channel, Channel.client_id == Post.client_id)
        .outerjoin(Delivery, and_(*there))
        .where(Post.id.in_(post_ids))
        .where(or_(Delivery.id.is_not(None), select(RevisionChannel.channel_id).where(*named).exists()))
        .order_by(Delivery.part, Channel.id)
    )
    found: dict[int, list[Sending]] = defaultdict(list)
    for post_id, channel, delivery, paused_at, is_missed, is_held in session.execute(query):
        held = is_held or paused_at is not None
        found[post_id].append((channel, delivery, _fact(channel, delivery, held, is_missed) if delivery else None))
    return found


def _told(kind: str, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a person was told that of the delivery."""
    mine = Incident.subject == literal("delivery:").concat(cast(Delivery.id, String))
    return select(Incident.id).where(Incident.kind == kind, mine, *more).correlate(Delivery).exists()


def _fact(channel: Channel, delivery: Delivery, held: bool, is_missed: bool) -> Sent:
    """After a restore it is held as well, until somebody says yes."""
    return Sent(
        DeliveryState(delivery.state), delivery.scheduled_at, delivery.published_at, delivery.ask_at is not None, is_missed,
        held or channel.paused_at is not None or delivery.confirm_at is not None, channel.disconnected_at is None,
    )  # fmt: skip
