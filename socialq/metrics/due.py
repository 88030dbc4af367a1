"""Which channels are to be asked for their numbers. Only reads."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from socialq import db as database
from socialq.db import Database
from socialq.domain.sampling import DAY, HOUR
from socialq.domain.states import DeliveryState
from socialq.models import Channel, Client, Delivery, PostSnapshot

LONGEST_CLAIM = timedelta(minutes=15)
TRIED_SINCE = timedelta(days=3)


def due(db: Database, limit: int) -> list[int]:
    """Ids of channels to pull now, the longest waiting first; never those that are paused, disconnected or being pulled."""
    with db.read() as session:
        return list(session.scalars(_due(database.now(session)).limit(limit)))


def all_channels(session: Session, client_id: int | None = None) -> list[int]:
    """Ids of the connected channels of a client, or of all: what `metrics pull` goes through."""
    query = select(Channel.id).where(Channel.disconnected_at.is_(None)).order_by(Channel.id)
    return list(session.scalars(query if client_id is None else query.where(Channel.client_id == client_id)))


def _due(now: datetime) -> Select[int]:
    new = select(Delivery.channel_id).where(*_new_post(now))
    return (
        select(Channel.id)
        .join(Client, Client.id == Channel.client_id)
        .where(Channel.disconnected_at.is_(None), Channel.paused_at.is_(None), Client.paused_at.is_(None))
        .where(
            or_(
                Channel.pulling_until.is_(None),
                Channel.pulling_until <= now,
                Channel.pulling_until > now + LONGEST_CLAIM,
            )
        )
        .where(or_(Channel.next_pull_at.is_(None), Channel.next_pull_at <= now, Channel.id.in_(new)))
        .order_by(Channel.next_pull_at.asc().nulls_first(), Channel.id)
    )


def _new_post(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Went out after the channel's next pull was set, and its first step has passed. `due_at` is there for the index."""
    asked = select(PostSnapshot.id).where(PostSnapshot.delivery_id == Delivery.id)
    published = (Delivery.state == DeliveryState.PUBLISHED, Delivery.due_at > now - TRIED_SINCE)
    return (
        *published,
        Delivery.published_at.between(now - DAY, now - HOUR),
        Delivery.remote_id.is_not(None),
        ~asked.exists(),
    )
