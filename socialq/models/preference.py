"""Preference: what the VA decides for the whole installation. Secrets lie sealed beside the value, never inside it."""

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from socialq.models.base import Record


class Preference(Record):
    __tablename__ = "preferences"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[dict[str, Any]] = mapped_column(default=dict)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(64))

    @property
    def owner(self) -> str:
        """The name under which the secret is sealed."""
        return f"preference:{self.key}"
