"""Preparing and publishing on a fake X: one post, whatever happens in between, and what every refusal leads to."""

import logging
import traceback
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from socialq import clock
from socialq.domain.outcomes import (
    Deferred,
    Disconnected,
    NotSent,
    Outcome,
    Prepared,
    Published,
    Rejected,
    Unknown,
)  # fmt: skip
from socialq.networks.base import Content
from socialq.networks.x import NETWORK
from socialq.networks.x.client import Unexplained
from tests.networks.contract import SECRET, play
from tests.networks.desk import KEY, call, prepared, send
from tests.networks.fake_x import FakeX
from tests.networks.recordings.x import stage, status
from tests.networks.x_desk import POSTS, account, fake_x, signing
from tests.tools.lossy_proxy import LossyProxy

TEXT = "Goedemorgen & welkom <3 👩‍👩‍👧 https://www.example.com/een/lang/pad?met=veel&dingen=1 #één"
MUST: dict[str, type] = {
    "ok": Published, "rejected": Rejected, "rate limited": Deferred, "usage cap": Deferred, "revoked": Disconnected,
    "server error": Unknown, "timeout": Unknown, "cut answer": Unknown, "unreadable": Unknown, "dripping": Unknown,
}  # fmt: skip
DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
P = "https://api.twitter.com/2/problems/"
REFUSED: list[tuple[int, dict[str, Any], type, str]] = [
    (400, {"detail": "One or more parameters to your request was invalid.", "errors": [{"message": "Your media IDs are invalid."}]},
     Rejected, "X refuses the post: Your media IDs are invalid."),
    (401, {"title": "Unauthorized", "detail": "Unauthorized"}, Disconnected, "X no longer accepts the token: Unauthorized"),
    (402, {"title": "CreditsDepleted", "detail": "Your account does not have any credits.", "type": P + "credits"},
     Deferred, "the app's credit at X is used up: add to it in X's developer console"),
    (403, {"detail": DUPLICATE, "type": "about:blank"}, Rejected, "X refuses the same text twice, and it is there already."),
    (403, {"detail": "You are not permitted to perform this action."}, Rejected,
     "X refuses the post: You are not permitted to perform this action."),
    (403, {"detail": "Your client app is not configured with the appropriate oauth1 app permissions.", "type": P + "oauth1-permissions"},
     Disconnected, "The app at X is not allowed to post: Your client app is not configured with the appropriate oauth1 app permissions."),
    (403, {"detail": "no", "type": P + "client-forbidden"}, Disconnected, "The app at X is not allowed to post: no"),
    (403, {"detail": "Your account is temporarily locked."}, Disconnected,
     "X has locked or suspended this account: Your account is temporarily locked."),
    (403, {"detail": "Your account is suspended and is not permitted to access this feature."}, Disconnected,
     "X has locked or suspended this account: Your account is suspended and is not permitted to access this feature."),
]  # fmt: skip


@pytest.fixture
def server() -> Iterator[FakeX]:
    with fake_x() as made:
        yield made


@pytest.mark.parametrize("scenario", MUST)
def test_what_can_happen_leads_to_what_it_must(scenario: str, tmp_path: Path) -> None:
    with stage(scenario, tmp_path) as staged:
        outcome, error = play(NETWORK, staged, scenario, Content("hoi", key=KEY))
        assert type(outcome) is MUST[scenario], outcome
        assert staged.copies() <= 1
        assert SECRET not in repr(outcome) + "".join(traceback.format_exception(error) if error else [])


def test_a_post(server: FakeX) -> None:
    post = Content(TEXT, key=KEY)
    assert NETWORK.problems(post, NETWORK.limits) == []
    outcome = send(NETWORK, post, account(server))
    (record,) = server.instance.record()
    assert outcome == Published(record["id"], f"https://x.com/vera/status/{record['id']}")
    assert record["text"] == TEXT
    assert server.requests == [("POST", POSTS)]  # a text alone costs one request


def test_a_post_by_the_older_tokens_is_signed_over_the_address_that_is_called(server: FakeX) -> None:
    assert isinstance(send(NETWORK, Content("hoi", key=KEY), signing(server)), Published)
    forged = replace(signing(server), credentials={**signing(server).credentials, "access_token_secret": "another"})
    assert isinstance(send(NETWORK, Content("hoi 2", key=KEY), forged), Disconnected)
    assert len(server.instance.record()) == 1


@pytest.mark.parametrize(("code", "body", "kind", "told"), REFUSED)
def test_every_refusal_in_the_table(server: FakeX, code: int, body: dict[str, Any], kind: type, told: str) -> None:
    server.behave("POST", POSTS, status(code, body))
    outcome = publish(server, Content("hoi", key=KEY))
    assert type(outcome) is kind
    assert outcome.reason == told  # type: ignore[union-attr]


@pytest.mark.parametrize("code", [500, 502, 503, 504, 302, 404])
def test_what_x_does_not_document_is_unknown(server: FakeX, code: int) -> None:
    server.behave("POST", POSTS, {"type": "status", "status": code, "body": ["?"]})
    with pytest.raises(Unexplained):
        publish(server, Content("hoi", key=KEY))


def test_a_yes_without_a_number_is_unknown(server: FakeX) -> None:
    for body in ({}, {"data": {}}, {"data": {"id": 5}}, {"data": {"id": "abc"}}, {"errors": [{"detail": "x"}]}):
        server.behave("POST", POSTS, status(201, body))
        with pytest.raises(Unexplained):
            publish(server, Content("hoi", key=KEY))


