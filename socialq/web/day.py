"""Today over all clients, as one value for its template: the sentence, what needs a person, and the day on its rail. Changes nothing."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from socialq.domain.marks import Mark
from socialq.domain.slots import local_instant
from socialq.planning import agenda
from socialq.services.i18n import Words, mark
from socialq.web import ahead, reach, shown
from socialq.web.ahead import Made, Matrix, Waiting
from socialq.web.beat import RED, beat
from socialq.web.frame import Beat
from socialq.web.house import House, house, link
from socialq.web.needs import Need, needs, stands_still
from socialq.web.shown import Shown
from socialq.web.signs import signs

DONE = frozenset({Mark.PUBLISHED, Mark.LATE})
OPEN = frozenset({Mark.SCHEDULED, Mark.PUBLISHING, Mark.PROCESSING, Mark.HELD, Mark.DISCONNECTED, Mark.LOOKING})
COUNTS = (
    mark("Two"), mark("Three"), mark("Four"), mark("Five"), mark("Six"), mark("Seven"), mark("Eight"), mark("Nine"),
    mark("Ten"), mark("Eleven"), mark("Twelve"),
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A post on the rail; `done`: behind us and as planned."""

    time: str
    post: Shown
    done: bool
    url: str


@dataclass(frozen=True)
class Today:
    """`earlier` and `later` are the rows above and below the line of now, `paused` the names of clients whose posts wait."""

    house: House
    on: str
    now: str
    first: str
    rest: str
    beat: Beat
    needs: list[Need]
    earlier: list[Row]
    later: list[Row]
    paused: str
    paused_all: bool
    for_us: list[Waiting]
    for_them: list[Waiting]
    matrix: Matrix
    month: date
    reports: list[Made]
    ready: int
    start: str  # where a first client is made

    @property
    def count(self) -> int:
        return len(self.earlier) + len(self.later)


def today(session: Session, words: Words) -> Today:
    """The member's day, in the house's zone."""
    home = house(session)
    rows = _rows(session, home, words)
    earlier = [row for row, at in rows if at <= home.now]
    last = signs(session).beat_at
    asked = needs(session, home, words)
    if home.clients and (last is None or home.now - last > RED):
        asked.insert(0, stands_still(last, home, words))
    held = [client.name for client in home.clients if client.paused_at]
    month, reports, ready = ahead.reports(session, home, words)
    return Today(
        home, words.date(home.now, home.zone, long=True, year=True), words.time(home.now, home.zone, named=False),
        first(len(asked), words), _rest([row for row, _ in rows], home, words), beat(last, home, words), asked,
        earlier, [row for row, at in rows if at > home.now], words.list(held) if held else "",
        bool(held) and len(held) == len(home.clients), *ahead.asked(session, home, words),
        ahead.matrix(session, home, words), month, reports, ready, link("clients.new"),
    )  # fmt: skip


def first(asked: int, words: Words) -> str:
    """The first half of the sentence: how much wants a hand."""
    if asked == 0:
        return words.text("Nothing needs you.")
    count = words.text(COUNTS[asked - 2]) if 2 <= asked <= 12 else words.number(asked)
    return words.plural("One thing needs you.", "%(count)s things need you.", asked, count=count)


def _rest(rows: list[Row], home: House, words: Words) -> str:
    """ "Today: 4 are online, 6 to go."; what went wrong counts in neither."""
    online = sum(row.post.entry.mark in DONE for row in rows)
    ahead_ = sum(_to_go(row.post, home) for row in rows)
    if not rows:
        return words.text("Nothing is planned today.")
    said = words.plural("%(n)s is online", "%(n)s are online", online)
    return words.text("Today: %(online)s, %(ahead)s to go.", online=said, ahead=words.number(ahead_))


def _to_go(post: Shown, home: House) -> bool:
    at, found = post.entry.at, post.entry.mark
    return found in OPEN or (found not in DONE | shown.FIRST and at is not None and at > home.now)


def _rows(session: Session, home: House, words: Words) -> list[tuple[Row, datetime]]:
    day = home.now.astimezone(home.here).date()
    since, until = (local_instant(home.here, one, time()) for one in (day, day + timedelta(days=1)))
    networks = reach.parts().networks
    found = []
    for entry in agenda.between(session, home.ids, since, until):
        post = shown.show(entry, home.of(entry.client_id), networks, words, home.zone)
        at = entry.at or home.now
        row = Row(words.time(at, home.zone, named=False), post, entry.mark in DONE, _address(entry))
        found.append((row, at))
    return found


def _address(entry: agenda.Entry) -> str:
    """The delivery that asks for somebody, else the post, else what there is."""
    wanted = [place for place in entry.places if place.delivery_id and place.mark in shown.FIRST]
    if wanted:
        return link("deliveries.show", delivery_id=wanted[0].delivery_id)
    post = link("posts.show", post_id=entry.post_id)
    sent = [place.delivery_id for place in entry.places if place.delivery_id]
    return post or (link("deliveries.show", delivery_id=sent[0]) if sent else "")
