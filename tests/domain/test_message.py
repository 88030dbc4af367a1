"""Reading back never takes another post for ours, and never says absent when something is like it."""

import unicodedata
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from socialq.domain.message import RESEMBLES, Seen, Wanted, fingerprint, judge, normalise, resemblance
from socialq.domain.outcomes import Absent, Found, LookFailed, Near
from tests.domain.strategies import NOW

texts = st.text(max_size=60)
words = st.lists(st.sampled_from(["vers", "brood", "uit", "de", "oven", "vandaag", "open"]), max_size=9).map(" ".join)
ages = st.integers(-3 * 86400, 3600).map(lambda seconds: timedelta(seconds=seconds))
seen_posts = st.builds(
    Seen, st.sampled_from("abcdefgh"), words | texts, st.integers(0, 2), ages.map(lambda age: NOW + age)
)
wanted_posts = st.builds(
    Wanted, words, st.integers(0, 2), st.just(NOW), st.frozensets(st.sampled_from("abcdefgh")), st.none() | st.just("a")
)
lists = st.lists(seen_posts, max_size=6, unique_by=lambda post: post.remote_id)


@given(texts)
def test_normalising_twice_is_normalising_once(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(words)
def test_what_a_reader_cannot_see_does_not_count(text: str) -> None:
    shown = unicodedata.normalize("NFD", text.replace(" ", " \u00a0\n")).upper() + "\u200b "
    assert normalise(shown) == normalise(text)
    assert fingerprint(shown, []) == fingerprint(text, [])


@given(words, words)
def test_resemblance_is_a_share_and_has_no_direction(one: str, other: str) -> None:
    assert 0 <= resemblance(one, other) == resemblance(other, one) <= 1
    assert resemblance(one, one) == (1.0 if one else 0.0)


def test_a_fingerprint_tells_text_from_media_and_order() -> None:
    several = [("a", []), ("a", ["b"]), ("a\0b", []), ("a", ["b", "c"]), ("a", ["c", "b"])]
    found = [fingerprint(text, media) for text, media in several]
    assert len(set(found[1:2] + found[3:] + found[:1])) == 4


@given(lists, wanted_posts, st.booleans())
def test_found_is_exactly_one_free_equal_post_not_from_before(seen: list[Seen], wanted: Wanted, complete: bool) -> None:
    look = judge(seen, wanted, complete=complete)
    if isinstance(look, Found):
        (ours,) = [post for post in seen if post.remote_id == look.remote_id]
        assert normalise(ours.text) == normalise(wanted.text)
        assert ours.media == wanted.media
        assert ours.remote_id not in wanted.taken
        assert ours.created_at >= NOW - timedelta(minutes=10)


@given(lists, wanted_posts, st.booleans())
def test_absent_needs_a_complete_look_with_nothing_like_it(seen: list[Seen], wanted: Wanted, complete: bool) -> None:
    look = judge(seen, wanted, complete=complete)
    if isinstance(look, Absent):
        assert complete
        assert wanted.known is None or wanted.known in {post.remote_id for post in seen}
        recent = [p for p in seen if p.remote_id not in wanted.taken and p.created_at >= NOW - timedelta(hours=26)]
        assert all(resemblance(p.text, wanted.text) < RESEMBLES for p in recent)


@given(lists, wanted_posts)
def test_an_incomplete_look_never_says_absent_or_near_by_likeness(seen: list[Seen], wanted: Wanted) -> None:
    look = judge(seen, wanted, complete=False)
    assert isinstance(look, Found | LookFailed) or (isinstance(look, Near) and "more than one" in look.reason)


@given(words.filter(bool), st.integers(0, 2), st.integers(-300, 3600))
def test_our_own_post_is_found_among_old_and_foreign_ones(text: str, media: int, seconds: int) -> None:
    ours = Seen("ours", text.upper() + " ", media, NOW + timedelta(seconds=seconds), "https://example.org/ours")
    old = Seen("old", text, media, NOW - timedelta(days=2))
    foreign = Seen("foreign", "heel iets anders", 0, NOW)
    assert judge([foreign, ours, old], Wanted(text, media, NOW), complete=True) == Found("ours", ours.url)


def test_two_candidates_a_mangled_text_and_an_earlier_copy_ask() -> None:
    wanted = Wanted("Vers brood uit de oven", 0, NOW)
    twice = [Seen("1", wanted.text, 0, NOW), Seen("2", wanted.text, 0, NOW)]
    mangled = [Seen("1", "Vers brood uit de oven https://t.example/x", 0, NOW)]
    earlier = [Seen("1", wanted.text, 0, NOW - timedelta(hours=3))]
    for seen in (twice, mangled, earlier):
        assert isinstance(judge(seen, wanted, complete=True), Near)


def test_pictures_without_words_are_compared_by_their_count() -> None:
    wanted = Wanted("", 2, NOW)
    assert isinstance(judge([Seen("1", "Open!", 2, NOW)], wanted, complete=True), Near)
    assert isinstance(judge([Seen("1", "Open!", 1, NOW)], wanted, complete=True), Absent)
    assert isinstance(judge([Seen("1", "", 2, NOW)], wanted, complete=True), Found)
