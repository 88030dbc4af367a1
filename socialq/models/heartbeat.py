"""Heartbeat: a loop says that it lives. `/readyz` and `doctor` read these rows; nothing else depends on them."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from socialq.models.base import Record


class Heartbeat(Record):
    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)  # "scheduler:host:pid", "queue:publish"
    beat_at: Mapped[datetime]
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)  # e.g. redis_at, clock_off in seconds
