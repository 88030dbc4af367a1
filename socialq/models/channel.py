"""Channel: a client's account on a network. Its credentials are sealed with the channel's own name inside."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from socialq.models.base import Record

POSTS_AN_HOUR = 25  # no assistant plans more: then something runs wild


class Channel(Record):
    __tablename__ = "channels"

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    network: Mapped[str] = mapped_column(String(32))
    server: Mapped[str] = mapped_column(String(255), default="")
    remote_id: Mapped[str] = mapped_column(String(255), default="")
    handle: Mapped[str] = mapped_column(String(255), default="")
    credentials: Mapped[bytes | None] = mapped_column(LargeBinary)
    credentials_version: Mapped[int] = mapped_column(default=1)
    refreshing_until: Mapped[datetime | None]  # somebody renews it; one in the past began and never ended
    refresh_at: Mapped[datetime | None]  # renewed from then on; None: it does not end, or only a person can
    refresh_tries: Mapped[int] = mapped_column(default=0, server_default="0")
    renewed_at: Mapped[datetime | None]
    renewable_until: Mapped[datetime | None]  # no renewal reaches further
    expires_at: Mapped[datetime | None]
    limits: Mapped[dict[str, Any]] = mapped_column(
        default=dict
    )  # what the server said at connect: see networks.base.Limits
    posts_an_hour: Mapped[int] = mapped_column(default=POSTS_AN_HOUR, server_default=str(POSTS_AN_HOUR))
    breaker_until: Mapped[datetime | None]  # somebody said "go on": until then no count stops it
    paused_at: Mapped[datetime | None]
    disconnected_at: Mapped[datetime | None]
    disconnected_reason: Mapped[str] = mapped_column(default="")
    next_pull_at: Mapped[datetime | None] = mapped_column(index=True)
    pulling_until: Mapped[datetime | None]
    created_at: Mapped[datetime]

    @property
    def host(self) -> str:
        """Where its posts go; the network's name where it has no server of its own."""
        return urlsplit(self.server).netloc or self.network

    @property
    def ends_at(self) -> datetime | None:
        """When it stops working unless a person connects it again; None: not foreseen."""
        if self.refresh_at is None or self.renewable_until is None:
            return self.expires_at if self.refresh_at is None else None
        return max(self.renewable_until, self.expires_at or self.renewable_until)

    @property
    def owner(self) -> str:
        """The name under which this channel's credentials are sealed."""
        return f"channel:{self.id}"
