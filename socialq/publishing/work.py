"""Reads one delivery into plain data, so that no transaction is open and no record alive while a network is called."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from socialq.domain.message import Wanted
from socialq.domain.outcomes import Prepared
from socialq.models import Attempt, Channel, Client, Delivery, Media, Revision, RevisionMedia, RevisionPart
from socialq.networks.base import Account, Content
from socialq.networks.call import Call
from socialq.publishing.hosts import host_of
from socialq.publishing.sender import Sender
from socialq.services.media import attachment
from socialq.services.tokens import open_renewable


@dataclass(frozen=True)
class Work:
    """A delivery as it stood when it was read."""

    delivery_id: int
    attempt: int
    misses: int
    channel_id: int
    client_id: int
    network: str
    account: Account
    content: Content
    identity: str | None
    ready: bool  # a preparation has ended; identity and memory are what it left
    handle: str | None
    access_ends_at: datetime | None
    version: int  # of the credentials
    limits: Mapping[str, Any] = field(default_factory=dict)  # what the account's own server said

    @property
    def host(self) -> str:
        """Where it goes."""
        return host_of(self.network, self.account.server)

    @property
    def prepared(self) -> Prepared:
        """What an earlier preparation left; only meaningful when `ready`."""
        return Prepared(self.identity or "", dict(self.content.memory))

    def using(self, call: Call) -> Account:
        return replace(self.account, call=call)


def read_work(session: Session, sender: Sender, delivery: Delivery) -> Work:
    """Raises Unavailable when the channel's credentials cannot be opened."""
    channel, client = session.execute(
        select(Channel, Client).join(Client, Client.id == Channel.client_id).where(Channel.id == delivery.channel_id)
    ).one()
    account = open_renewable(sender.db, sender.parts.secrets, sender.journal, channel, sender.preparing_call())
    content = _content(session, delivery, client.language, sender.parts.media)
    return Work(
        delivery.id, delivery.attempt, delivery.misses, channel.id, client.id, channel.network, account, content,
        delivery.identity, delivery.prepared_at is not None, delivery.handle, channel.expires_at,
        channel.credentials_version, dict(channel.limits),
    )  # fmt: skip


def read_wanted(session: Session, work: Work, since: datetime | None = None) -> Wanted:
    """What a look must find: sent since the first attempt began (or `since`), under an id that no other delivery of the channel has."""
    first = select(func.min(Attempt.started_at)).where(Attempt.delivery_id == work.delivery_id)
    started = since or session.scalar(first)
    others = select(Delivery.remote_id).where(Delivery.channel_id == work.channel_id, Delivery.remote_id.is_not(None))
    taken = frozenset(r for r in session.scalars(others.where(Delivery.id != work.delivery_id)) if r)
    assert started is not None  # it was claimed, so it has an attempt
    known = session.scalar(
        others.where(Delivery.id != work.delivery_id, Delivery.published_at < started)
        .order_by(Delivery.published_at.desc())
        .limit(1)
    )
    return Wanted(work.content.text, len(work.content.media), started, taken, known)


def new_memory(delivery: Delivery) -> dict[str, Any]:
    """The memory with the random key from which an identity is made; kept for as long as the delivery lives."""
    return dict(delivery.memory) | ({} if "key" in delivery.memory else {"key": secrets.token_hex(16)})


def _content(session: Session, delivery: Delivery, language: str, folder: Path) -> Content:
    text = text_of(session, delivery)
    items = select(Media, RevisionMedia.alt).join(RevisionMedia, RevisionMedia.media_id == Media.id)
    mine = items.where(RevisionMedia.revision_id == delivery.revision_id).order_by(RevisionMedia.position)
    attached = (
        tuple(attachment(folder, media, alt) for media, alt in session.execute(mine)) if delivery.part == 1 else ()
    )
    memory: Mapping[str, Any] = dict(delivery.memory)
    key, parent = str(memory.get("key", "")), _parent(session, delivery)
    return Content(text, attached, language, parent, key, memory, delivery.scheduled_at)


def text_of(session: Session, delivery: Delivery) -> str:
    """What this delivery says: the post, or the part that follows it."""
    part = (RevisionPart.revision_id == delivery.revision_id, RevisionPart.position == delivery.part)
    first = select(Revision.text).where(Revision.id == delivery.revision_id)
    following = session.scalar(select(RevisionPart.text).where(*part)) if delivery.part > 1 else None
    return following if following is not None else session.scalar(first) or ""


def _parent(session: Session, delivery: Delivery) -> Mapping[str, Any] | None:
    if delivery.after_id is None:
        return None
    parent = session.get_one(Delivery, delivery.after_id)
    return {"remote_id": parent.remote_id, "url": parent.url, "memory": dict(parent.memory)}
