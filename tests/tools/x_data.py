"""Writes socialq/networks/text/x_data.py from npm twitter-text and its emoji parser: `python -m tests.tools.x_data > …/x_data.py`."""

import re
import textwrap
from collections.abc import Iterable
from pathlib import Path

MODULES = Path(__file__).parents[2] / "node_modules"
DOMAINS = MODULES / "twitter-text" / "dist" / "esm" / "regexp"
EMOJI = MODULES / "twemoji-parser" / "dist" / "lib" / "regex.js"
HEAD = '''"""What X takes for the end of a domain and for an emoji. Written by tests/tools/x_data.py, not by hand.

From npm twitter-text 3.1.0 (Apache-2.0) and twemoji-parser 11.0.2 (MIT), both of Twitter Inc.; EMOJI is over UTF-16 units."""
'''
WIDTH = 100


def domains() -> list[str]:
    """Top-level domains, generic ones first, in the order of the pattern."""
    found: list[str] = []
    for name in ("validGTLD", "validCCTLD"):
        inside = "".join(re.findall(r"'([^']*)'", (DOMAINS / f"{name}.js").read_text("utf-8").split("RegExp(", 1)[1]))
        found += inside.removeprefix("(?:(?:").split(")(?=", 1)[0].split("|")
    return found


def emoji() -> str:
    """The pattern, in ASCII."""
    (pattern,) = re.findall(r"exports\.default = /(.*)/g;", EMOJI.read_text("utf-8"))
    return "".join(char if char.isascii() else f"\\u{ord(char):04x}" for char in pattern)


def written() -> str:
    """The module's text."""
    ascii_names = [one for one in domains() if one.isascii()]
    others = [one for one in domains() if not one.isascii()]
    return "\n".join(
        [
            HEAD,
            _words("DOMAINS", ascii_names),
            "",
            _words("DOMAINS_BESIDES", others),
            "",
            _pattern("EMOJI", emoji()),
            "",
        ]
    )


def _words(name: str, words: Iterable[str]) -> str:
    lines = textwrap.wrap(" ".join(words), 60 if "BESIDES" in name else WIDTH, break_on_hyphens=False)
    return "\n".join([f"{name} = (", *(f'    "{line} "' for line in lines), ")"])


def _pattern(name: str, pattern: str) -> str:
    pieces = re.findall(r"\\u[0-9a-f]{4}|.", pattern)
    lines, line = [], ""
    for piece in pieces:
        if len(line) + len(piece) > WIDTH:
            lines, line = [*lines, line], ""
        line += piece
    return "\n".join([f"{name} = (", *(f'    r"{one}"' for one in [*lines, line]), ")"])


if __name__ == "__main__":
    print(written(), end="")
