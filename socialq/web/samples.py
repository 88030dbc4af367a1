"""Made-up clients and a made-up day for the style guide: eight clients of a Dutch VA on the first of December. Reads no database."""

from types import SimpleNamespace
from typing import Any

from socialq.services.i18n import Words
from socialq.web.frame import (
    CLIENTS,
    PLACES,
    SETTINGS,
    Banner,
    Beat,
    ChannelRow,
    ClientRow,
    Frame,
    Item,
    Person,
    Place,
    Toast,
)
from socialq.web.marks import letters

NAMES = (
    "De Korenaar",
    "Fysio Oosterpark",
    "De Linde",
    "Van Dam & Ruiter",
    "Kapsalon Noor",
    "Atelier Bos",
    "Rijschool Vooruit",
    "Vera Smit",
)
LETTERS = ("DK", "FO", "TL", "VR", "KN", "AB", "RV", "VS")
PLANNED = (25, 14, 19, 11, 16, 8, 9, 7)
COUNTS = {"today.show": (3, True), "approvals.index": (2, False), "reports.index": (3, False)}
NETWORKS = {
    "instagram": "Instagram", "facebook": "Facebook", "linkedin": "LinkedIn", "x": "X", "mastodon": "Mastodon", "bluesky": "Bluesky",
    "threads": "Threads", "pinterest": "Pinterest", "tiktok": "TikTok", "youtube": "YouTube",
}  # fmt: skip
CELLS = "fffff.fffwef.e f.ff..f.fe..e. ..ffff.ffwwe.f w.w...w.w.w..w .ff.f..ff.f.ff ..w.w..e..e..e w.f..e.f.e...f .f...f..f...f."
CELL = {"f": "filled", "w": "waits", "e": "free", ".": "none"}


class SampleFrame(Frame):
    """The frame with nothing asked from anybody. `first`: as somebody sees it who has no client yet."""

    def __init__(self, words: Words, *, first: bool, theme: str, toast: bool) -> None:
        self.theme = theme
        self.clients = [] if first else clients(words)
        self.client = None
        self.channels: tuple[ChannelRow, ...] = ()
        self.counts = {} if first else COUNTS
        self.member = Person("Vera Smit", "VS", "#", [(words.text("Your account"), "#", "user")])
        self.beat = Beat(words.text("Publishing runs, last sign %(time)s", time="10:24"), words.text("Running"))
        self.banners = (
            [
                Banner(
                    words.text("No mail can leave yet: nobody set a mail server."),
                    "wait",
                    "#",
                    words.text("Set up mail"),
                )
            ]
            if first
            else []
        )
        self.compose, self.connect, self.search = "#", "#", "#"
        self.__dict__["toasts"] = (
            [Toast(words.text("Moved to Thu 3 Dec, 17:00 (Amsterdam)."), undo="#")] if toast else []
        )

    def _items(self, places: Any) -> list[Item]:
        wanted: tuple[Place, ...] = tuple(places)
        return [self._sample(place) for place in wanted if place in (*PLACES, CLIENTS, SETTINGS)]

    def _sample(self, place: Place) -> Item:
        count, bad = self.counts.get(place.endpoint, (0, False))
        return Item(place.word, place.icon, f"#{place.endpoint}", place is PLACES[0], place.key, count, bad)


def clients(words: Words) -> list[ClientRow]:
    """The eight; the second has a channel that is not connected."""
    rows = []
    for number, (name, mark, planned) in enumerate(zip(NAMES, LETTERS, PLANNED, strict=True), start=1):
        trouble = "bad" if number == 2 else ""
        told = words.text("%(network)s is not connected", network="LinkedIn") if trouble else ""
        rows.append(ClientRow(number, name, mark, number, "#", planned, trouble, told))
    return rows


def day(words: Words) -> SimpleNamespace:
    """What the templates of the style guide show."""
    everybody = clients(words)
    return SimpleNamespace(
        clients=everybody,
        networks=list(NETWORKS.items()),
        rows=[_row(words, everybody, *line) for line in TIMELINE],
        days=[(d, n, f"{n} december") for n, d in enumerate("wdvzzmdwdvzzmd", start=2)],
        matrix=[_matrix_row(words, client, cells) for client, cells in zip(everybody, CELLS.split(), strict=True)],
        letters=letters,
    )


# time, client, text, networks (a capital failed), kind, done
TIMELINE = (
    ("07:30", 0, "De eerste banketstaven van december liggen in de winkel", "If", "unknown", False),
    ("08:00", 1, "Stijve nek na een dag thuiswerken? Drie oefeningen voor bij het koffieapparaat", "f", "published", True),
    ("09:00", 3, "Ontslag op staande voet: wat mag je werkgever, en wat niet", "lx", "published", True),
    ("09:15", 2, "Nordmann of fijnspar? Zo kies je de boom die het tot Driekoningen uithoudt", "Fi", "partly", False),
    ("10:00", 4, "Nog vier plekken vrij voor de kerst, bel of boek in de agenda", "i", "late", True),
    ("12:00", 0, "Lunch: erwtensoep met roggebrood, tot het op is", "if", "scheduled", False),
    ("12:15", 1, "Hoe zit je werkplek? Vijf vragen aan je bureaustoel", "L", "disconnected", False),
    ("17:30", 5, "Uit de oven: de eerste serie winterkommen", "i", "waits", False),
)  # fmt: skip
KEYS = {"i": "instagram", "f": "facebook", "l": "linkedin", "x": "x"}


def _row(
    words: Words, everybody: list[ClientRow], time: str, who: int, text: str, nets: str, kind: str, done: bool
) -> SimpleNamespace:
    networks = [(KEYS[net.lower()], NETWORKS[KEYS[net.lower()]], net.isupper()) for net in nets]
    return SimpleNamespace(
        time=time, client=everybody[who], text=text, networks=networks, kind=kind, word=said(words)[kind], done=done
    )


def _matrix_row(words: Words, client: ClientRow, cells: str) -> tuple[Any, ...]:
    names = {
        "f": words.text("planned"),
        "w": words.text("waits for approval"),
        "e": words.text("free slot"),
        ".": words.text("no slot"),
    }
    free = cells.count("e")
    told = words.text("%(n)s free", n=words.number(free)) if free else words.text("full")
    return client, [(CELL[one], names[one], "#" if one == "e" else "") for one in cells], told, bool(free)


def said(words: Words) -> dict[str, str]:
    """One sentence for each kind of state."""
    return {
        "draft": words.text("Draft"),
        "waits": words.text("Waiting for %(name)s", name="Nadia"),
        "change": words.text("%(name)s wants a change", name="Nadia"),
        "question": words.text("%(name)s has a question", name="Karim"),
        "approved": words.text("Approved, no time yet"),
        "scheduled": words.text("Scheduled"),
        "publishing": words.text("Publishing"),
        "processing": words.text("%(network)s is processing the video", network="Instagram"),
        "deferred": words.text("Waiting: %(network)s asks for a pause until %(time)s", network="X", time="10:40"),
        "published": words.text("Published"),
        "late": words.text("Published, %(span)s late", span="4 min"),
        "partly": words.text("%(network)s failed", network="Facebook"),
        "failed": words.text("Not published"),
        "missed": words.text("Missed its slot, not published"),
        "unknown": words.text("Check %(network)s", network="Instagram"),
        "disconnected": words.text("%(network)s not connected", network="LinkedIn"),
        "expires": words.text("Expires in %(span)s", span="6 d"),
        "held": words.text("On hold"),
        "withdrawn": words.text("Withdrawn"),
        "works": words.text("Works"),
        "paused": words.text("Paused"),
    }  # fmt: skip
