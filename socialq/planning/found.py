"""The records that planning speaks of, found or refused in a sentence, and the desk from which it works. Changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialq.domain.times import Times
from socialq.errors import BadInput, NotFound
from socialq.models import Channel, Client, Post, Revision
from socialq.networks.base import Networks
from socialq.services.i18n import mark

NO_CLIENT, NO_POST = mark("There is no client %(client)s."), mark("There is no post %(post)s.")
NO_CHANNEL, CHOOSE = mark("There is no channel %(channel)s of this client."), mark("Choose at least one channel.")


@dataclass(frozen=True)
class Desk:
    """Who plans, and with what: `by` is "member:3" or "cli", `media` the folder of stored pictures."""

    networks: Networks
    times: Times
    media: Path
    by: str


def client_of(session: Session, client_id: int, *, lock: bool = False) -> Client:
    """Raises NotFound. `lock` makes others wait who plan for this client (PostgreSQL; SQLite has one writer anyway)."""
    client = session.get(Client, client_id, with_for_update=lock)
    if client is None:
        raise NotFound(NO_CLIENT, client=client_id)
    return client


def post_of(session: Session, post_id: int) -> Post:
    """The post, held against others who move it. Raises NotFound."""
    post = session.get(Post, post_id, with_for_update=True, populate_existing=True)
    if post is None:
        raise NotFound(NO_POST, post=post_id)
    return post


def revision_of(session: Session, post: Post) -> Revision:
    """The current one; a post is never without."""
    return session.get_one(Revision, post.revision_id)


def channels_of(session: Session, client_id: int, ids: Sequence[int]) -> list[Channel]:
    """The client's channels of these ids, each once, by id, held against others who schedule there. Raises BadInput, NotFound."""
    if not ids:
        raise BadInput(CHOOSE)
    query = select(Channel).where(Channel.id.in_(set(ids)), Channel.client_id == client_id)
    found = list(session.scalars(query.order_by(Channel.id).with_for_update()))
    if missing := sorted(set(ids) - {channel.id for channel in found}):
        raise NotFound(NO_CHANNEL, channel=missing[0])
    return found
