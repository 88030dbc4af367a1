"""What each channel gained on each day of its client's calendar, counted in SQL from the snapshots. Can be made again at any time."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Date,
    String,
    and_,
    case,
    column,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
    values,
)
from sqlalchemy.orm import Session

from socialq.db import UtcDateTime
from socialq.domain.period import period
from socialq.domain.slots import zone
from socialq.domain.states import DeliveryState
from socialq.models import COMMON, Channel, ChannelSnapshot, Client, Delivery, PostSnapshot, Rollup

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
WRITTEN = ("channel_id", "day_on", "posts", "followers", *COMMON)


def rebuild(session: Session, channel_id: int, from_day: date, to_day: date) -> None:
    """Makes the channel's days from the first to the last anew. A day of which nothing is known gets no row.

    Gained = total at the end of the day − total before it, so counters that fall come out as corrections below zero."""
    days = _days(session, channel_id, from_day, to_day)
    posts, followers, gained = _posts(channel_id, days), _followers(channel_id, days), _gained(channel_id, days)
    rows = (
        select(
            literal(channel_id),
            days.c.day_on,
            func.coalesce(posts.c.posts, 0),
            followers.c.followers,
            *(gained.c[name] for name in COMMON),
        )
        .select_from(days)
        .outerjoin(posts, posts.c.day_on == days.c.day_on)
        .outerjoin(followers, followers.c.day_on == days.c.day_on)
        .outerjoin(gained, gained.c.day_on == days.c.day_on)
        .where(days.c.day_on >= from_day, or_(*(one.c.day_on.is_not(None) for one in (posts, followers, gained))))
    )
    old = (Rollup.channel_id == channel_id, Rollup.day_on.between(from_day, to_day))
    session.execute(delete(Rollup).where(*old).execution_options(synchronize_session=False))
    session.execute(insert(Rollup).from_select(WRITTEN, rows))


def _days(session: Session, channel_id: int, from_day: date, to_day: date) -> CTE:
    """The days with their borders as instants; the first row is all that was before them."""
    query = select(Client.timezone).join(Channel, Channel.client_id == Client.id).where(Channel.id == channel_id)
    wanted = period(from_day, to_day, zone(session.execute(query).scalar_one()))
    before = (from_day - timedelta(days=1), BEGINNING, wanted.starts_at)
    rows = [before, *((day.on, day.starts_at, day.ends_at) for day in wanted.days())]
    named = (column("day_on", Date), column("from_at", UtcDateTime), column("to_at", UtcDateTime))
    return values(*named, name="days").data(rows).cte("days")


def _within(days: CTE, moment: Any) -> ColumnElement[bool]:
    return and_(moment >= days.c.from_at, moment < days.c.to_at)


def _posts(channel_id: int, days: CTE) -> CTE:
    """How many went out; a thread is one post."""
    mine = (Delivery.channel_id == channel_id, Delivery.state == DeliveryState.PUBLISHED, Delivery.part == 1)
    counted = select(days.c.day_on, func.count().label("posts")).join(Delivery, _within(days, Delivery.published_at))
    return counted.where(*mine).group_by(days.c.day_on).cte("posts_of_day")


def _followers(channel_id: int, days: CTE) -> CTE:
    """The last number that was given on the day."""
    latest = func.row_number().over(
        partition_by=days.c.day_on, order_by=(ChannelSnapshot.taken_at.desc(), ChannelSnapshot.id.desc())
    )
    given = (
        select(days.c.day_on, ChannelSnapshot.followers, latest.label("latest"))
        .join(ChannelSnapshot, _within(days, ChannelSnapshot.taken_at))
        .where(ChannelSnapshot.channel_id == channel_id, ChannelSnapshot.followers.is_not(None))
        .cte("followers_given")
    )
    return select(given.c.day_on, given.c.followers).where(given.c.latest == 1).cte("followers_of_day")


def _gained(channel_id: int, days: CTE) -> CTE:
    """One row a day, a column a metric: the sum over posts of what each gained; NULL where no post had a number."""
    totals = _totals(channel_id, days)
    before = func.lag(totals.c.value).over(
        partition_by=(totals.c.metric, totals.c.delivery_id), order_by=totals.c.day_on
    )
    gains = (
        select(totals.c.day_on, totals.c.metric, (totals.c.value - func.coalesce(before, 0)).label("gain"))
        .where(totals.c.latest == 1)
        .cte("gains")
    )
    sums = (func.sum(case((gains.c.metric == name, gains.c.gain))).label(name) for name in COMMON)
    return select(gains.c.day_on, *sums).group_by(gains.c.day_on).cte("gained_on_day")


def _totals(channel_id: int, days: CTE) -> CTE:
    """(day, delivery, metric, value, latest): `latest` is 1 for the last number given on that day."""
    asked = _asked(channel_id, days)
    given = union_all(*(_given(name, asked) for name in COMMON)).cte("given")
    latest = func.row_number().over(
        partition_by=(given.c.metric, given.c.delivery_id, days.c.day_on),
        order_by=(given.c.taken_at.desc(), given.c.id.desc()),
    )
    joined = select(days.c.day_on, given, latest.label("latest")).join(given, _within(days, given.c.taken_at))
    ranked = joined.cte("ranked")
    return select(ranked).where(ranked.c.latest == 1).cte("totals")


def _asked(channel_id: int, days: CTE) -> CTE:
    """The channel's deliveries that have a snapshot in the period or later: the others gained nothing in it."""
    begins = select(func.min(days.c.to_at)).scalar_subquery()  # where all that was before ends
    asked = select(PostSnapshot.id).where(PostSnapshot.delivery_id == Delivery.id, PostSnapshot.taken_at >= begins)
    return select(Delivery.id).where(Delivery.channel_id == channel_id, asked.exists()).cte("asked")


def _given(name: str, asked: CTE) -> Any:
    """Every number of one metric that these posts were given."""
    value = PostSnapshot.__table__.c[name]
    return (
        select(
            literal(name, String).label("metric"),
            PostSnapshot.delivery_id,
            PostSnapshot.taken_at,
            PostSnapshot.id,
            value.cast(BigInteger).label("value"),
        )
        .join(asked, asked.c.id == PostSnapshot.delivery_id)
        .where(value.is_not(None))
    )
