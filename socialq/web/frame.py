"""What the frame of every page needs: where one can go, whose clients, what holds everywhere. Asks no database itself:
the rooms hand in what they know with `provide`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask import Flask, current_app, get_flashed_messages, request, url_for

from socialq.services.i18n import mark
from socialq.web import assets


@dataclass(frozen=True)
class Place:
    """A page that the side bar may lead to, once its endpoint is registered. `word` is a msgid."""

    endpoint: str
    word: str
    icon: str
    key: str = ""


@dataclass(frozen=True)
class Item:
    """A place of this installation. `count` is shown when it is not 0; `bad` makes it red; `new` marks the tab that writes."""

    word: str
    icon: str
    url: str
    here: bool
    key: str = ""
    count: int = 0
    bad: bool = False
    new: bool = False


@dataclass(frozen=True)
class Person:
    """Who is signed in. `links`: (word, address, icon) for the menu under the name."""

    name: str
    letters: str
    sign_out: str
    links: Sequence[tuple[str, str, str]] = ()


@dataclass(frozen=True)
class ClientRow:
    """`colour` 1–8; `trouble` "", "wait" or "bad", and what it is in words."""

    id: int
    name: str
    letters: str
    colour: int
    url: str
    planned: int = 0
    trouble: str = ""
    trouble_word: str = ""


@dataclass(frozen=True)
class ChannelRow:
    """One of the client's channels; `network` is its key, `network_name` what people call it."""

    network: str
    network_name: str
    name: str
    url: str
    planned: int = 0
    trouble: str = ""
    trouble_word: str = ""


@dataclass(frozen=True)
class Beat:
    """Does publishing run? tone "" (yes), "wait", "bad"; `short` for a phone."""

    word: str
    short: str
    tone: str = ""


@dataclass(frozen=True)
class Banner:
    """One line above every page, with one link if `url`. tone wait, bad, info. `more`: what a phone has no room for."""

    text: str
    tone: str = "wait"
    url: str = ""
    word: str = ""
    more: str = ""


@dataclass(frozen=True)
class Toast:
    """What just happened; `undo` is the address that takes it back by POST."""

    text: str
    undo: str = ""
    undo_fields: dict[str, str] = field(default_factory=dict)
    bad: bool = False


PLACES = (
    Place("today.show", mark("Today"), "sun", "g v"),
    Place("calendar.show", mark("Calendar"), "calendar-days", "g k"),
    Place("posts.index", mark("Posts"), "list", "g b"),
    Place("approvals.index", mark("Approvals"), "message-square-check", "g a"),
    Place("library.index", mark("Library"), "images"),
    Place("analytics.show", mark("Analytics"), "chart-column"),
    Place("reports.index", mark("Reports"), "file-text"),
)
CLIENTS = Place("clients.index", mark("Clients"), "users")
SETTINGS = Place("settings.show", mark("Settings"), "settings")
COMPOSE = Place("posts.new", mark("New"), "plus")
ON_A_PHONE = ("today.show", "calendar.show", "approvals.index", "posts.index", "clients.index")
# What rooms may hand in, and what stands there until one does. `counts`: endpoint → (number, is it bad).
PROVIDED: dict[str, Any] = {
    "member": None, "clients": (), "client": None, "channels": (), "counts": {}, "beat": None, "banners": (), "theme": "",
    "compose": "", "connect": "", "search": "",
}  # fmt: skip
CATEGORY = "toast"


def install(app: Flask) -> None:
    """Gives templates `frame` and `asset`."""
    app.extensions["frame"] = {}
    app.jinja_env.globals["asset"] = assets.address
    app.context_processor(lambda: {"frame": Frame()})


def provide(app: Flask, name: str, giver: Callable[[], Any]) -> None:
    """`giver` is asked when a page shows `name` (a key of PROVIDED), at most once a page. KeyError for another name."""
    if name not in PROVIDED:
        raise KeyError(f"the frame has no {name}")
    app.extensions["frame"][name] = giver


class Frame:
    """The one value that layout.html reads. Everything is asked when it is shown, so a bare page asks nothing."""

    def __getattr__(self, name: str) -> Any:
        """What a room handed in under that name."""
        if name not in PROVIDED:
            raise AttributeError(name)
        giver = current_app.extensions["frame"].get(name)
        value = giver() if giver else PROVIDED[name]
        setattr(self, name, value)
        return value

    @cached_property
    def nav(self) -> list[Item]:
        """The places that are there. Clients have their own list below; without one they are a place too."""
        return self._items(PLACES if self.clients else (*PLACES, CLIENTS))

    @cached_property
    def tabs(self) -> list[Item]:
        """Up to four on a phone, New in the middle; the fifth is "More"."""
        places = sorted((p for p in (*PLACES, CLIENTS) if p.endpoint in ON_A_PHONE), key=_rank)
        found = self._items(places)[: 3 if self.compose else 4]
        return [*found[:2], _new(self.compose), *found[2:]] if self.compose else found

    @cached_property
    def rest(self) -> list[Item]:
        """What is on no tab."""
        shown = {item.url for item in self.tabs}
        return [item for item in self._items((*PLACES, CLIENTS)) if item.url not in shown]

    @property
    def settings(self) -> Item | None:
        return next(iter(self._items((SETTINGS,))), None)

    @property
    def home(self) -> str:
        """Today, over all clients."""
        return next((item.url for item in self._items(PLACES[:1])), "")

    @property
    def all_clients(self) -> str:
        return next((item.url for item in self._items((CLIENTS,))), "")

    @cached_property
    def toasts(self) -> list[Toast]:
        """What the last request left to be said."""
        left: list[Any] = list(get_flashed_messages(category_filter=[CATEGORY]))
        return [Toast(**one) for one in left]

    def _items(self, places: Sequence[Place]) -> list[Item]:
        return [self._item(place) for place in places if place.endpoint in current_app.view_functions]

    def _item(self, place: Place) -> Item:
        count, bad = self.counts.get(place.endpoint, (0, False))
        here = (request.endpoint or "").partition(".")[0] == place.endpoint.partition(".")[0]
        return Item(place.word, place.icon, url_for(place.endpoint), here, place.key, count, bad)


def _rank(place: Place) -> int:
    return ON_A_PHONE.index(place.endpoint)


def _new(url: str) -> Item:
    return Item(COMPOSE.word, COMPOSE.icon, url, here=False, new=True)
