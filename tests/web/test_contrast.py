"""The colours of tokens.css against each other: text 4.5:1, borders of inputs and what is read as a shape 3:1, light and dark."""

import re

import pytest

from tests.structure.tree import ROOT

CSS = (ROOT / "static" / "css" / "tokens.css").read_text()
TEXT = [
    *((ink, ground) for ink in ("ink", "body", "muted") for ground in ("paper", "surface", "sunk", "hover")),
    *((tone, ground) for tone in ("accent", "good", "wait", "bad") for ground in ("paper", "surface", f"{tone}-soft")),
    ("ink", "accent-soft"), ("ink", "wait-soft"), ("ink", "bad-soft"), ("accent", "accent-soft-hover"), ("accent", "wait-soft"),
    ("accent", "bad-soft"), ("on-accent", "accent"), ("on-accent", "accent-strong"), ("on-bad", "bad"), ("on-bad", "bad-strong"),
    ("paper", "ink"), *(("on-client", f"client-{number}") for number in range(1, 9)),
]  # fmt: skip
SHAPES = [("edge", "paper"), ("edge", "surface"), ("filled", "paper"), ("wait", "wait-soft"), ("accent", "paper")]


def values(theme: str) -> dict[str, str]:
    """Name → #rrggbb. The shared ones stand in the blocks without a theme."""
    blocks = re.findall(r"(:root[^{]*)\{([^}]*)\}", CSS)
    found: dict[str, str] = {}
    for selector, body in blocks:
        if selector.strip() == ":root" or (theme == "dark" and 'data-theme="dark"' in selector):
            found |= dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", body))
    return found


def ratio(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_and_shapes_can_be_read(theme: str) -> None:
    tokens = values(theme)
    low = [
        f"{one} on {other}: {ratio(tokens[one], tokens[other]):.2f}"
        for pairs, least in ((TEXT, 4.5), (SHAPES, 3.0))
        for one, other in pairs
        if ratio(tokens[one], tokens[other]) < least
    ]
    assert low == []


def test_both_ways_into_the_dark_are_the_same() -> None:
    """By the system and by choice: CSS cannot say it once."""
    by_system, by_choice = re.findall(r'(?::not\(\[data-theme="light"\]\)|\[data-theme="dark"\]) \{([^}]*)\}', CSS)
    assert by_system.split() == by_choice.split()


def test_the_arithmetic() -> None:
    assert ratio("#000000", "#ffffff") == pytest.approx(21)
    assert ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
