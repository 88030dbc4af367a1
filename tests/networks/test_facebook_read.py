"""Numbers of a Page on a fake Graph API: names that are dead, rights that are missing, and what is not said staying away."""

from collections.abc import Iterator
from typing import Any

import pytest

from socialq.domain.outcomes import Metrics, Published
from socialq.networks.base import AccessLost, Content, ReadFailed
from socialq.networks.facebook import NETWORK, metrics
from tests.networks.desk import KEY, send
from tests.networks.facebook_desk import account, graph
from tests.networks.fake_graph import PAGE, VERSION, FakeGraph, error
from tests.tools import graph_check

COUNTS = {
    "shares": {"count": 2},
    "comments": {"data": [], "summary": {"total_count": 3}},
    "reactions": {"data": [], "summary": {"total_count": 8}},
}
INSIGHTS = {
    "post_media_view": 120, "post_total_media_view_unique": 90, "post_clicks": 7, "post_video_views": 0,
    "post_reactions_by_type_total": {"like": 5, "love": 3}, "post_activity_by_action_type": {"share": 2},
}  # fmt: skip
ALL = {"views": 120, "reach": 90, "clicks": 7, "video_views": 0, "likes": 8, "comments": 3, "shares": 2}


@pytest.fixture
def server() -> Iterator[FakeGraph]:
    with graph() as made:
        yield made


@pytest.fixture
def post(server: FakeGraph) -> str:
    outcome = send(NETWORK, Content("hoi", key=KEY), account(server))
    assert isinstance(outcome, Published)
    server.instance.numbers = COUNTS | INSIGHTS
    server.requests.clear()
    return outcome.remote_id


def read(server: FakeGraph, *posts: str) -> dict[str, Metrics | None]:
    return NETWORK.metrics(list(posts), account(server))


def common(server: FakeGraph, post: str) -> dict[str, int]:
    found = read(server, post)[post]
    assert found is not None
    return found.common


def test_all_numbers_come_with_one_request_a_post(server: FakeGraph, post: str) -> None:
    found = read(server, post)[post]
    assert found == Metrics(ALL, {"shares": 2, "comments": 3, "reactions": 8} | INSIGHTS)
    assert len(server.requests) == 1
    assert set(ALL) | {"followers"} == NETWORK.metrics_given


@pytest.mark.parametrize("dead", [{"post_media_view"}, {"post_video_views", "post_clicks"}])
def test_a_dead_name_takes_no_other_with_it_and_is_remembered(server: FakeGraph, post: str, dead: set[str]) -> None:
    server.instance.dead = dead
    there = {name: value for name, value in ALL.items() if name not in {metrics.INSIGHTS[one] for one in dead}}
    assert common(server, post) == there
    asked = len(server.requests)
    assert asked == 2 + len(metrics.INSIGHTS)
    assert common(server, post) == there
    assert len(server.requests) == asked + 1, "dead names are not asked for again"


def test_a_page_without_insights_still_has_its_counts(server: FakeGraph, post: str) -> None:
    server.instance.dead = set(metrics.INSIGHTS)
    assert common(server, post) == {"likes": 8, "comments": 3, "shares": 2}
    assert server.url not in metrics.DEAD, "that is no proof that a name is dead"
    before = len(server.requests)
    read(server, *[post] * 1, *(f"{PAGE}_{n}" for n in ()))
    assert len(server.requests) == 2 * before


def test_without_the_right_to_count_what_others_did(server: FakeGraph, post: str) -> None:
    server.instance.denied = {"comments", "reactions"}
    found = common(server, post)
    assert found == {name: value for name, value in ALL.items() if name != "comments"}, "likes come from insights"


def test_without_the_right_to_insights(server: FakeGraph, post: str) -> None:
    server.instance.denied = {"insights"}
    assert common(server, post) == {"likes": 8, "comments": 3, "shares": 2}
    server.instance.denied = {"insights", "comments", "reactions"}
    assert common(server, post) == {"shares": 2}


def test_what_is_not_said_stays_away(server: FakeGraph, post: str) -> None:
    server.instance.numbers = {"comments": COUNTS["comments"], "post_media_view": None, "post_clicks": True}
    assert common(server, post) == {"comments": 3}
    server.instance.numbers = {}
    assert common(server, post) == {}


def test_a_post_that_is_gone(server: FakeGraph, post: str) -> None:
    assert read(server, f"{PAGE}_404", post) == {f"{PAGE}_404": None, post: read(server, post)[post]}


@pytest.mark.parametrize(
    ("code", "subcode", "kind"),
    [(190, 463, AccessLost), (10, None, AccessLost), (4, None, ReadFailed), (80001, None, ReadFailed), (2, None, ReadFailed)],
)  # fmt: skip
def test_numbers_that_cannot_be_read(
    server: FakeGraph, post: str, code: int, subcode: int, kind: type[Exception]
) -> None:
    refused = error(code, subcode, "no")
    server.behave("GET", VERSION, {"type": "status", "status": 400, "body": refused.body}, count=9)
    for read_them in (lambda: read(server, post), lambda: NETWORK.account_metrics(account(server))):
        with pytest.raises(ReadFailed) as told:
            read_them()  # type: ignore[no-untyped-call]
        assert type(told.value) is kind


@pytest.mark.parametrize("what", ["cut", "garbage", "empty"])
def test_answers_without_numbers_are_no_zeros(server: FakeGraph, post: str, what: str) -> None:
    server.behave("GET", VERSION, {"type": what}, count=9)
    with pytest.raises(ReadFailed):
        read(server, post)
    with pytest.raises(ReadFailed):
        NETWORK.account_metrics(account(server))


def test_followers(server: FakeGraph) -> None:
    found = NETWORK.account_metrics(account(server))
    assert (found.followers, found.raw) == (12, {"followers_count": 12, "fan_count": 12})


def test_only_living_names_are_asked_for() -> None:
    assert set(metrics.INSIGHTS) <= graph_check.LIVE
    assert not graph_check.LIVE & graph_check.DEAD


@pytest.mark.parametrize(
    ("link", "number"),
    [
        (f"https://www.facebook.com/{PAGE}/posts/77", f"{PAGE}_77"),
        (f"https://m.facebook.com/{PAGE}/posts/een-mooie-dag/77/?x=1", f"{PAGE}_77"),
        (f" https://www.facebook.com/{PAGE}_77 ", f"{PAGE}_77"),
        (f"https://www.facebook.com/permalink.php?story_fbid=77&id={PAGE}", f"{PAGE}_77"),
        ("https://www.facebook.com/1002/posts/77", None),
        ("https://www.facebook.com/bakkerij/posts/77", None),
        (f"https://www.facebook.com/permalink.php?story_fbid=pfbid0abc&id={PAGE}", None),
        (f"https://www.facebook.com.evil.example/{PAGE}/posts/77", None),
        (f"javascript://www.facebook.com/{PAGE}/posts/77", None),
        ("https://[www.facebook.com/1001/posts/77", None),
    ],
)
def test_links(link: str, number: str | None) -> None:
    found: Any = NETWORK.recognize(link, "", PAGE, "")
    assert (found and (found.remote_id, found.url)) == (number and (number, link.strip()))
