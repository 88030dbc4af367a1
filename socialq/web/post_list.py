"""The list of posts as its page needs it: tabs with counts, days, one page of rows. Reads only."""

from datetime import date, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, url_for
from sqlalchemy.orm import Session

from socialq.planning.listing import Drawer, counts, first_pictures, listed
from socialq.services.i18n import Words, mark
from socialq.web import reach
from socialq.web.house import house
from socialq.web.shown import show

PAGE = 50
LAST = 100_000
WORDS = {
    Drawer.COMING: mark("Coming up"), Drawer.REVIEW: mark("Waiting for approval"), Drawer.DRAFTS: mark("Drafts"),
    Drawer.AMISS: mark("Did not work"), Drawer.PUBLISHED: mark("Published"),
}  # fmt: skip


def of(session: Session, client_id: int, wanted: Drawer | None, number: int, text: str = "") -> dict[str, Any]:
    """Values for posts/index.html; of a search without a drawer the first that holds anything. 404 for a client that is not hers."""
    home = house(session)
    clients, now = home.who, home.now
    if client_id and client_id not in clients:
        abort(404)
    ids = [client_id] if client_id else [*clients]
    totals = counts(session, ids, now, text)
    drawer = wanted or next((one for one in Drawer if text and totals[one]), Drawer.COMING)
    page = min(max(number, 1), LAST)
    entries = listed(session, ids, drawer, now, PAGE, (page - 1) * PAGE, text)
    media = first_pictures(session, [one.post_id for one in entries])
    networks, words = reach.parts().networks, reach.words()
    rows = [show(one, clients[one.client_id], networks, words, media=media) for one in entries]
    zones = {clients[one].zone for one in ids}
    today = {zone: now.astimezone(ZoneInfo(zone)).date() for zone in zones}
    return {
        "clients": [*clients.values()], "client": clients.get(client_id), "drawer": drawer, "rows": rows,
        "tabs": [(words.text(WORDS[one]), address(client_id, one, 1, text), totals[one], one is drawer) for one in Drawer],
        "days": [(_day(words, day, today), [*found]) for day, found in groupby(rows, key=lambda one: one.day)],
        "zone": next(iter(zones)) if len(zones) == 1 else "", "total": sum(totals.values()), "text": text,
        "filters": [(one, address(one.id, drawer, 1, text)) for one in clients.values()],
        **_pages(words, client_id, drawer, page, totals[drawer], len(rows), text),
    }  # fmt: skip


def address(client_id: int, drawer: Drawer, page: int = 1, text: str = "") -> str:
    """Of a page of the list. A search names its drawer, so that a tab is the one that was pressed."""
    state = None if drawer is Drawer.COMING and not text else str(drawer)
    number = page if page > 1 else None
    return url_for("posts.index", client=client_id or None, state=state, page=number, q=text or None)


def _pages(words: Words, client_id: int, drawer: Drawer, page: int, total: int, here: int, text: str) -> dict[str, Any]:
    """Newer and older as the macro calls them: before and after on this list."""
    first = (page - 1) * PAGE + 1
    numbers = {"first": words.number(first), "last": words.number(first + here - 1), "total": words.number(total)}
    where = words.text("%(first)s–%(last)s of %(total)s", **numbers)
    before = address(client_id, drawer, page - 1, text) if page > 1 else None
    after = address(client_id, drawer, page + 1, text) if first + here - 1 < total and here else None
    return {"where": where if here else "", "before": before, "after": after, "everything": address(0, drawer, 1, text)}


def _day(words: Words, day: date | None, today: dict[str, date]) -> str:
    """ "Vandaag, di 1 dec"; a date for all others; the year where it is another."""
    if day is None:
        return words.text("No date yet")
    now = next(iter(today.values()))
    if len(today) == 1 and day in (now, now + timedelta(days=1)):
        said = words.text("Today, %(date)s") if day == now else words.text("Tomorrow, %(date)s")
        return said % {"date": words.date(day)}
    written = words.date(day, long=True, year=day.year != now.year)
    return written[:1].upper() + written[1:]