def test_the_same_text_twice(server: FakeX) -> None:
    send(NETWORK, Content("hoi", key=KEY), account(server))
    assert isinstance(publish(server, Content("hoi", key=KEY)), Rejected)
    again = replace(prepared(NETWORK, Content("hoi", key=KEY), account(server)), again=True)
    with pytest.raises(Unexplained):  # it may be the earlier attempt that is there
        NETWORK.publish(again, account(server))
    assert len(server.instance.record()) == 1


def test_a_lost_answer_leaves_one_copy_and_is_unknown(server: FakeX) -> None:
    proxy = LossyProxy(("127.0.0.1", server.port)).start()
    ready = prepared(NETWORK, Content("hoi", key=KEY), account(server))
    proxy.drop = lambda line: line.startswith(b"POST")
    with pytest.raises(Exception, match="connection"):
        NETWORK.publish(ready, replace(account(server), server=f"http://127.0.0.1:{proxy.port}"))
    proxy.stop()
    assert len(server.instance.record()) == 1


def test_a_rate_limit_ends_when_x_says_so(server: FakeX) -> None:
    headers = {"x-rate-limit-limit": "100", "x-rate-limit-remaining": "0"}
    reset = {"x-rate-limit-reset": in_minutes(10)}
    server.behave("POST", POSTS, status(429, {"detail": "Too Many Requests"}, **headers, **reset))
    outcome = publish(server, Content("hoi", key=KEY))
    assert isinstance(outcome, Deferred)
    assert timedelta(minutes=9, seconds=50) < outcome.until - clock.host_now() < timedelta(minutes=10, seconds=5)


def test_the_limit_of_a_day_is_not_taken_for_that_of_a_quarter_of_an_hour(server: FakeX) -> None:
    headers = {
        "x-rate-limit-limit": "100", "x-rate-limit-remaining": "40", "x-rate-limit-reset": in_minutes(10),
        "x-app-limit-24hour-limit": "10000", "x-app-limit-24hour-remaining": "0",
        "x-app-limit-24hour-reset": in_minutes(330),
    }  # fmt: skip
    server.behave("POST", POSTS, status(429, {"detail": "Too Many Requests"}, **headers))
    made = call()
    outcome = NETWORK.publish(prepared(NETWORK, Content("hoi", key=KEY), account(server)), account(server, call=made))
    assert isinstance(outcome, Deferred)
    assert outcome.until - clock.host_now() > timedelta(hours=5)
    left = {(one.name, one.scope): one.left for one in made.remaining}
    assert left[("posts a day", "app")] == 0
    assert left[("posts", "channel")] == 40


def test_a_used_up_cap_stops_all_channels_of_the_app_and_is_tried_again_soon(server: FakeX) -> None:
    with stage("usage cap", Path()) as staged:
        staged.spoil()
        made = call()
        NETWORK.publish(Prepared(KEY, {"text": "hoi"}), replace(staged.account, call=made))
    (cap,) = [one for one in made.remaining if one.name == "usage"]
    assert (cap.scope, cap.left) == ("app", 0)
    assert cap.resets_at - clock.host_now() < timedelta(minutes=31)


def test_a_thread(server: FakeX) -> None:
    first = send(NETWORK, Content("een", key=KEY), account(server))
    assert isinstance(first, Published)
    parent = {"remote_id": first.remote_id, "memory": {}}
    send(NETWORK, Content("twee", key=KEY, reply_to=parent), account(server))
    assert [one["in_reply_to_id"] for one in server.instance.record()] == [None, first.remote_id]


def test_a_thread_that_x_cuts_says_so(server: FakeX) -> None:
    told = {"detail": "Reply to this conversation is not allowed because you have not been mentioned."}
    server.behave("POST", POSTS, status(403, told))
    outcome = publish(server, Content("twee", key=KEY, reply_to={"remote_id": "1", "memory": {}}))
    assert isinstance(outcome, Rejected)
    assert outcome.reason.startswith(
        "X does not let this post answer the one before it, so the thread ends with that one: Reply"
    )
    waiting = NETWORK.prepare(Content("twee", key=KEY, reply_to={"remote_id": None}), account(server), lambda _: None)
    assert waiting == NotSent("the post before it in the thread is not out yet")


def test_no_token_is_in_the_log(server: FakeX, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for who in (account(server), signing(server)):
            send(NETWORK, Content(f"hoi {who.credentials}"[:20], key=KEY), who)
            for secret in who.credentials.values():
                assert str(secret) not in caplog.text


def test_a_text_over_the_limit_is_refused_with_the_count() -> None:
    (told,) = NETWORK.problems(Content("é" * 200 + "👩‍👩‍👧" * 40 + " https://example.com/" + "y" * 100), NETWORK.limits)
    assert str(told) == "The text has 304 characters, X takes 280."


def test_what_it_costs() -> None:
    plain, bare, linked = (NETWORK.prices.of_post(text) for text in ("Vers brood", "Zie example.com", TEXT))
    assert (plain, bare, linked) == (15_000, 200_000, 200_000)
    assert NETWORK.prices.of_numbers(10, account=True) == 60_000


def in_minutes(minutes: int) -> str:
    return str(int((clock.host_now() + timedelta(minutes=minutes)).timestamp()))


def publish(server: FakeX, post: Content) -> Outcome:
    return NETWORK.publish(prepared(NETWORK, post, account(server)), account(server))
