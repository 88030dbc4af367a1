"""Delivery (post × channel × part), its attempts, and the workers that make them. Moved by machines, by conditional UPDATEs."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, validates

from socialq.domain.states import DeliveryState, delivery_may
from socialq.errors import NotAllowed
from socialq.models.base import Record


def _partial(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, unique=True, sqlite_where=text(where), postgresql_where=text(where))


class Delivery(Record):
    __tablename__ = "deliveries"
    __table_args__ = (
        _partial("uq_deliveries_live", "post_id", "channel_id", "part", where="state <> 'cancelled'"),
        _partial("uq_deliveries_one_in_flight", "channel_id", where="state = 'publishing'"),
        UniqueConstraint("channel_id", "remote_id"),
        Index("ix_deliveries_due", "state", "due_at"),
        Index("ix_deliveries_same_text", "channel_id", "fingerprint"),
        Index("ix_deliveries_lane", "channel_id", "state"),
        Index("ix_deliveries_out", "channel_id", "published_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), index=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"))
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id"))
    part: Mapped[int] = mapped_column(default=1)
    after_id: Mapped[int | None] = mapped_column(ForeignKey("deliveries.id"))  # the part before it in a chain
    state: Mapped[str] = mapped_column(String(16), default=DeliveryState.SCHEDULED)
    fingerprint: Mapped[str] = mapped_column(String(64))
    repeat_allowed: Mapped[bool] = mapped_column(default=False)  # the same text within 24 h, on purpose

    scheduled_at: Mapped[datetime]  # the promise; no machine moves it
    deadline_at: Mapped[datetime]
    due_at: Mapped[datetime]  # the next try
    prepare_at: Mapped[datetime]  # the next preparation ahead of time
    rung_at: Mapped[datetime | None]
    rings: Mapped[int] = mapped_column(default=0)
    reserved_until: Mapped[datetime | None]  # advice only: somebody is preparing it
    prep_tries: Mapped[int] = mapped_column(default=0)  # preparations begun and not ended
    prepared_at: Mapped[datetime | None]
    memory: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what the network gave in preparation, step by step
    identity: Mapped[str | None] = mapped_column(String(255))
    setbacks: Mapped[int] = mapped_column(default=0)

    attempt: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    stop_at: Mapped[datetime | None]  # somebody wished it stopped while a machine was at work
    confirm_at: Mapped[datetime | None]  # after a restore: waits for a person
    confirm_since: Mapped[datetime | None]  # what went out after this moment the restored rows do not know
    confirm_found: Mapped[str] = mapped_column(String(16), default="", server_default="")  # publishing.moved.Finding
    confirm_url: Mapped[str] = mapped_column(Text, default="", server_default="")
    confirm_remote_id: Mapped[str | None] = mapped_column(String(255))

    look_at: Mapped[datetime | None]
    misses: Mapped[int] = mapped_column(default=0)
    look_failed_at: Mapped[datetime | None]  # since when reading back fails
    ask_at: Mapped[datetime | None]
    ask_reason: Mapped[str] = mapped_column(Text, default="")
    handle: Mapped[str | None] = mapped_column(String(255))
    check_at: Mapped[datetime | None]
    process_until: Mapped[datetime | None]

    remote_id: Mapped[str | None] = mapped_column(String(255))
    url: Mapped[str] = mapped_column(Text, default="")
    published_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")  # the last setback, in the network's or our words
    created_at: Mapped[datetime]

    @validates("state")
    def _checked(self, _key: str, new: str) -> str:
        old = self.state
        if old is not None and not delivery_may(DeliveryState(old), DeliveryState(new)):
            raise NotAllowed(f"A delivery that is {old} cannot become {new}.")
        return str(new)


class Attempt(Record):
    """Made in the claim's transaction, ended by its sender's word or by the proof of its death. Never deleted."""

    __tablename__ = "attempts"
    __table_args__ = (UniqueConstraint("delivery_id", "number"), Index("ix_attempts_started", "started_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id", ondelete="CASCADE"))
    number: Mapped[int]
    worker_id: Mapped[str] = mapped_column(String(64), index=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    remote_id: Mapped[str | None] = mapped_column(String(255))
    url: Mapped[str] = mapped_column(Text, default="")


class Worker(Record):
    """A process that may send. It holds an OS lock on its own file for life; the lock free means the process is dead."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    host_id: Mapped[str] = mapped_column(String(64))
    boot_id: Mapped[str] = mapped_column(String(64))
    pid: Mapped[int]
    pid_started: Mapped[str] = mapped_column(
        String(32)
    )  # start time of the process, so that a reused pid is not taken for it
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime]
    redis_at: Mapped[datetime | None]  # when Redis last answered it
    gone_at: Mapped[datetime | None]
