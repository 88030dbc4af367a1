"""Counting agrees with what a reader sees, and never counts less than a server would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialq.networks.text import count, graphemes, hashtags, links, mentions, without_hosts

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
FLAG = "\U0001f1f3\U0001f1f1"
WORDS = st.lists(st.sampled_from([*"abc éï🙂\n", "e\u0301", FAMILY, FLAG, "👍🏽"]), max_size=40).map("".join)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("", 0),
        ("abc", 3),
        ("e\u0301", 1),
        (FAMILY, 1),
        (FLAG + FLAG, 2),
        ("👍🏽", 1),
        ("a\r\nb", 3),
        ("1\ufe0f\u20e3", 1),
    ],
)
def test_characters_are_what_a_reader_sees(text: str, size: int) -> None:
    assert graphemes(text) == size


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see https://example.com/a?b=c#d.", ["https://example.com/a?b=c#d"]),
        ("(https://example.com/wiki/Foo_(bar))", ["https://example.com/wiki/Foo_(bar)"]),
        ("HTTP://EXAMPLE.com, http://b.example/x!", ["HTTP://EXAMPLE.com", "http://b.example/x"]),
        ("https://bücher.example/straße", ["https://bücher.example/straße"]),
        ("https://example.com:8080/x", ["https://example.com:8080/x"]),
        ("example.com ftp://example.com https://localhost http://", []),
        ("xhttps://example.com", []),
    ],
)
def test_links(text: str, found: list[str]) -> None:
    assert links(text) == found


def test_mentions_and_hashtags() -> None:
    text = "Hoi @vera en @stan@mastodon.social! #één #2026 #c3 mail@example.com https://example.com/@nadia#top"
    assert mentions(text) == ["@vera", "@stan@mastodon.social"]
    assert hashtags(text) == ["één", "c3"]
    assert without_hosts(text) == text.replace("@stan@mastodon.social", "@stan")


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("https://example.com/" + "x" * 200, 23),
        ("http://a.nl", 23),
        ("hoi @stan@mastodon.social", 9),
        (f"{FAMILY} https://example.com. @vera@a.example #één", 1 + 1 + 23 + 1 + 1 + 5 + 1 + 4),
    ],
)
def test_counted_as_mastodon_counts(text: str, size: int) -> None:
    assert count(text, 23) == size


@given(WORDS, WORDS)
def test_a_link_counts_the_same_however_long(before: str, after: str) -> None:
    short, long = "https://a.nl", "https://example.com/" + "x" * 100
    assert count(f"{before} {short} {after}", 23) == count(f"{before} {long} {after}", 23)
    assert count(f"{before} {long} {after}", 23) == count(f"{before} ", 23) + 23 + count(f" {after}", 23)


@given(WORDS)
def test_without_links_and_mentions_a_text_counts_its_characters(text: str) -> None:
    assert count(text, 23) == count(text) == graphemes(text)


@given(st.text(max_size=200))
def test_any_text_is_counted(text: str) -> None:
    assert 0 <= count(text) <= graphemes(text)
    assert count(text, 23) <= graphemes(text) + 23 * len(links(text))
