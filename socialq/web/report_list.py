"""The reports of one month as their page shows them: a line a client, and what there is to say. Orders nothing."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from socialq.domain.period import month as period_of
from socialq.domain.slots import zone
from socialq.reports import shelf
from socialq.reports.orders import BUILDING, FAILED, ORDERED, READY
from socialq.reports.shelf import OnShelf
from socialq.services.i18n import Words, mark
from socialq.services.reasons import reason
from socialq.web.house import House
from socialq.web.shown import Who

MISSING = "missing"
STATES = {  # the macro's kind, and the word
    ORDERED: ("deferred", mark("Waits for its turn")), BUILDING: ("publishing", mark("Being made")),
    READY: ("works", mark("Ready")), FAILED: ("failed", mark("Could not be made")), MISSING: ("draft", mark("Not made yet")),
}  # fmt: skip
OPEN = (ORDERED, BUILDING)


@dataclass(frozen=True)
class Line:
    """A client's report of the month. `figures`: (figure, what it is); `why`: what stood against it."""

    who: Who
    report: OnShelf | None
    state: str
    kind: str
    word: str
    why: str = ""
    figures: tuple[tuple[str, str], ...] = ()
    practice: bool = False

    @property
    def ready(self) -> bool:
        return self.state == READY


@dataclass(frozen=True)
class Page:
    """`written` is the month as addresses have it; `earlier` and `later` are "" at the ends."""

    lines: list[Line]
    first: date
    written: str
    earlier: str
    later: str
    rest: str
    making: bool
    missing: list[int]
    whole: bool


def page(session: Session, home: House, written: str, words: Words) -> Page:
    """`written` like "2026-10"; anything else means the month that was over last."""
    today = home.now.astimezone(home.here).date()
    first = _month(written, home, today)
    found = shelf.of_month(session, home.ids, first)
    lines = [line(home.of(client.id), next(iter(found.get(client.id, [])), None), words) for client in home.clients]
    begun = shelf.first_published(session, home.ids)
    earliest = (begun.astimezone(home.here).date() if begun else today).replace(day=1)
    missing = [one.who.id for one in lines if one.state in (MISSING, FAILED)]
    return Page(
        lines, first, f"{first:%Y-%m}", f"{_before(first):%Y-%m}" if first > earliest else "",
        f"{_after(first):%Y-%m}" if _after(first) <= today else "", _counted(lines, words),
        any(one.state in OPEN for one in lines), missing, _after(first) <= today,
    )  # fmt: skip


def line(who: Who, report: OnShelf | None, words: Words) -> Line:
    """One client's."""
    if report is None:
        return Line(who, None, MISSING, *_state(MISSING, words))
    why = reason(words, report.reason) if report.state == FAILED else ""
    practice = bool(report.numbers.get("practice"))
    figures = tuple(summary(report.numbers, words)) if report.state == READY else ()
    return Line(who, report, report.state, *_state(report.state, words), why, figures, practice)


def summary(numbers: dict[str, Any], words: Words) -> list[tuple[str, str]]:
    """The four figures that stand for a month; what no network gave is a dash."""
    totals = numbers["totals"]
    return [
        (words.number(totals["posts"]), words.text("Published")),
        (words.number(totals["views"]), words.text("Views")),
        (words.number(totals["engagements"]), words.text("Engagements")),
        (words.number(totals["followers"]), words.text("Followers")),
    ]


def _state(state: str, words: Words) -> tuple[str, str]:
    kind, word = STATES[state]
    return kind, words.text(word)


def _month(written: str, home: House, today: date) -> date:
    try:
        first = period_of(written, zone(home.zone)).starts_on
    except ValueError:
        first = today
    return first if first < today.replace(day=1) or written == f"{today:%Y-%m}" else _before(today.replace(day=1))


def _before(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)


def _after(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _counted(lines: list[Line], words: Words) -> str:
    """ "2 ready, 1 being made."."""
    count = Counter("making" if one.state in OPEN else one.state for one in lines)
    said = [
        words.plural("%(n)s ready", "%(n)s ready", count[READY]) if count[READY] else "",
        words.plural("%(n)s being made", "%(n)s being made", count["making"]) if count["making"] else "",
        words.plural("%(n)s could not be made", "%(n)s could not be made", count[FAILED]) if count[FAILED] else "",
        words.plural("%(n)s not made yet", "%(n)s not made yet", count[MISSING]) if count[MISSING] else "",
    ]
    told = ", ".join(one for one in said if one)
    return f"{told}." if told else ""
