"""What holds deliveries back beside their own state: a folder that has moved, a host that does not answer, a budget that is spent."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from socialq.models.base import Record


class Installation(Record):
    """A data folder that works on this database. Its token also lies in the folder: where the two differ, one of them is a copy."""

    __tablename__ = "installations"

    host_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    folder: Mapped[str] = mapped_column(String(64))  # what a copy of the folder does not have: see publishing.moved
    database: Mapped[str] = mapped_column(String(120))  # which database it is, as far as it can say so itself
    token: Mapped[str] = mapped_column(String(32))
    previous: Mapped[str] = mapped_column(String(32), default="")
    renewed_at: Mapped[datetime]


class Host(Record):
    """A server as calls find it, all processes together. `clock_off`: its clock minus the database's, in milliseconds."""

    __tablename__ = "hosts"

    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    timeouts: Mapped[int] = mapped_column(default=0)  # in a row
    trouble_since: Mapped[datetime | None]
    wait_until: Mapped[datetime | None]
    clock_off: Mapped[int | None]
    clock_at: Mapped[datetime | None]


class Budget(Record):
    """How much of something a network still gives until `resets_at`. `scope`: channel, app or host; `subject`: which.

    `only_posts`: not every request takes from it. `declared`: counted by our own attempts, for no answer says what is left."""

    __tablename__ = "budgets"
    __table_args__ = (UniqueConstraint("scope", "subject", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(64))  # "posts", "requests": the network's own word
    size: Mapped[int]
    left: Mapped[int]
    resets_at: Mapped[datetime]
    read_at: Mapped[datetime]
    only_posts: Mapped[bool] = mapped_column(default=False, server_default=false())
    declared: Mapped[bool] = mapped_column(default=False, server_default=false())


class Cost(Record):
    """What one call costs, in millionths of `currency`; of a post, made in the claim's transaction. Never changed.

    `number`: the attempt. What provably did not go out is not paid: see services.money."""

    __tablename__ = "costs"
    __table_args__ = (Index("ix_costs_client_time", "client_id", "spent_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"))
    channel_id: Mapped[int | None] = mapped_column(ForeignKey("channels.id", ondelete="SET NULL"))
    currency: Mapped[str] = mapped_column(String(3))
    micros: Mapped[int]
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("deliveries.id", ondelete="SET NULL"))
    number: Mapped[int | None]
    spent_at: Mapped[datetime]


class BudgetHold(Record):
    """What a call has taken from the budgets of its channel, app and host, until it is answered for or `until`."""

    __tablename__ = "budget_holds"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"), index=True)
    network: Mapped[str] = mapped_column(String(32))
    host: Mapped[str] = mapped_column(String(255))
    posts: Mapped[int]
    requests: Mapped[int]
    until: Mapped[datetime]
