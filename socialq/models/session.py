"""MemberSession: one browser in which a member is signed in. Only a hash of its token is stored."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from socialq.models.base import Record


class MemberSession(Record):
    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_member_id", "member_id"), Index("ix_sessions_seen_at", "seen_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256, hexadecimal
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"))
    address: Mapped[str] = mapped_column(String(64), default="")
    agent: Mapped[str] = mapped_column(String(200), default="")
    memory: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what waits in it: OAuth state and verifier
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
