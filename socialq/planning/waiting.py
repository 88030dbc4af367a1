"""Who waits for whom: posts that a client has not answered yet, and posts about which a client wants something. Reads only."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, and_, cast, func, literal, or_, select
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


@dataclass(frozen=True)
class Waits:
    """`for_us`: drafts again, because the client's newest word is that she wants a change. `for_them`: in review."""

    for_us: list[Wait]
    for_them: list[Wait]


Row = tuple[int, str, int, datetime | None, datetime | None]


def of(session: Session, client_ids: Collection[int]) -> Waits:
    """The earliest promise first. One query."""
    newest = select(func.max(Approval.id)).where(Approval.post_id == Post.id).correlate(Post).scalar_subquery()
    submitted = select(func.max(Event.at)).where(
        Event.verb == "submit", Event.subject == literal("post:").concat(cast(Post.id, String))
    )
    wanted = and_(Post.state == PostState.DRAFT, Approval.decision == "changes_requested")
    query = (
        select(
            Post.client_id, Client.name, Post.id, Post.scheduled_at, Post.state, Approval.decided_at,
            submitted.correlate(Post).scalar_subquery(),
        )
        .join(Client, Client.id == Post.client_id)
        .outerjoin(Approval, Approval.id == newest)
        .where(Post.client_id.in_(client_ids), or_(Post.state == PostState.IN_REVIEW, wanted))
    )  # fmt: skip
    found = session.execute(query).all()
    theirs = [(row[0], row[1], row[2], row[3], row[6]) for row in found if row[4] == PostState.IN_REVIEW]
    ours = [(row[0], row[1], row[2], row[3], row[5]) for row in found if row[4] == PostState.DRAFT]
    return Waits(_by_client(ours), _by_client(theirs))


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
