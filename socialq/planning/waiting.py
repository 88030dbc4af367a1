"""Who waits for whom: posts that a client has not answered yet, and posts about which a client wants something. Reads only."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, cast, func, literal, select
from sqlalchemy.orm import Session

from socialq.domain.states import PostState
from socialq.models import Approval, Client, Event, Post


@dataclass(frozen=True)
class Wait:
    """A client's posts that wait for the same. `first_at`: the earliest promise among them, None without; `since`: how long."""

    client_id: int
    client: str
    posts: int
    first_at: datetime | None
    since: datetime | None
    post_id: int  # the first of them


Row = tuple[int, str, int, datetime | None, datetime | None]


def for_the_client(session: Session, client_ids: Collection[int]) -> list[Wait]:
    """In review: the client has not said anything yet. The earliest promise first."""
    submitted = select(func.max(Event.at)).where(
        Event.verb == "submit", Event.subject == literal("post:").concat(cast(Post.id, String))
    )
    query = (
        select(Post.client_id, Client.name, Post.id, Post.scheduled_at, submitted.correlate(Post).scalar_subquery())
        .join(Client, Client.id == Post.client_id)
        .where(Post.client_id.in_(client_ids), Post.state == PostState.IN_REVIEW)
    )
    return _by_client((row[0], row[1], row[2], row[3], row[4]) for row in session.execute(query))


def for_us(session: Session, client_ids: Collection[int]) -> list[Wait]:
    """Drafts again, because the client's newest word is that she wants a change."""
    newest = select(func.max(Approval.id)).group_by(Approval.post_id)
    query = (
        select(Post.client_id, Client.name, Post.id, Post.scheduled_at, Approval.decided_at)
        .join(Client, Client.id == Post.client_id)
        .join(Approval, Approval.post_id == Post.id)
        .where(Post.client_id.in_(client_ids), Post.state == PostState.DRAFT)
        .where(Approval.id.in_(newest), Approval.decision == "changes_requested")
    )
    return _by_client((row[0], row[1], row[2], row[3], row[4]) for row in session.execute(query))


def _by_client(rows: Iterable[Row]) -> list[Wait]:
    posts: dict[tuple[int, str], list[Row]] = {}
    for row in rows:
        posts.setdefault((row[0], row[1]), []).append(row)
    waits = [_wait(client_id, client, found) for (client_id, client), found in posts.items()]
    return sorted(waits, key=lambda wait: (wait.first_at is None, wait.first_at, wait.client))


def _wait(client_id: int, client: str, found: list[Row]) -> Wait:
    found = sorted(found, key=lambda row: (row[3] is None, row[3], row[2]))
    since = [row[4] for row in found if row[4] is not None]
    return Wait(client_id, client, len(found), found[0][3], min(since, default=None), found[0][2])
