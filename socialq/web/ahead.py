"""Today's right column: who waits for whom, the two weeks ahead client by client, and last month's reports. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from socialq.models import Report
from socialq.planning import holes, waiting
from socialq.planning.holes import DAYS, Cell, Row
from socialq.planning.waiting import Wait
from socialq.reports import orders
from socialq.services.i18n import Words, mark
from socialq.web.house import House, link
from socialq.web.shown import Who

LONG = timedelta(days=3)  # a client who is silent longer is amber
CELLS = {Cell.PLANNED: "filled", Cell.REVIEW: "waits", Cell.FREE: "free", Cell.NONE: "none"}
SAID = {
    Cell.PLANNED: mark("%(day)s: planned"), Cell.REVIEW: mark("%(day)s: waits for approval"),
    Cell.FREE: mark("%(day)s: free slot"), Cell.NONE: mark("%(day)s: no slot"),
}  # fmt: skip


@dataclass(frozen=True)
class Waiting:
    """One row of who waits for whom; `url` empty while there is no page to go to."""

    client: Who
    title: str
    under: str
    amber: bool
    url: str


@dataclass(frozen=True)
class Matrix:
    """As the macro `matrix` takes it; `free`: how many slots are empty."""

    days: list[tuple[str, str, str]]
    rows: list[tuple[Who, list[tuple[str, str, str]], str, bool]]
    free: int
    fill: str


@dataclass(frozen=True)
class Made:
    """A client's report of last month. `word`: what there is to do; without `url`, how it stands."""

    client: Who
    word: str
    url: str
    bad: bool


def asked(session: Session, home: House, words: Words) -> tuple[list[Waiting], list[Waiting]]:
    """What a client wants of us, and what no client has answered yet."""
    waits = waiting.of(session, home.ids)
    ours = [(one, words.text("%(client)s wants a change", client=one.client)) for one in waits.for_us]
    return [_waiting(wait, title, home, words) for wait, title in ours], _of_them(waits.for_them, home, words)


def _of_them(rows: list[Wait], home: House, words: Words) -> list[Waiting]:
    said = (f"{one.client}, {words.plural('%(n)s post', '%(n)s posts', one.posts)}" for one in rows)
    return [_waiting(wait, title, home, words, theirs=True) for wait, title in zip(rows, said, strict=True)]


def matrix(session: Session, home: House, words: Words) -> Matrix:
    """From tomorrow on, in the house's days."""
    first = home.now.astimezone(home.here).date() + timedelta(days=1)
    days = [first + timedelta(days=n) for n in range(DAYS)]
    rows = holes.ahead(session, home.ids, home.now)
    shown = [_row(row, days, home, words) for row in rows]
    heads = [(words.weekday(day.weekday(), short=True)[:1], f"{day.day}", words.date(day, long=True)) for day in days]
    first_free = min((row for row in rows if row.free_at), key=lambda row: row.free_at or home.now, default=None)
    fill = _composer(first_free.client_id, first_free.free_at) if first_free else ""
    return Matrix(heads, shown, sum(row.free for row in rows), fill)


def reports(session: Session, home: House, words: Words) -> tuple[date, list[Made], int]:
    """(last month's first day, its reports by client, how many are ready)."""
    today = home.now.astimezone(home.here).date()
    month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    query = select(Report).where(Report.client_id.in_(home.ids), Report.starts_on == month).order_by(Report.version)
    query = query.options(load_only(Report.client_id, Report.state))  # not the report itself
    newest = {report.client_id: report for report in session.scalars(query)}
    made = [_made(newest[client.id], home, words) for client in home.clients if client.id in newest]
    return month, made, sum(report.state == orders.READY for report in newest.values())


def _waiting(wait: Wait, title: str, home: House, words: Words, *, theirs: bool = False) -> Waiting:
    posts = [] if theirs else [words.plural("%(n)s post", "%(n)s posts", wait.posts)]
    since = [words.text("since %(time)s", time=home.when(wait.since, words))] if wait.since else []
    first = [words.text("first %(time)s", time=home.when(wait.first_at, words))] if wait.first_at else []
    silent = theirs and wait.since is not None and home.now - wait.since > LONG
    soon = theirs and wait.first_at is not None and wait.first_at - home.now < timedelta(days=1)
    return Waiting(home.of(wait.client_id), title, _line([*posts, *since, *first]), silent or soon, _post(wait.post_id))


def _line(pieces: Iterable[str]) -> str:
    return ", ".join(pieces)


def _post(post_id: int) -> str:
    return link("posts.show", post_id=post_id) or link("posts.edit", post_id=post_id)


def _row(row: Row, days: list[date], home: House, words: Words) -> tuple[Who, list[tuple[str, str, str]], str, bool]:
    """A client in another zone may be a day ahead or behind: its days stand under the house's."""
    cells = {row.starts_on + timedelta(days=n): cell for n, cell in enumerate(row.cells)}
    found = [(day, cells.get(day, Cell.NONE)) for day in days]
    empty = {at.astimezone(home.here).date(): at for at in reversed(row.empty)}
    free = {day: _composer(row.client_id, at) for day, at in empty.items()}
    shown = [(CELLS[cell], words.text(SAID[cell], day=words.date(day)), free.get(day, "")) for day, cell in found]
    word = words.text("%(n)s free", n=words.number(row.free)) if row.free else words.text("full")
    slots = any(cell is not Cell.NONE for cell in row.cells)
    return home.of(row.client_id), shown, word if slots else "", row.free > 0


def _composer(client_id: int, at: datetime | None) -> str:
    """With client and time set."""
    return link("posts.new", client=client_id, at=at.isoformat() if at else None)


def _made(report: Report, home: House, words: Words) -> Made:
    url = link("reports.show", report_id=report.id) if report.state == orders.READY else ""
    word = words.text("Failed") if report.state == orders.FAILED else words.text("Is being made")
    if report.state == orders.READY:
        word = words.text("Look") if url else words.text("Ready")
    return Made(home.of(report.client_id), word, url, report.state == orders.FAILED)
