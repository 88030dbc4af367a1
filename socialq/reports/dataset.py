"""What a report is made from: the daily rollup and the month's posts, a few thousand rows at most, as pandas tables."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import pandas as pd
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from socialq.domain.engagement import KINDS
from socialq.domain.period import Period, period
from socialq.domain.slots import zone
from socialq.domain.states import DeliveryState
from socialq.models import (
    COMMON,
    Channel,
    ChannelSnapshot,
    Client,
    Delivery,
    PostSnapshot,
    Report,
    Revision,
    Rollup,
)

COUNTS = ("followers", *COMMON)
WHOLE: Final = "Int64"  # whole numbers with a place for "not given"


@dataclass(frozen=True)
class Dataset:
    """`days`: one row a channel and day with something, from the period before on; `posts`: with their totals at its end.

    `posts_before`: how many in the period before, by channel."""

    client: Client
    period: Period
    channels: pd.DataFrame
    days: pd.DataFrame
    posts: pd.DataFrame
    posts_before: dict[int, int]
    data_until: datetime | None


def load(session: Session, report: Report) -> Dataset:
    """Reads all that the report is about; nothing from after its last day."""
    client = session.get_one(Client, report.client_id)
    wanted = period(report.starts_on, report.ends_on, zone(client.timezone))
    return Dataset(
        client,
        wanted,
        _channels(session, client.id),
        _days(session, client.id, wanted.previous().starts_on, wanted.ends_on),
        _posts(session, client.id, wanted),
        _count_posts(session, client.id, wanted.previous()),
        _data_until(session, client.id, wanted.ends_at),
    )


def _channels(session: Session, client_id: int) -> pd.DataFrame:
    query = select(Channel.id, Channel.network, Channel.handle, Channel.disconnected_at)
    rows = session.execute(query.where(Channel.client_id == client_id).order_by(Channel.id)).all()
    return pd.DataFrame([tuple(row) for row in rows], columns=["channel_id", "network", "handle", "disconnected_at"])


def _days(session: Session, client_id: int, first: date, last: date) -> pd.DataFrame:
    columns = [getattr(Rollup, name) for name in COUNTS]
    query = (
        select(Rollup.channel_id, Rollup.day_on, *columns)
        .join(Channel, Channel.id == Rollup.channel_id)
        .where(Channel.client_id == client_id, Rollup.day_on.between(first, last))
        .order_by(Rollup.day_on, Rollup.channel_id)
    )
    found = pd.DataFrame([tuple(row) for row in session.execute(query)], columns=["channel_id", "on", *COUNTS])
    return _with_engagements(found)


def _posts(session: Session, client_id: int, wanted: Period) -> pd.DataFrame:
    """One row a post and channel; numbers of its last snapshot within the period that has any."""
    numbers = [getattr(PostSnapshot, name) for name in COMMON]
    order = func.row_number().over(
        partition_by=PostSnapshot.delivery_id, order_by=(PostSnapshot.taken_at.desc(), PostSnapshot.id.desc())
    )
    given = or_(*(number.is_not(None) for number in numbers))
    ranked = select(PostSnapshot.delivery_id, *numbers, order.label("place")).where(
        PostSnapshot.taken_at < wanted.ends_at, given
    )
    channels = select(Channel.id).where(Channel.client_id == client_id)
    posts = (*_published(wanted), Delivery.part == 1, Delivery.channel_id.in_(channels))
    mine = select(Delivery.id).where(*posts)
    last = ranked.where(PostSnapshot.delivery_id.in_(mine)).subquery()
    query = (
        select(
            Delivery.id,
            Delivery.channel_id,
            Delivery.published_at,
            Delivery.url,
            Revision.text,
            *(last.c[n] for n in COMMON),
        )
        .join(Revision, Revision.id == Delivery.revision_id)
        .outerjoin(last, (last.c.delivery_id == Delivery.id) & (last.c.place == 1))
        .where(*posts)
        .order_by(Delivery.published_at, Delivery.id)
    )
    columns = ["id", "channel_id", "published_at", "url", "text", *COMMON]
    return _with_engagements(pd.DataFrame([tuple(row) for row in session.execute(query)], columns=columns))


def _count_posts(session: Session, client_id: int, wanted: Period) -> dict[int, int]:
    query = select(Delivery.channel_id, func.count()).join(Channel, Channel.id == Delivery.channel_id)
    mine = (*_published(wanted), Delivery.part == 1, Channel.client_id == client_id)
    return {row[0]: row[1] for row in session.execute(query.where(*mine).group_by(Delivery.channel_id))}


def _published(wanted: Period) -> tuple[Any, ...]:
    at = Delivery.published_at
    return (Delivery.state == DeliveryState.PUBLISHED, at >= wanted.starts_at, at < wanted.ends_at)


def _data_until(session: Session, client_id: int, before: datetime) -> datetime | None:
    """When the youngest number was pulled."""
    posts = select(func.max(PostSnapshot.taken_at)).join(Delivery, Delivery.id == PostSnapshot.delivery_id)
    posts = posts.join(Channel, Channel.id == Delivery.channel_id)
    accounts = select(func.max(ChannelSnapshot.taken_at)).join(Channel, Channel.id == ChannelSnapshot.channel_id)
    mine = Channel.client_id == client_id
    found = [
        session.scalar(posts.where(mine, PostSnapshot.taken_at < before)),
        session.scalar(accounts.where(mine, ChannelSnapshot.taken_at < before)),
    ]
    return max((moment for moment in found if moment), default=None)


def _with_engagements(table: pd.DataFrame) -> pd.DataFrame:
    """Whole numbers, and engagements: the sum of what is given, nothing when nothing is."""
    counts = [name for name in COUNTS if name in table]
    table = table.astype(dict.fromkeys(counts, WHOLE))
    return table.assign(engagements=table[list(KINDS)].sum(axis=1, min_count=1).astype(WHOLE))
