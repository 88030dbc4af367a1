"""A month as its page needs it: weeks of days, each with its posts and free slots, in one zone. Reads only."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from socialq.domain.marks import Mark
from socialq.domain.slots import NEAR, WeeklySlot, local_instant, occurrences
from socialq.models import Client, Slot
from socialq.planning import agenda
from socialq.services.i18n import Words
from socialq.web import reach
from socialq.web.house import house
from socialq.web.shown import Shown, Who, show

SOON = timedelta(days=14)
FIRST, LAST = date(2000, 1, 1), date(2200, 12, 1)
LEGEND = (  # in the order of the line under the month; `kind` is the macro's
    ({Mark.FAILED, Mark.MISSED, Mark.PARTLY}, "failed", "%(n)s not published", "%(n)s not published"),
    ({Mark.CHECK}, "unknown", "%(n)s to check", "%(n)s to check"),
    ({Mark.DISCONNECTED}, "disconnected", "%(n)s channel not connected", "%(n)s channels not connected"),
)  # fmt: skip


@dataclass(frozen=True)
class Free:
    """An empty slot. `later`: more than two weeks from now."""

    at: datetime
    who: Who
    later: bool
    url: str


@dataclass(frozen=True)
class Day:
    """`shown` fit into its square, `more` do not; `free` are empty slots in the future."""

    on: date
    other: bool
    today: bool
    past: bool
    shown: list[Shown]
    more: list[Shown]
    free: list[Free]

    @property
    def weekend(self) -> bool:
        return self.on.weekday() > 4

    @property
    def soon(self) -> bool:
        return any(not one.later for one in self.free)


def of(session: Session, client: Client | None, written: str, *, whole: bool) -> dict[str, Any]:
    """Values for calendar/show.html. The zone is the client's; over all clients that of most, and the page says which.

    On a phone the days behind us are folded unless the `whole` month is asked for."""
    home, words = house(session), reach.words()
    chosen, zone, now = [client] if client else home.clients, client.timezone if client else home.zone, home.now
    today = now.astimezone(ZoneInfo(zone)).date()
    first = _month(written, today)
    start = first - timedelta(days=first.weekday())
    weeks = -(-((_next(first) - start).days) // 7)
    days = [start + timedelta(days=n) for n in range(weeks * 7)]
    since, until = (local_instant(ZoneInfo(zone), one, time()) for one in (start, days[-1] + timedelta(days=1)))
    owners = {one.id: home.of(one.id) for one in chosen}
    entries = agenda.between(session, [*owners], since, until)
    shown = [show(one, owners[one.client_id], reach.parts().networks, words, zone) for one in entries]
    free = _free(session, chosen, owners, entries, max(since, now), until, now)
    most = 4 if weeks > 5 else 5
    return {
        "clients": [*home.who.values()], "client": owners.get(client.id) if client else None, "zone": zone,
        "first": first, "today": today, "weeks": weeks, "cut": len(entries) >= agenda.MOST,
        "days": [_day(one, first, today, shown, free, ZoneInfo(zone), most) for one in days],
        "legend": _legend(words, shown), "before": address(client, _next(first, -1)), "after": address(client, _next(first)),
        "now": address(client, today),
        "folds": not whole and (first.year, first.month) == (today.year, today.month),
        "earlier": address(client, first, whole=True), "zones": len({one.timezone for one in chosen}),
        "filters": [(one, address(one, first)) for one in home.clients], "everything": address(None, first),
    }  # fmt: skip


def address(client: Client | None, day: date, *, whole: bool = False) -> str:
    """Of the month in which that day lies."""
    named = client.id if client else None
    return url_for("calendar.show", month=f"{day:%Y-%m}", client=named, whole=1 if whole else None)


def _month(written: str, today: date) -> date:
    found = re.fullmatch(r"(\d{4})-(\d{2})", written, re.ASCII)
    wanted = date(int(found[1]), int(found[2]), 1) if found and int(found[1]) and 1 <= int(found[2]) <= 12 else today
    return min(max(wanted.replace(day=1), FIRST), LAST)


def _next(first: date, step: int = 1) -> date:
    place = first.year * 12 + first.month - 1 + step
    return date(place // 12, place % 12 + 1, 1)


def _free(
    session: Session, clients: Sequence[Client], owners: dict[int, Who], entries: list[agenda.Entry],
    since: datetime, until: datetime, now: datetime,
) -> list[Free]:  # fmt: skip
    """Slots to come with none of the client's posts near them; one query."""
    if until <= since:
        return []
    weekly: dict[int, list[WeeklySlot]] = {one.id: [] for one in clients}
    for slot in session.scalars(select(Slot).where(Slot.client_id.in_([*weekly]))):
        weekly[slot.client_id].append(WeeklySlot(slot.weekday, slot.at))
    found = []
    for one in clients:
        taken = [entry.at for entry in entries if entry.client_id == one.id and entry.at]
        for at in occurrences(weekly[one.id], ZoneInfo(one.timezone), since, until - since):
            if at < until and all(abs(at - other) > NEAR for other in taken):
                url = url_for("posts.new", client=one.id, at=at.isoformat())
                found.append(Free(at, owners[one.id], at > now + SOON, url))
    return sorted(found, key=lambda free: (free.at, free.who.name))


def _day(
    on: date, first: date, today: date, shown: list[Shown], free: list[Free], zone: ZoneInfo, most: int
) -> Day:  # fmt: skip
    """Problems first, then by time; one more than fits gives way to "n more"."""
    here = sorted(
        (one for one in shown if one.day == on), key=lambda one: (not one.first, one.entry.at, one.entry.post_id)
    )
    fit = most if len(here) <= most else most - 1
    mine = [one for one in free if one.at.astimezone(zone).date() == on]
    return Day(on, on.month != first.month, on == today, on < today, here[:fit], here[fit:], mine)


def _legend(words: Words, shown: list[Shown]) -> list[tuple[str, str]]:
    found = []
    for which, kind, one, many in LEGEND:
        if number := sum(entry.entry.mark in which for entry in shown):
            found.append((kind, words.plural(one, many, number)))
    return found
