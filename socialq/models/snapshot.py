"""Snapshot: numbers of a post or an account as a network gave them at one moment. Append-only; a missing number is NULL, not 0."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from socialq.models.base import Record

COMMON = ("views", "reach", "likes", "comments", "shares", "saves", "clicks", "video_views")


class _Numbers:
    views: Mapped[int | None] = mapped_column(BigInteger)
    reach: Mapped[int | None] = mapped_column(BigInteger)
    likes: Mapped[int | None] = mapped_column(BigInteger)
    comments: Mapped[int | None] = mapped_column(BigInteger)
    shares: Mapped[int | None] = mapped_column(BigInteger)
    saves: Mapped[int | None] = mapped_column(BigInteger)
    clicks: Mapped[int | None] = mapped_column(BigInteger)
    video_views: Mapped[int | None] = mapped_column(BigInteger)


class PostSnapshot(_Numbers, Record):
    """Totals of one published delivery since it went out."""

    __tablename__ = "post_snapshots"
    __table_args__ = (Index("ix_post_snapshots_delivery", "delivery_id", "taken_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id", ondelete="CASCADE"))
    taken_at: Mapped[datetime]
    definition: Mapped[str] = mapped_column(String(16))
    raw: Mapped[dict[str, Any]]


class ChannelSnapshot(Record):
    """Totals of one account."""

    __tablename__ = "channel_snapshots"
    __table_args__ = (Index("ix_channel_snapshots_channel", "channel_id", "taken_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"))
    taken_at: Mapped[datetime]
    followers: Mapped[int | None] = mapped_column(BigInteger)
    definition: Mapped[str] = mapped_column(String(16))
    raw: Mapped[dict[str, Any]]


class Rollup(_Numbers, Record):
    """What one channel gained on one day of its client's calendar, and its followers at the end of that day. Rebuildable."""

    __tablename__ = "rollups"

    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"), primary_key=True)
    day_on: Mapped[date] = mapped_column(Date, primary_key=True)
    posts: Mapped[int] = mapped_column(default=0)  # published on that day
    followers: Mapped[int | None] = mapped_column(BigInteger)
