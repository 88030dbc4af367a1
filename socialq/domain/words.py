"""Text as people type or paste it, made fit to be stored: line ends made one, what no database and no network takes refused."""

import re

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85]")
_UNFIT = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")


def storable(text: str, what: str) -> str:
    """The text with "\\n" as its only line end; emoji, joiners and writing direction stay as they are.

    ValueError, in a sentence for a person, on control characters (NUL too) and on halves of characters."""
    text = line_ends(text)
    if found := _UNFIT.search(text):
        where = text[: found.start()].count("\n") + 1
        kind = "half a character" if found[0] >= "\ud800" else f"a control character (U+{ord(found[0]):04X})"
        raise ValueError(
            f"{what} holds {kind} in line {where} that cannot be stored: remove it or type that word again."
        )
    return text


def line_ends(text: str) -> str:
    """The text with "\n" as its only line end: browsers send two characters."""
    return _LINE_ENDS.sub("\n", text)


def one_line(text: str, what: str, longest: int) -> str:
    """A name: storable, white space folded, 1 to `longest` characters. ValueError, in a sentence for a person."""
    text = " ".join(storable(text, what).split())
    if not text:
        raise ValueError(f"{what} is empty: type one.")
    if len(text) > longest:
        raise ValueError(f"{what} has {len(text)} characters: at most {longest}.")
    return text
