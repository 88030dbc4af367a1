"""LinkedIn's "little text": characters that mean something there are escaped, else the post is cut at the first. Counts nothing."""

from urllib.parse import quote

import regex

from socialq.networks.text.shapes import HASHTAG, LINK

# Also the addresses that are written without https://: LinkedIn makes links of them, and a backslash would break them.
_BARE = regex.compile(
    r"(?<![\w@./\\-])(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+\p{L}{2,}/[^\s<>\"'()]*", regex.IGNORECASE
)
_MEANS = regex.compile(r"[\\|{}@\[\]()<>#*_~]")
_IN_LINKS = "\\|{}[]()<>*"  # what ends a text even inside a link, and means the same written as %28
_TAG = "\ue000"  # stands for the # of a hashtag for a moment: no text has it, and one that does loses it


def little(text: str) -> str:
    """As it is to be sent: a hashtag stays one, links lead where they led."""
    parts, end = [], 0
    for start, stop in _links(text):
        parts += [_escaped(text[end:start]), _quoted(text[start:stop])]
        end = stop
    return "".join([*parts, _escaped(text[end:])])


def _links(text: str) -> list[tuple[int, int]]:
    whole = [found.span() for found in LINK.finditer(text)]
    bare = [found.span() for found in _BARE.finditer(text)]
    return sorted(whole + [one for one in bare if not any(one[0] < stop and start < one[1] for start, stop in whole)])


def _escaped(text: str) -> str:
    marked = HASHTAG.sub(lambda found: _TAG + found.group()[1:], text.replace(_TAG, ""))
    return _MEANS.sub(r"\\\g<0>", marked).replace(_TAG, "#")


def _quoted(link: str) -> str:
    return "".join(quote(char, safe="") if char in _IN_LINKS else char for char in link)
