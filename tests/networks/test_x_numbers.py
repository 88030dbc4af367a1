"""Numbers from a fake X: both vocabularies, young and old posts, gone ones, and what X does not say."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from socialq import clock
from socialq.domain.outcomes import Metrics
from socialq.networks.base import AccessLost, ReadFailed
from socialq.networks.x import NETWORK
from tests.networks.fake_x import ME, FakeX
from tests.networks.recordings.x import status
from tests.networks.x_desk import POSTS, account, fake_x

COUNTS = {
    "retweet_count": 3, "reply_count": 2, "like_count": 10, "quote_count": 1, "bookmark_count": 4, "impression_count": 90,
}  # fmt: skip
COMMON = {"shares": 4, "comments": 2, "likes": 10, "saves": 4, "views": 90}
GONE = "1880000000000000000"


@pytest.fixture
def server() -> Iterator[FakeX]:
    with fake_x() as made:
        yield made


def put(server: FakeX, days: float, media: int = 0, **more: Any) -> str:
    made = server.instance.posts.add("hoi", clock.host_now() - timedelta(days=days), [str(n) for n in range(media)], ME)
    made |= {"counts": dict(COUNTS), **more}
    return str(made["id"])


@pytest.mark.parametrize("new", [False, True])
@pytest.mark.parametrize("fields", ["tweet.fields", "post.fields"])
def test_both_vocabularies_give_the_same_numbers(server: FakeX, new: bool, fields: str) -> None:
    server.instance.posts.new_names, server.instance.posts.fields = new, fields
    young, old = put(server, 1), put(server, 40)
    found = NETWORK.metrics([young, old, GONE], account(server))
    assert found.keys() == {young, old, GONE}
    assert found[GONE] is None
    assert found[young] is not None and found[young].common == COMMON | {"clicks": 2}
    assert found[old] is not None and found[old].common == COMMON
    raw = found[young].raw
    assert raw["repost_count" if new else "retweet_count"] == 3
    assert (raw["engagements"], raw["user_profile_clicks"], raw["url_link_clicks"]) == (5, 1, 2)


def test_likes_alone(server: FakeX) -> None:
    one = put(server, 1, counts={"like_count": 5}, own={})
    assert NETWORK.metrics([one], account(server)) == {one: Metrics({"likes": 5}, {"like_count": 5})}


def test_zero_is_a_number_and_absent_is_none(server: FakeX) -> None:
    one = put(server, 1, counts={"like_count": 0, "reply_count": None, "quote_count": True}, own={})
    assert NETWORK.metrics([one], account(server)) == {one: Metrics({"likes": 0}, {"like_count": 0})}


def test_how_often_a_video_was_seen(server: FakeX) -> None:
    one = put(server, 1, media=1, views=33)
    found = NETWORK.metrics([one], account(server))[one]
    assert found is not None
    assert found.common["video_views"] == found.raw["view_count"] == 33


def test_a_hundred_posts_are_one_request(server: FakeX) -> None:
    ids = [put(server, 1) for _ in range(150)]
    assert len(NETWORK.metrics(ids, account(server))) == 150
    assert server.requests == [("GET", POSTS)] * 2


def test_only_young_posts_are_asked_for_what_only_the_account_may_know(server: FakeX) -> None:
    ids = [put(server, 29.9), put(server, 30.1)]
    found = NETWORK.metrics(ids, account(server))
    assert [("clicks" in one.common) for one in found.values() if one] == [True, False]
    assert server.requests == [("GET", POSTS)] * 2
    NETWORK.metrics(ids[1:], account(server))
    assert server.requests == [("GET", POSTS)] * 3


def test_an_answer_emptied_for_one_field_is_asked_again_without_it(server: FakeX) -> None:
    one = put(server, 1)
    errors = [
        {
            "resource_id": one,
            "type": "https://api.x.com/2/problems/not-authorized-for-field",
            "detail": "no",
            "title": "x",
        }
    ]
    server.behave("GET", POSTS, status(200, {"errors": errors, "meta": {"result_count": 0}}))
    found = NETWORK.metrics([one], account(server))[one]
    assert found is not None
    assert found.common == COMMON


def test_what_x_says_nothing_about_is_left_out(server: FakeX) -> None:
    server.behave("GET", POSTS, status(200, {"meta": {}}), 2)
    assert NETWORK.metrics(["5"], account(server)) == {}


def test_a_refused_token_and_what_cannot_be_read(server: FakeX) -> None:
    one = put(server, 1)
    server.behave("GET", POSTS, status(401, {"detail": "Unauthorized"}))
    with pytest.raises(AccessLost):
        NETWORK.metrics([one], account(server))
    for effect in (
        status(429, {}),
        status(402, {}),
        status(503, {}),
        {"type": "garbage"},
        {"type": "cut"},
        {"type": "empty"},
    ):
        server.behave("GET", POSTS, effect)
        with pytest.raises(ReadFailed):
            NETWORK.metrics([one], account(server))


@pytest.mark.parametrize("new", [False, True])
def test_followers(server: FakeX, new: bool) -> None:
    server.instance.posts.new_names = new
    found = NETWORK.account_metrics(account(server))
    assert found.followers == 7
    assert found.raw["post_count" if new else "tweet_count"] == 0
    server.behave("GET", "/2/users/me", status(200, {"data": {"id": ME}}))
    assert NETWORK.account_metrics(account(server)).followers is None
    server.behave("GET", "/2/users/me", status(401, {}))
    with pytest.raises(AccessLost):
        NETWORK.account_metrics(account(server))
