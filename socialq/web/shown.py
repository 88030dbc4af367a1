"""Posts as pages show them: whose, on which networks, in which state, at what time. Asks no database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from socialq.domain.marks import Mark
from socialq.models import Client
from socialq.networks.base import Networks
from socialq.planning.agenda import Entry, Place
from socialq.services.i18n import Words, mark
from socialq.web import marks

WORDS = {
    Mark.CHECK: mark("Check %(network)s"), Mark.FAILED: mark("%(network)s failed"),
    Mark.MISSED: mark("Missed its slot, not published"), Mark.PARTLY: mark("Partly published"),
    Mark.DISCONNECTED: mark("%(network)s not connected"), Mark.HELD: mark("On hold"),
    Mark.LOOKING: mark("Looking whether it is out"), Mark.PROCESSING: mark("%(network)s is processing it"),
    Mark.PUBLISHING: mark("Publishing"), Mark.SCHEDULED: mark("Scheduled"), Mark.LATE: mark("Published, %(late)s late"),
    Mark.PUBLISHED: mark("Published"), Mark.APPROVED: mark("Approved, no time yet"),
    Mark.CHANGES: mark("%(client)s wants a change"), Mark.REVIEW: mark("Waiting for approval"), Mark.DRAFT: mark("Draft"),
}  # fmt: skip
UNSCHEDULED = mark("Approved, not scheduled")
KINDS = {  # as the macro `state` calls them
    Mark.CHECK: "unknown", Mark.FAILED: "failed", Mark.MISSED: "missed", Mark.PARTLY: "partly",
    Mark.DISCONNECTED: "disconnected", Mark.HELD: "held", Mark.LOOKING: "publishing", Mark.PROCESSING: "processing",
    Mark.PUBLISHING: "publishing", Mark.SCHEDULED: "scheduled", Mark.LATE: "late", Mark.PUBLISHED: "published",
    Mark.APPROVED: "approved", Mark.CHANGES: "change", Mark.REVIEW: "waits", Mark.DRAFT: "draft",
}  # fmt: skip
BAD = frozenset({Mark.FAILED, Mark.MISSED, Mark.DISCONNECTED})
FIRST = frozenset({Mark.CHECK, Mark.FAILED, Mark.MISSED, Mark.PARTLY, Mark.DISCONNECTED})  # what wants a person


@dataclass(frozen=True)
class Who:
    """A client beside its post. `colour` 1–8."""

    id: int
    name: str
    letters: str
    colour: int
    zone: str


@dataclass(frozen=True)
class Shown:
    """A post in a list or a month. `kind` is the macro's, `word` in the reader's language; `networks` (key, name, bad)."""

    entry: Entry
    who: Who
    kind: str
    word: str
    networks: list[tuple[str, str, bool]]
    title: str
    day: date | None
    media_id: int | None = None

    @property
    def first(self) -> bool:
        return self.entry.mark in FIRST


def who(client: Client) -> Who:
    return Who(
        client.id, client.name, marks.letters(client.name), marks.colour(client.colour, client.id), client.timezone
    )


def show(
    entry: Entry, owner: Who, networks: Networks, words: Words, zone: str = "", media: Mapping[int, int] | None = None
) -> Shown:
    """`zone`: whose day counts; the client's own when empty. `media`: first pictures by post."""
    day = entry.at.astimezone(ZoneInfo(zone or owner.zone)).date() if entry.at else None
    glyphs = list(
        {
            one.network: (one.network, called(one.network, networks, words), one.mark in BAD)
            for one in _bad_last(entry.places)
        }.values()
    )
    return Shown(
        entry, owner, KINDS[entry.mark], word(entry, networks, words), glyphs, title(entry.text, words), day,
        (media or {}).get(entry.post_id),
    )  # fmt: skip


def title(text: str, words: Words) -> str:
    """One line that stands for the post."""
    line = " ".join(text.split())
    return line[:140] or words.text("Picture without text")


def word(entry: Entry, networks: Networks, words: Words) -> str:
    """The state of the whole post."""
    place = next((one for one in entry.places if one.mark is entry.mark), None)
    if entry.mark is Mark.APPROVED and entry.at:
        return words.text(UNSCHEDULED)
    return _said(entry.mark, words, called(place.network, networks, words) if place else "", entry)


def word_of(place: Place, entry: Entry, networks: Networks, words: Words) -> str:
    """The state on one channel."""
    return _said(place.mark, words, called(place.network, networks, words), entry)


def called(key: str, networks: Networks, words: Words) -> str:
    """What people call the network; practice in the reader's language."""
    found = networks.get(key)
    return words.text("Practice") if key == "practice" else found.name if found else key.capitalize()


def _said(one: Mark, words: Words, network: str, entry: Entry) -> str:
    values = {"network": network, "client": entry.client, "late": words.span(entry.late, short=True)}
    text = WORDS[one]
    return words.text(text, **values) if "%(" in text else words.text(text)


def _bad_last(places: Iterable[Place]) -> list[Place]:
    """Two channels on one network are one glyph; a bad one wins."""
    return sorted(places, key=lambda one: one.mark in BAD)
