"""A post's deliveries as rows: made, found, changed all or none. The conditions stand in the statements, not before them."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from socialq import db
from socialq.domain.states import DeliveryState, Move, sources, target
from socialq.errors import NotAllowed
from socialq.models import Channel, Client, Delivery, Post
from socialq.planning.content import Checked
from socialq.planning.found import Desk
from socialq.services import events, incidents
from socialq.services.i18n import mark
from socialq.services.repeats import named

ON_ITS_WAY = mark("The post is on its way on %(channel)s already: look at that first.")
NOT_WAITING = mark("The post is no longer only waiting (%(where)s): nothing was changed.")
STANDS = mark("on %(channel)s it is %(state)s")


def deliver(
    session: Session, desk: Desk, post: Post, client: Client, at: datetime, content: Checked, *, repeat: bool
) -> None:
    """One delivery a channel and part, each part after the one before it. Raises NotAllowed where one is alive already."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    times = {**promise(desk, client, at), "created_at": db.now(session), "repeat_allowed": repeat}
    for channel in content.channels:
        after = None
        for part in range(1, len(content.parts) + 2):
            row = insert(Delivery).values(
                post_id=post.id, revision_id=post.revision_id, channel_id=channel.id, part=part, after_id=after,
                fingerprint=content.fingerprint_of(part), **times,
            )  # fmt: skip
            once = row.on_conflict_do_nothing(
                index_elements=["post_id", "channel_id", "part"], index_where=text("state <> 'cancelled'")
            )
            after = session.scalar(once.returning(Delivery.id))
            if after is None:
                raise NotAllowed(ON_ITS_WAY, channel=named(channel))


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
        raise NotAllowed(NOT_WAITING, where=[stands(session, one) for one in others])


def stands(session: Session, delivery: Delivery) -> NotAllowed:
    """ "on @brood it is publishing": what is in the way, as a part of a sentence."""
    channel = session.get_one(Channel, delivery.channel_id)
    return NotAllowed(STANDS, channel=named(channel), state=DeliveryState(delivery.state))


def set_aside(session: Session, desk: Desk, post: Post) -> None:
    """What failed is left, because the post is planned anew or not at all; what was asked about it is answered by that."""
    failed = update(Delivery).where(Delivery.post_id == post.id, Delivery.state.in_(sources(Move.REPLACE)))
    left = failed.values(state=str(target(Move.REPLACE)), reason="").returning(Delivery.id)
    for delivery_id in sorted(session.scalars(left, execution_options={"synchronize_session": False})):
        subject = f"delivery:{delivery_id}"
        incidents.resolve_incidents(session, subject, desk.by)
        events.record(session, desk.by, Move.REPLACE.value, subject, post.client_id)
