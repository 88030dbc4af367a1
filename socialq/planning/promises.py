"""A post's deliveries as rows: made, found, changed all or none. The conditions stand in the statements, not before them."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from socialq import db
from socialq.domain.states import DeliveryState
from socialq.errors import NotAllowed
from socialq.models import Client, Delivery, Post
from socialq.planning.content import Checked
from socialq.planning.found import Desk

SAME_TEXT = timedelta(hours=24)


def deliver(
    session: Session, desk: Desk, post: Post, client: Client, at: datetime, content: Checked, *, repeat: bool
) -> None:
    """One delivery a channel. Raises NotAllowed where one of this post is alive already."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    for channel in content.channels:
        row = insert(Delivery).values(
            post_id=post.id, revision_id=post.revision_id, channel_id=channel.id, fingerprint=content.fingerprint,
            repeat_allowed=repeat, created_at=db.now(session), **promise(desk, client, at),
        )  # fmt: skip
        once = row.on_conflict_do_nothing(
            index_elements=["post_id", "channel_id", "part"], index_where=text("state <> 'cancelled'")
        )
        if session.scalar(once.returning(Delivery.id)) is None:
            raise NotAllowed(f"The post is on its way on channel {channel.id} already: look at that delivery first.")


def promise(desk: Desk, client: Client, at: datetime) -> dict[str, datetime]:
    """The times of a delivery that is to go out at `at`."""
    lead = timedelta(seconds=desk.times.prepare_lead)
    deadline_at = at + timedelta(seconds=client.lateness_limit)
    return {"scheduled_at": at, "due_at": at, "deadline_at": deadline_at, "prepare_at": at - lead}


def live(session: Session, post: Post) -> list[Delivery]:
    """The post's deliveries that are not cancelled, as they stand in the database now."""
    query = select(Delivery).where(Delivery.post_id == post.id, Delivery.state != DeliveryState.CANCELLED)
    return list(session.scalars(query.order_by(Delivery.id), execution_options={"populate_existing": True}))


def all_or_none(session: Session, post: Post, froms: frozenset[DeliveryState], values: dict[str, Any]) -> None:
    """One conditional UPDATE over the post; what is left shows whether a machine was quicker with one of them."""
    mine = update(Delivery).where(Delivery.post_id == post.id, Delivery.state.in_(froms)).values(**values)
    done = set(session.scalars(mine.returning(Delivery.id), execution_options={"synchronize_session": False}))
    others = [one for one in live(session, post) if one.id not in done]
    if others:
        told = ", ".join(f"delivery {one.id} is {one.state}" for one in others)
        raise NotAllowed(f"The post is no longer only waiting ({told}): nothing was changed.")


def same_text(session: Session, post: Post, content: Checked, at: datetime) -> Delivery | None:
    """Another post's delivery that says the same on one of the channels within a day of `at`."""
    when = func.coalesce(Delivery.published_at, Delivery.scheduled_at)
    query = select(Delivery).where(
        Delivery.channel_id.in_([channel.id for channel in content.channels]),
        Delivery.fingerprint == content.fingerprint,
        Delivery.state.not_in([DeliveryState.CANCELLED, DeliveryState.FAILED]),
        Delivery.post_id != post.id,
        when > at - SAME_TEXT,
        when < at + SAME_TEXT,
    )
    return session.scalars(query.order_by(Delivery.id).limit(1)).first()
