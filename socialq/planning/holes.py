"""The next two weeks, client by client, day by day: what is planned, what waits for a word, and where a slot stands empty."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialq.domain import slots
from socialq.domain.states import PostState
from socialq.models import Client, Post, Slot

DAYS = 14


class Cell(StrEnum):
    """One client's day."""

    PLANNED = "planned"
    REVIEW = "review"  # a post with a time that nobody has approved yet
    FREE = "free"  # a slot without a post
    NONE = "none"  # no slot on that day, and no post


@dataclass(frozen=True)
class Row:
    """A client's days from `starts_on` on, in the client's zone; `free_at` is its first empty slot, `empty` are all of them."""

    client_id: int
    client: str
    starts_on: date
    cells: tuple[Cell, ...]
    free: int
    free_at: datetime | None
    empty: tuple[datetime, ...] = ()


def ahead(session: Session, client_ids: Collection[int], now: datetime, days: int = DAYS) -> list[Row]:
    """From tomorrow on, by name. Two queries at any number of clients."""
    there = select(Client, Slot).outerjoin(Slot, Slot.client_id == Client.id).where(Client.id.in_(client_ids))
    clients: dict[int, Client] = {}
    weekly: dict[int, list[slots.WeeklySlot]] = {}
    for client, slot in session.execute(there.order_by(Client.name, Client.id)):
        clients[client.id] = client
        weekly.setdefault(client.id, []).extend([slots.WeeklySlot(slot.weekday, slot.at)] if slot else [])
    times: dict[int, list[tuple[datetime, str]]] = {client_id: [] for client_id in clients}
    timed = select(Post.client_id, Post.scheduled_at, Post.state).where(
        Post.client_id.in_(client_ids), Post.scheduled_at > now, Post.scheduled_at < now + timedelta(days=days + 2)
    )
    for client_id, at, state in session.execute(timed):
        if at is not None:
            times[client_id].append((at, state))
    return [_row(client, weekly[client.id], times[client.id], now, days) for client in clients.values()]


def _row(
    client: Client, weekly: list[slots.WeeklySlot], times: list[tuple[datetime, str]], now: datetime, days: int
) -> Row:
    zone = slots.zone(client.timezone)
    first = now.astimezone(zone).date() + timedelta(days=1)
    span = timedelta(days=days + 2)
    empty = [
        at
        for at in slots.occurrences(weekly, zone, now, span)
        if all(abs(at - other) > slots.NEAR for other, _ in times)
        and 0 <= (at.astimezone(zone).date() - first).days < days
    ]
    free_on = {at.astimezone(zone).date() for at in empty}
    states: dict[date, set[str]] = {}
    for at, state in times:
        states.setdefault(at.astimezone(zone).date(), set()).add(state)
    cells = tuple(
        _cell(states.get(day, set()), day in free_on) for day in (first + timedelta(days=n) for n in range(days))
    )
    return Row(client.id, client.name, first, cells, len(empty), min(empty, default=None), tuple(empty))


def _cell(states: set[str], free: bool) -> Cell:
    """An empty slot is worth more to say than a full one; a post that waits more than one that does not."""
    if free:
        return Cell.FREE
    if states - {PostState.SCHEDULED}:
        return Cell.REVIEW
    return Cell.PLANNED if states else Cell.NONE
