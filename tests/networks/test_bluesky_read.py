"""Reading back, counting and shrinking: what Bluesky does not say stays unsaid."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from socialq.domain.message import Wanted
from socialq.domain.outcomes import Absent, Found, Look, LookFailed, Metrics, Prepared, Published
from socialq.networks.base import AccessLost, Attachment, ReadFailed
from socialq.networks.bluesky import NETWORK
from tests.networks.bluesky_desk import AT, account, post
from tests.networks.desk import picture, prepared
from tests.networks.fake_bluesky import FakeBluesky
from tests.networks.fake_repo import HANDLE

GET_RECORD = "/xrpc/com.atproto.repo.getRecord"
GET_POSTS = "/xrpc/app.bsky.feed.getPosts"


@pytest.fixture
def server() -> Iterator[FakeBluesky]:
    made = FakeBluesky().start()
    yield made
    made.stop()


def look(server: FakeBluesky, ready: Prepared) -> Look:
    return NETWORK.find(ready, Wanted("anders", 3, AT), account(server))


def test_found_and_absent_are_exact(server: FakeBluesky) -> None:
    ready = prepared(NETWORK, post(), account(server))
    assert isinstance(look(server, ready), Absent)
    outcome = NETWORK.publish(ready, account(server))
    assert isinstance(outcome, Published)
    assert look(server, ready) == Found(outcome.remote_id, outcome.url)
    assert outcome.url == f"https://bsky.app/profile/{HANDLE}/post/{ready.identity}"
    assert NETWORK.repeatable(ready, AT, AT + timedelta(days=900))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"error": "InvalidRequest"}), (404, "no"), (502, {"error": "UpstreamFailure"}), (401, {"error": "AuthMissing"}),
        (200, {}), (200, {"uri": "at://elsewhere"}), (400, {"error": "RepoNotFound"}), (500, {"error": "RecordNotFound"}),
    ],
)  # fmt: skip
def test_any_other_answer_is_no_look(server: FakeBluesky, status: int, body: object) -> None:
    ready = prepared(NETWORK, post(), account(server))
    server.behave("GET", GET_RECORD, {"type": "status", "status": status, "body": body})
    assert isinstance(look(server, ready), LookFailed)
    server.behave("GET", GET_RECORD, {"type": "cut"})
    assert isinstance(look(server, ready), LookFailed)
    assert isinstance(look(server, Prepared("", {})), LookFailed)


def test_numbers_come_25_at_a_time(server: FakeBluesky) -> None:
    ids = []
    for number in range(26):
        ready = prepared(NETWORK, post(f"nummer {number}", key=f"{number:032}"), account(server))
        outcome = NETWORK.publish(ready, account(server))
        assert isinstance(outcome, Published)
        ids.append(outcome.remote_id)
    server.instance.counts = {"likeCount": 3, "repostCount": 2, "replyCount": 1, "quoteCount": 4, "bookmarkCount": 5}
    server.requests.clear()
    found = NETWORK.metrics([*ids, "gone"], account(server))
    assert server.paths() == ["getPosts", "getPosts"]
    assert found["gone"] is None
    expected = Metrics({"likes": 3, "comments": 1, "shares": 6, "saves": 5}, server.instance.counts)
    assert [found[one] for one in ids] == [expected] * 26
    server.instance.counts = {"likeCount": 0, "replyCount": -1, "repostCount": True}
    assert NETWORK.metrics(ids[:1], account(server))[ids[0]] == Metrics({"likes": 0}, {"likeCount": 0})
    numbers = NETWORK.account_metrics(account(server))
    assert (numbers.followers, numbers.raw["postsCount"]) == (7, 26)
    assert "views" not in NETWORK.metrics_given


def test_numbers_that_cannot_be_read_are_not_zero(server: FakeBluesky) -> None:
    server.instance.appview = False
    with pytest.raises(ReadFailed, match="no way to Bluesky's numbers"):
        NETWORK.metrics(["x"], account(server))
    for status, body, kind in (
        (429, {"error": "RateLimitExceeded"}, ReadFailed), (501, {"error": "MethodNotImplemented"}, ReadFailed),
        (200, {"posts": 7}, ReadFailed), (401, {"error": "AccountTakedown"}, AccessLost),
    ):  # fmt: skip
        server.behave("GET", GET_POSTS, {"type": "status", "status": status, "body": body})
        with pytest.raises(kind):
            NETWORK.metrics(["x"], account(server))


def test_a_token_that_died_early_is_renewed_once(server: FakeBluesky) -> None:
    here = account(server)
    server.instance.refused.add(str(here.credentials["access_jwt"]))
    assert NETWORK.account_metrics(here).followers == 7
    assert server.paths() == ["getProfile", "refreshSession", "getProfile"]
    assert server.instance.logins == 0


def test_problems_are_told_with_the_counts(tmp_path: Path) -> None:
    family = "👩‍👩‍👧"
    assert NETWORK.problems(post(family * 120), NETWORK.limits) == []
    (told,) = NETWORK.problems(post(family * 200), NETWORK.limits)
    assert "3600 bytes" in str(told)
    moving = Attachment(tmp_path / "a.gif", "image/gif", "x")
    assert "standing still" in str(NETWORK.problems(post(media=(moving,)), NETWORK.limits)[0])
    one = picture(tmp_path)
    assert "5 pictures" in str(NETWORK.problems(post(media=(one,) * 5), NETWORK.limits)[0])
    long = picture(tmp_path, alt="x" * 2001)
    assert "2001" in str(NETWORK.problems(post(media=(long,)), NETWORK.limits)[0])
