"""Which reports there are, for a page of them: without their HTML, which only a reader needs. Reads, orders nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from socialq.models import Channel, Delivery, Report


@dataclass(frozen=True)
class OnShelf:
    """A report as lists show it. `numbers` is empty until it is ready."""

    id: int
    client_id: int
    starts_on: date
    version: int
    state: str
    reason: str
    built_at: datetime | None
    data_until: datetime | None
    numbers: dict[str, Any]


COLUMNS = (
    Report.id, Report.client_id, Report.starts_on, Report.version, Report.state, Report.reason, Report.built_at,
    Report.data_until, Report.numbers,
)  # fmt: skip


def of_month(session: Session, client_ids: Collection[int], starts_on: date) -> dict[int, list[OnShelf]]:
    """Client id → its versions for that month, the newest first."""
    found: dict[int, list[OnShelf]] = {}
    for one in _read(session, Report.client_id.in_(client_ids), Report.starts_on == starts_on):
        found.setdefault(one.client_id, []).append(one)
    return found


def versions(session: Session, report: Report) -> list[OnShelf]:
    """All of the report's client and month, the newest first."""
    return _read(session, Report.client_id == report.client_id, Report.starts_on == report.starts_on)


def first_published(session: Session, client_ids: Collection[int]) -> datetime | None:
    """Before this there is nothing to report on."""
    mine = select(Channel.id).where(Channel.client_id.in_(client_ids))
    return session.scalar(select(func.min(Delivery.published_at)).where(Delivery.channel_id.in_(mine)))


def _read(session: Session, *where: ColumnElement[bool]) -> list[OnShelf]:
    rows = session.execute(select(*COLUMNS).where(*where).order_by(Report.version.desc()))
    return [OnShelf(*row) for row in rows]
