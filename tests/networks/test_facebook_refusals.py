"""What Facebook's errors mean: before the final call nothing is out, after it doubt stays doubt, and a block stops the channel."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from socialq import clock
from socialq.domain.outcomes import Deferred, Disconnected, Found, NotSent, Published, Rejected
from socialq.networks.base import Content
from socialq.networks.facebook import NETWORK
from socialq.networks.facebook.client import RATE, Unexplained
from socialq.networks.facebook.refusals import LOST
from tests.networks.desk import KEY
from tests.networks.facebook_desk import account, graph, ready, says, wanted
from tests.networks.fake_graph import PAGE, TOKEN, VERSION, FakeGraph, error

FEED, FINAL = f"{VERSION}/{PAGE}/feed", f"{VERSION}/{PAGE}_"


@pytest.fixture
def server() -> Iterator[FakeGraph]:
    with graph() as made:
        yield made


@pytest.mark.parametrize("subcode", [458, 459, 460, 463, 464, 467, 492, None])
def test_a_lost_access_says_what_became_of_it(server: FakeGraph, subcode: int | None) -> None:
    waits = ready(server)
    says(server, "POST", FINAL, 190, subcode, status=401)
    outcome = NETWORK.publish(waits, account(server))
    assert isinstance(outcome, Disconnected)
    assert outcome.reason.startswith(LOST.get(subcode or 0, "Facebook no longer accepts the access"))
    assert TOKEN not in outcome.reason


@pytest.mark.parametrize("code", [102, 10, 200, 283, 299])
def test_a_lost_right_disconnects(server: FakeGraph, code: int) -> None:
    waits = ready(server)
    says(server, "POST", FINAL, code, status=403)
    assert isinstance(NETWORK.publish(waits, account(server)), Disconnected)


@pytest.mark.parametrize("code", RATE)
def test_rates_wait_and_are_counted(server: FakeGraph, code: int) -> None:
    waits, asks = ready(server), account(server)
    says(server, "POST", FINAL, code, status=403 if code == 4 else 400, is_transient=True)
    outcome = NETWORK.publish(waits, asks)
    assert isinstance(outcome, Deferred)
    assert asks.call.remaining[-1].left == 0, "nothing else of the channel is tried meanwhile"


def test_what_answers_say_of_use_is_handed_on(server: FakeGraph) -> None:
    asks, waits = account(server), ready(server)
    use = '{"1001": [{"type": "pages", "call_count": 81, "total_cputime": 3, "total_time": 5, "estimated_time_to_regain_access": 0}]}'
    headers = {"X-Business-Use-Case-Usage": use, "X-App-Usage": '{"call_count": 12}'}
    server.behave("POST", FINAL, {"type": "status", "status": 200, "body": {"success": True}, "headers": headers})
    assert isinstance(NETWORK.publish(waits, asks), Published)
    assert {(one.name, one.scope, one.left) for one in asks.call.remaining} == {
        ("pages usage", "channel", 19), ("usage", "app", 88),
    }  # fmt: skip


def test_a_block_stops_the_channel_for_hours(server: FakeGraph) -> None:
    waits, asks = ready(server), account(server)
    says(server, "POST", FINAL, 368)
    outcome = NETWORK.publish(waits, asks)
    assert isinstance(outcome, Deferred)
    assert outcome.until - clock.host_now() > timedelta(hours=5)
    assert (asks.call.remaining[-1].name, asks.call.remaining[-1].left) == ("blocked", 0)


@pytest.mark.parametrize(("code", "subcode"), [(1, None), (2, None), (506, None), (100, 33), (9999, None)])
def test_after_the_final_call_doubt_stays_doubt(server: FakeGraph, code: int, subcode: int | None) -> None:
    waits = ready(server)
    says(server, "POST", FINAL, code, subcode, status=500 if code < 3 else 400)
    with pytest.raises(Unexplained):
        NETWORK.publish(waits, account(server))


def test_a_no_to_a_post_that_is_public_already_is_no_failure(server: FakeGraph) -> None:
    waits = ready(server)
    assert isinstance(NETWORK.publish(waits, account(server)), Published)
    body = error(100, None, "(#100) This post was already published").body
    server.behave("POST", FINAL, {"type": "status", "status": 400, "body": body})
    with pytest.raises(Unexplained):
        NETWORK.publish(waits, account(server))
    assert isinstance(NETWORK.find(waits, wanted(), account(server)), Found)


def test_transient_is_believed_over_the_table(server: FakeGraph) -> None:
    waits = ready(server)
    says(server, "POST", FINAL, 100, is_transient=True)
    with pytest.raises(Unexplained):
        NETWORK.publish(waits, account(server))


@pytest.mark.parametrize(
    ("code", "means"),
    [
        (506, Rejected), (1609005, Rejected), (100, Rejected), (1, NotSent), (2, NotSent), (9999, NotSent),
        (190, Disconnected), (32, Deferred), (368, Deferred),
    ],
)  # fmt: skip
def test_in_preparation_nothing_is_out(server: FakeGraph, code: int, means: type) -> None:
    says(server, "POST", FEED, code)
    outcome = NETWORK.prepare(Content("hoi", key=KEY), account(server), lambda _step: None)
    assert isinstance(outcome, means)
    assert server.instance.posts == {}
    assert TOKEN not in repr(outcome)


def test_the_code_of_a_proof_that_is_no_longer_right(server: FakeGraph) -> None:
    waits, asks = ready(server), account(server)
    stale = replace(asks, credentials={**asks.credentials, "appsecret_proof": "0" * 64})
    outcome = NETWORK.publish(waits, stale)
    assert isinstance(outcome, Disconnected)
    assert "secret" in outcome.reason
