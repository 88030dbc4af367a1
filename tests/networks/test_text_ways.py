"""Each way of counting, and LinkedIn's escaping."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialq.networks.text import Way, little, refused, size
from socialq.networks.text.shapes import LINK
from tests.networks.texts import some

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
TEXT = f"Hoi {FAMILY}! é https://example.com/een/lange/link @stan@mastodon.social"
LINK_LONG, WHOLE, SHORT = 34, " @stan@mastodon.social", " @stan"
SIZES: dict[Way, int] = {
    "characters": 4 + 1 + 4 + LINK_LONG + len(WHOLE),
    "fediverse": 4 + 1 + 4 + 23 + len(SHORT),
    "x": 4 + 2 + 4 + 23 + len(WHOLE),
    "points": 4 + 5 + 4 + LINK_LONG + len(WHOLE),
    "utf16": 4 + 8 + 4 + LINK_LONG + len(WHOLE),
    "threads": 4 + 18 + 4 + LINK_LONG + len(WHOLE),
    "bytes": 4 + 18 + 5 + LINK_LONG + len(WHOLE),
}


@pytest.mark.parametrize("way", SIZES)
def test_ways(way: Way) -> None:
    assert size(TEXT, way, 23) == SIZES[way]
    assert size("", way) == 0


@pytest.mark.parametrize(
    ("text", "long"),
    [("🙂", 4), ("👍🏽", 8), ("🇳🇱", 8), ("1\ufe0f\u20e3", 7), ("❤️", 6), ("1#*", 3), ("é字", 2), ("e\u0301", 2)],
)
def test_threads_counts_emoji_as_bytes(text: str, long: int) -> None:
    assert size(text, "threads") == long


@given(st.text())
def test_how_the_ways_compare(text: str) -> None:
    assert size(text, "characters") <= size(text, "points") <= size(text, "utf16") <= size(text, "bytes")
    assert size(text, "points") <= size(text, "threads") <= size(text, "bytes")
    assert size(text, "fediverse") <= size(text, "characters")


def test_what_makes_x_refuse_a_text() -> None:
    assert refused("a\ufeffb\uffffc\ufeff", "x") == "\ufeff\uffff"
    assert refused("a\ufeff", "fediverse") == refused("ab", "x") == ""


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("Nieuw (en warm)!", r"Nieuw \(en warm\)!"),
        ("#één en # twee, c#, #2026", r"#één en \# twee, c\#, \#2026"),
        ("#een_twee", r"#een\_twee"),
        ("vera@example.com, @vera", r"vera\@example.com, \@vera"),
        (r"a\b|c{d}[e]<f>*g*~h~_i_", r"a\\b\|c\{d\}\[e\]\<f\>\*g\*\~h\~\_i\_"),
        ("zie https://example.com/a_b#c.", "zie https://example.com/a_b#c."),
        ("(https://example.com/Foo_(bar))", r"\(https://example.com/Foo_%28bar%29\)"),
        ("nu.nl/a_b en www.example.com/~vera", "nu.nl/a_b en www.example.com/~vera"),
        ("", ""),
    ],
)
def test_little_text(text: str, sent: str) -> None:
    assert little(text) == sent


def test_nothing_that_means_something_is_left_bare() -> None:
    """Read as LinkedIn reads it, all of the text is there; only links have their brackets written otherwise."""
    for text in some(11, 2000):
        sent = little(text)
        bare = re.sub(r"\\[\\|{}@\[\]()<>#*_~]", "", sent)
        assert not re.search(r"[\\|{}\[\]()<>*]", bare), (text, sent)
        if not LINK.search(text) and "/" not in text:
            assert re.sub(r"\\(.)", r"\1", sent) == text
