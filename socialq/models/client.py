"""Client: whose brand it is. Slot: a weekly wall time in the client's zone."""

from datetime import datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from socialq.models.base import Record

LATENESS_LIMIT = 7200


class Client(Record):
    __tablename__ = "clients"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    timezone: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8))
    colour: Mapped[str] = mapped_column(String(7), default="#0B5C63")
    approval_needed: Mapped[bool] = mapped_column(default=True)
    lateness_limit: Mapped[int] = mapped_column(default=LATENESS_LIMIT)  # seconds
    monthly_cap: Mapped[int | None]  # hundredths of the network's currency; None: no cap
    paused_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Slot(Record):
    __tablename__ = "slots"
    __table_args__ = (
        UniqueConstraint("client_id", "weekday", "at"),
        CheckConstraint("weekday BETWEEN 0 AND 6", "weekday"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"))
    weekday: Mapped[int]  # Monday is 0
    at: Mapped[time]
