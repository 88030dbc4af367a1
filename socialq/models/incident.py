"""Incident: something went wrong and a person must know. One open row a cause; stored with the move that caused it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from socialq.models.base import Record

_OPEN = text("resolved_at IS NULL")


class Incident(Record):
    __tablename__ = "incidents"
    __table_args__ = (
        Index("uq_incidents_open", "kind", "subject", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(64))  # "delivery:12", "channel:3", "installation"
    client_id: Mapped[int | None] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"))
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    opened_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str] = mapped_column(String(64), default="")
    mailed_at: Mapped[datetime | None]
