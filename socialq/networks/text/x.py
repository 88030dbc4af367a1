"""Length as X counts it (twitter-text, version 3): most of Latin counts 1, an emoji and the rest 2, every link the same."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from socialq.networks.text.x_data import EMOJI
from socialq.networks.text.x_links import links, units

LINK = 23
MOST = 280
INVALID = "\ufffe\ufeff\uffff"
_NARROW = ((0, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))


@dataclass(frozen=True)
class Weighed:
    """`fits`: not empty, not too long, and no character that X refuses; `end` is the last UTF-16 unit that still fits."""

    length: int
    fits: bool
    end: int


def weigh(text: str, most: int = MOST, link: int = LINK) -> Weighed:
    """The whole text; what is typed is composed first (NFC)."""
    composed = units(unicodedata.normalize("NFC", text))
    spans = dict(links(composed))
    emoji = {found.start(): len(found.group()) for found in _emoji().finditer(composed)}
    length = place = end = 0
    invalid = False
    while place < len(composed):
        if size := spans.get(place):
            length += link
        elif size := emoji.get(place):
            length += 2
        else:
            size = 2 if _pair(composed, place) else 1
            length += 1 if size == 1 and _narrow(composed[place]) else 2
        place += size
        invalid = invalid or composed[place - 1 : place] in INVALID
        if not invalid and length <= most:
            end = place - 1
    return Weighed(length, not invalid and 0 < length <= most, end + len(units(text)) - len(composed))


@lru_cache(maxsize=1)
def _emoji() -> re.Pattern[str]:
    return re.compile(EMOJI)


def weighted(text: str, link: int | None = None) -> int:
    """What the counter shows."""
    return weigh(text, link=link or LINK).length


def linked(text: str) -> list[tuple[int, int]]:
    """Start and length of what X makes a link, with https:// or without; in units of UTF-16."""
    return list(links(units(unicodedata.normalize("NFC", text))))


def _pair(text: str, place: int) -> bool:
    return "\ud800" <= text[place] <= "\udbff" and "\udc00" <= text[place + 1 : place + 2] <= "\udfff"


def _narrow(char: str) -> bool:
    return any(first <= ord(char) <= last for first, last in _NARROW)
