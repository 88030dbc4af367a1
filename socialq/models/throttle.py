"""Throttle: how often something was tried, per e-mail and per address. One row a key and window."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from socialq.models.base import Record


class Throttle(Record):
    __tablename__ = "throttles"
    __table_args__ = (Index("ix_throttles_since", "since"),)

    key: Mapped[str] = mapped_column(String(100), primary_key=True)  # "sign-in:address:192.0.2.7"
    since: Mapped[datetime]
    tries: Mapped[int]
