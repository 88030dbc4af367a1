"""What is declared is all that decides: texts at the edge, alt texts, hashtags, and what a server said of itself."""

from dataclasses import replace
from pathlib import Path

import pytest

from socialq.networks.base import Attachment, Content, Limits, discover
from socialq.networks.problems import problems
from socialq.networks.text.ways import _WAYS as WAYS
from socialq.networks.text.ways import Way, size
from tests.networks.texts import some

X = Limits(280, counted="x", url_characters=23, gifs=1, alt_characters=1000)
LINKEDIN = Limits(3000, counted="utf16", images=20)
THREADS = Limits(500, counted="threads", images=20, mixed=True)
INSTAGRAM = Limits(2200, counted="utf16", hashtags=30, mentions=20, needs_media=True, image_types=("image/jpeg",))


def picture(alt: str = "", kind: str = "image/jpeg") -> Attachment:
    return Attachment(Path("a"), kind, alt, width=800, height=800, size=1000)


def said(post: Content, limits: Limits) -> list[str]:
    return [str(one) for one in problems(post, limits, "It")]


@pytest.mark.parametrize("way", WAYS)
def test_the_edge(way: Way) -> None:
    """As long as the network takes: nothing. One more: the count."""
    for text in some(seed=3, number=60):
        if text.strip() and "\ufeff" not in text and "\uffff" not in text:
            long = size(text, way, 23)
            limits = Limits(long, counted=way, url_characters=23)
            assert said(Content(text), limits) == []
            one_less = replace(limits, characters=long - 1)
            assert said(Content(text), one_less) == [f"The text has {long} characters, It takes {long - 1}."]


def test_each_network_by_its_way() -> None:
    assert said(Content("字" * 140), X) == []
    assert said(Content("字" * 141), X) == ["The text has 282 characters, It takes 280."]
    assert said(Content("x" * 257 + " https://example.com/" + "y" * 300), X) == [
        "The text has 281 characters, It takes 280."
    ]
    (unseen,) = said(Content("a\ufeffb"), X)
    assert "U+FEFF" in unseen
    assert said(Content("🙂" * 125), THREADS) == []
    assert said(Content("🙂" * 126), THREADS) == ["The text has 504 characters, It takes 500."]
    assert said(Content("🙂" * 1501), LINKEDIN) == ["The text has 3002 characters, It takes 3000."]


def test_what_a_text_may_name_and_need() -> None:
    tags = " ".join(f"#tag{number}" for number in range(31)) + " @vera" * 21
    assert said(Content(tags), INSTAGRAM) == [
        "It takes no text alone: add a picture or a video.",
        "The text has 31 hashtags, It takes 30.",
        "The text names 21 accounts, It takes 20.",
    ]
    assert said(Content("hoi", (picture(),)), INSTAGRAM) == []
    assert said(Content(" "), Limits(10, needs_media=True)) == ["There is neither text nor a picture."]
    assert said(Content("", (picture(),)), X) == []


def test_alt_texts_are_counted_by_kind() -> None:
    video = Limits(10, videos=1, mixed=True, alt_characters=3, alt_counted="characters", video_bytes=10_000)
    files = (picture("👩‍👩‍👧" * 4), picture("👩‍👩‍👧" * 3), picture("abcd", "video/mp4"))
    assert said(Content("a", files), video) == [
        "The description of picture 1 has 4 characters, It takes 3.",
        "The description of video 1 has 4 characters, It takes 3.",
    ]


def test_what_a_server_said_replaces_what_is_declared() -> None:
    found = {"characters": 1000, "media": 6, "media_types": ["image/png"], "image_ratio": [0.8, 1.91], "unknown": 1}
    limits = Limits(500, counted="fediverse").updated(found)
    assert limits == Limits(1000, counted="fediverse", images=6, image_types=("image/png",), image_ratio=(0.8, 1.91))


@pytest.mark.parametrize("key", discover())
def test_every_network_names_a_way_there_is(key: str) -> None:
    limits = discover()[key].limits
    assert {limits.counted, limits.alt_counted} <= set(WAYS)
    assert limits.size("") == 0
