"""The ways in which networks count a text. A network names its way in its limits; nothing is counted anywhere else."""

from collections.abc import Callable
from typing import Literal

import regex

from socialq.networks.text.shapes import CHARACTER, count, graphemes
from socialq.networks.text.x import INVALID, weighted

Way = Literal["characters", "fediverse", "x", "utf16", "threads", "points", "bytes"]
_EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3")


def size(text: str, way: Way, link: int | None = None) -> int:
    """How long the text is. `link`: every link counts so many, where the way knows links."""
    return _WAYS[way](text, link)


def refused(text: str, way: Way) -> str:
    """Characters in it that make a network refuse the whole text, each once."""
    return "".join(dict.fromkeys(char for char in text if char in INVALID)) if way == "x" else ""


def utf16(text: str) -> int:
    """Code units, as JavaScript and Java count: never less than any count of characters."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def octets(text: str) -> int:
    """UTF-8 bytes."""
    return len(text.encode("utf-8", "surrogatepass"))


def threads(text: str) -> int:
    """Code points, but an emoji as the bytes that it has in UTF-8."""
    parts = (found.group() for found in CHARACTER.finditer(text))
    return sum(octets(part) if _EMOJI.search(part) else len(part) for part in parts)


_WAYS: dict[Way, Callable[[str, int | None], int]] = {
    "characters": lambda text, _link: graphemes(text),
    "fediverse": count,
    "x": weighted,
    "utf16": lambda text, _link: utf16(text),
    "threads": lambda text, _link: threads(text),
    "points": lambda text, _link: len(text),
    "bytes": lambda text, _link: octets(text),
}
