"""A day as Today shows it: posts in whatever state, and incidents of whatever kind, written straight into their rows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from socialq.db import now
from socialq.models import (
    Approval,
    Channel,
    Client,
    Delivery,
    Event,
    Heartbeat,
    Incident,
    Post,
    Revision,
    RevisionChannel,
)
from socialq.wiring import Parts

LATER = timedelta(hours=2)
COLOURS = ("#96560F", "#2B67B1", "#3F7A34", "#5B4B8A", "#AD3F74", "#A04A2C", "#646412", "#3B444F")


@dataclass(frozen=True)
class Sent:
    """Ids of what was written."""

    post: int
    delivery: int


def client(session: Session, name: str = "De Korenaar", zone: str = "Europe/Amsterdam", number: int = 0) -> Client:
    made = Client(name=name, timezone=zone, language="nl", colour=COLOURS[number % 8], created_at=now(session))
    session.add(made)
    session.flush()
    return made


def channel(session: Session, owner: Client, network: str = "mastodon", **columns: Any) -> Channel:
    handle = columns.pop("handle", f"{network}{owner.id}")
    made = Channel(
        client_id=owner.id, network=network, handle=handle, remote_id=handle, created_at=now(session), **columns
    )
    session.add(made)
    session.flush()
    return made


def post(
    session: Session, owner: Client, at: datetime | None, text: str = "Vers brood", state: str = "scheduled"
) -> Post:
    """Without deliveries."""
    moment = now(session)
    made = Post(client_id=owner.id, state="draft", scheduled_at=at, created_by="test", created_at=moment)
    session.add(made)
    session.flush()
    revision = Revision(post_id=made.id, number=1, text=text, created_by="test", created_at=moment)
    session.add(revision)
    session.flush()
    made.revision_id, made.state = revision.id, state
    session.flush()
    return made


def sent(session: Session, where: Channel, at: datetime, state: str, text: str = "Vers brood", **columns: Any) -> Sent:
    """A post on one channel, in that state."""
    owner = session.get_one(Client, where.client_id)
    return also(session, post(session, owner, at, text), where, state, **columns)


def also(session: Session, to: Post, where: Channel, state: str, **columns: Any) -> Sent:
    """The post on one more channel."""
    at = to.scheduled_at or now(session)
    session.add(RevisionChannel(revision_id=to.revision_id, channel_id=where.id))
    times = {"scheduled_at": at, "due_at": at, "deadline_at": at + LATER, "prepare_at": at - timedelta(minutes=15)}
    made = Delivery(
        post_id=to.id, revision_id=to.revision_id, channel_id=where.id, state=state, fingerprint=f"{to.id}",
        created_at=now(session), **times, **columns,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return Sent(to.id, made.id)


def incident(
    session: Session, kind: str, owner: Client | None, of: Sent | None = None, network: str = "mastodon", **facts: Any
) -> int:
    """Opened as the program opens it."""
    if of:
        at = session.get_one(Delivery, of.delivery).scheduled_at
        facts = {
            "delivery_id": of.delivery,
            "post_id": of.post,
            "network": network,
            "scheduled_at": at.isoformat(),
        } | facts
    elif kind == "channel_disconnected":
        facts = {"network": network} | facts
    subject = facts.pop("subject", f"delivery:{of.delivery}" if of else "installation")
    row = Incident(
        kind=kind, subject=subject, client_id=owner.id if owner else None, facts=facts, opened_at=now(session), resolved_by=""
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def in_review(session: Session, owner: Client, at: datetime | None, since: timedelta = LATER) -> Post:
    made = post(session, owner, at, "Mag dit zo", "in_review")
    session.add(
        Event(
            at=now(session) - since,
            actor="member:1",
            verb="submit",
            subject=f"post:{made.id}",
            client_id=owner.id,
            facts={},
        )
    )
    return made


def changes_wanted(session: Session, owner: Client, at: datetime | None) -> Post:
    made = post(session, owner, at, "Anders graag", "draft")
    session.add(
        Approval(
            post_id=made.id, revision_id=made.revision_id or 0, decision="changes_requested", decided_by="approver:nadia",
            decided_at=now(session), comment="Liever zonder uitroepteken",
        )
    )  # fmt: skip
    session.flush()
    return made


def beat(parts: Parts, age: float = 0.0) -> None:
    """Scheduler and publishing worker were last heard of so many seconds ago."""
    with parts.db.begin() as session:
        at = now(session) - timedelta(seconds=age)
        for name in ("scheduler:here:1", "queue:publish"):
            session.merge(Heartbeat(name=name, beat_at=at, facts={}))
