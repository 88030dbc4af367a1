"""Connecting that goes over time: ConnectLink (asked of a client by mail), ConnectWay (somebody is at the network),
ConnectChoice (one log-in gave several accounts). Tokens of links are known as hashes; what came from a network is sealed."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from socialq.models.base import Record


class ConnectLink(Record):
    """One request to one client for one network; with `channel_id` to connect that one again."""

    __tablename__ = "connect_links"
    __table_args__ = (Index("ix_connect_links_client_id", "client_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256, hexadecimal
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"))
    channel_id: Mapped[int | None] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"))
    network: Mapped[str] = mapped_column(String(32))
    email: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(8))
    asked_by: Mapped[str] = mapped_column(String(64))  # "member:3"
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id", ondelete="SET NULL"))
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    connected: Mapped[str] = mapped_column(String(255), default="")  # the account, once it is used
    withdrawn_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]  # a member has read that it was used


class ConnectWay(Record):
    """Somebody who opened a link has gone to the network; only the same browser comes back with it, once."""

    __tablename__ = "connect_ways"
    __table_args__ = (Index("ix_connect_ways_link_id", "link_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    state_hash: Mapped[str] = mapped_column(String(64), unique=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("connect_links.id", ondelete="CASCADE"))
    visitor_hash: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)  # verifier, server, the link's token
    created_at: Mapped[datetime]

    @property
    def owner(self) -> str:
        """The name under which it is sealed."""
        return f"connect_way:{self.state_hash}"


class ConnectChoice(Record):
    """Accounts to choose from, with their tokens sealed, for half an hour. Of a member's session or of a link's visitor."""

    __tablename__ = "connect_choices"
    __table_args__ = (
        Index("ix_connect_choices_session_id", "session_id"),
        Index("ix_connect_choices_link_id", "link_id"),
        Index("ix_connect_choices_client_id", "client_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    link_id: Mapped[int | None] = mapped_column(ForeignKey("connect_links.id", ondelete="CASCADE"))
    visitor_hash: Mapped[str] = mapped_column(String(64), default="")
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"))
    network: Mapped[str] = mapped_column(String(32))
    server: Mapped[str] = mapped_column(String(255))
    key: Mapped[str] = mapped_column(String(64))  # random: the name under which it is sealed
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]

    @property
    def owner(self) -> str:
        """The name under which it is sealed."""
        return f"connect_choice:{self.key}"
