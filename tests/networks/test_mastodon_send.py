"""Preparing and publishing on a fake Mastodon: one post, step by step, whatever happens in between."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from socialq import clock
from socialq.domain.message import Wanted
from socialq.domain.outcomes import Deferred, Disconnected, Found, NotSent, Prepared, Published, Rejected
from socialq.networks.base import Content
from socialq.networks.mastodon import NETWORK
from socialq.networks.mastodon.client import Answer, Unexplained
from tests.networks.desk import KEY, account, call, picture, prepared, send
from tests.networks.fake_mastodon import TOKEN, FakeMastodon
from tests.tools.lossy_proxy import LossyProxy

STATUSES, MEDIA = "/api/v1/statuses", "/api/v2/media"
LONG = (
    "Goedemorgen! 👩‍👩‍👧 "
    + "é" * 400
    + " https://www.example.com/een/heel/lang/pad?met=veel&dingen=1 @stan@mastodon.social #één"
)


@pytest.fixture
def server() -> Iterator[FakeMastodon]:
    made = FakeMastodon(pending=0).start()
    yield made
    made.stop()


def test_a_post_with_picture_and_alt_text(server: FakeMastodon, tmp_path: Path) -> None:
    post = Content(LONG, (picture(tmp_path, alt="Een groen vlak"),), "nl", key=KEY)
    assert NETWORK.problems(post, NETWORK.limits) == []
    outcome = send(NETWORK, post, account(server))
    assert isinstance(outcome, Published)
    assert outcome.url == f"{server.url}/@vera/{outcome.remote_id}"
    (record,) = server.instance.record()
    assert record["text"] == LONG
    assert (record["alts"], record["key"], record["visibility"]) == (["Een groen vlak"], KEY, "public")


def test_the_final_call_is_exactly_one_request(server: FakeMastodon, tmp_path: Path) -> None:
    ready = prepared(NETWORK, Content("hoi", (picture(tmp_path),), "nl", key=KEY), account(server))
    server.requests.clear()
    NETWORK.publish(ready, account(server))
    assert server.requests == [("POST", STATUSES)]


def test_a_text_over_the_limit_is_refused_with_the_count() -> None:
    (told,) = NETWORK.problems(Content("x" * 478 + " https://example.com/" + "y" * 100), NETWORK.limits)
    assert str(told) == "The text has 502 characters, Mastodon takes 500."


def test_pictures_that_are_not_ready_are_polled(tmp_path: Path) -> None:
    server = FakeMastodon(pending=2).start()
    post = Content("hoi", (picture(tmp_path, "1.png", "een"), picture(tmp_path, "2.png", "twee")), key=KEY)
    memory: dict[str, Any] = {}
    first = NETWORK.prepare(post, account(server), memory.update)
    assert isinstance(first, Deferred)
    assert timedelta() < first.until - clock.host_now() < timedelta(seconds=10)
    ids = [one["id"] for one in memory["media"]]
    outcome = send(NETWORK, replace(post, memory=memory), account(server))
    server.stop()
    assert isinstance(outcome, Published)
    assert [one["id"] for one in memory["media"]] == ids
    assert [path for method, path in server.requests if method == "POST"].count(MEDIA) == 2
    assert server.instance.record()[0]["alts"] == ["een", "twee"]


def test_an_interrupted_preparation_goes_on_where_it_was(server: FakeMastodon, tmp_path: Path) -> None:
    post = Content("hoi", (picture(tmp_path, "1.png"), picture(tmp_path, "2.png")), key=KEY)
    memory: dict[str, Any] = {}
    steps: list[dict[str, Any]] = []

    def remember(step: dict[str, Any]) -> None:
        steps.append(step)
        memory.update(step)
        if len(step.get("media", [])) == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        NETWORK.prepare(post, account(server), remember)
    ready = prepared(NETWORK, replace(post, memory=memory), account(server))
    assert ready.memory["media"][0] == memory["media"][0]
    assert [path for _, path in server.requests].count(MEDIA) == 2


def test_a_picture_that_the_server_lost_is_uploaded_again(server: FakeMastodon, tmp_path: Path) -> None:
    post = Content("hoi", (picture(tmp_path),), key=KEY)
    memory = {"text": "hoi", "known": None, "media": [{"id": "404404", "ready": False}]}
    kept: dict[str, Any] = dict(memory)
    assert isinstance(NETWORK.prepare(replace(post, memory=memory), account(server), kept.update), NotSent)
    assert kept["media"] == []
    assert isinstance(send(NETWORK, replace(post, memory=kept), account(server)), Published)


def test_a_reply_follows_its_parent(server: FakeMastodon) -> None:
    first = send(NETWORK, Content("een", key="1" * 32), account(server))
    assert isinstance(first, Published)
    send(NETWORK, Content("twee", reply_to={"remote_id": first.remote_id}, key="2" * 32), account(server))
    assert server.instance.record()[1]["in_reply_to_id"] == first.remote_id


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, Disconnected), (403, Disconnected), (404, Rejected), (410, Rejected), (422, Rejected), (429, Deferred)],
)
def test_documented_refusals(server: FakeMastodon, status: int, kind: type) -> None:
    ready = prepared(NETWORK, Content("hoi", key=KEY), account(server))
    server.behave("POST", STATUSES, {"type": "status", "status": status, "body": {"error": "In the\nserver's words"}})
    outcome = NETWORK.publish(ready, account(server))
    assert type(outcome) is kind
    assert status == 429 or "In the server's words" in outcome.reason
    assert server.instance.record() == []


@pytest.mark.parametrize(
    "effect",
    [{"status": s, "body": {"error": "no"}} for s in (500, 502, 503, 504, 202, 301, 418)]
    + [{"status": s, "body": "no"} for s in (403, 404, 422)]
    + [
        {"status": 200, "body": b}
        for b in ({}, [], "yes", {"id": None}, {"id": {}}, {"id": "1"}, {"error": "x", "id": ""})
    ],
)
def test_everything_else_is_raised(server: FakeMastodon, effect: dict[str, Any]) -> None:
    ready = prepared(NETWORK, Content("hoi", key=KEY), account(server))
    server.behave("POST", STATUSES, {"type": "status", **effect})
    with pytest.raises(Unexplained):
        NETWORK.publish(ready, account(server))
    assert len([1 for method, _ in server.requests if method == "POST"]) == 1


def test_a_mangled_header_does_not_hide_that_it_is_out(server: FakeMastodon) -> None:
    ready = prepared(NETWORK, Content("hoi", key=KEY), account(server))
    body = {"id": "7", "content": "<p>hoi</p>", "url": "javascript:alert(1)"}
    headers = {"X-RateLimit-Reset": "soon", "Date": "never"}
    server.behave("POST", STATUSES, {"type": "status", "status": 200, "body": body, "headers": headers})
    assert NETWORK.publish(ready, account(server)) == Published("7", "")


@pytest.mark.abuse(33)
def test_abuse_33_a_revoked_token_disconnects_and_nothing_is_retried(server: FakeMastodon) -> None:
    ready = prepared(NETWORK, Content("hoi", key=KEY), account(server))
    server.requests.clear()
    server.instance.token = "another"
    outcome = NETWORK.publish(ready, account(server))
    assert outcome == Disconnected("The server no longer accepts the token: The access token is invalid")
    assert server.requests == [("POST", STATUSES)]
    assert isinstance(NETWORK.prepare(Content("hoi", key=KEY), account(server), lambda step: None), Disconnected)
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Date": "Mon, 02 Nov 2026 10:00:00 GMT", "X-RateLimit-Reset": "2026-11-02T10:03:00.123Z"}, 180),
        ({"Date": "Mon, 02 Nov 2026 10:00:00 GMT", "X-RateLimit-Reset": "1793613720"}, 120),
        ({"Date": "Mon, 02 Nov 2026 10:00:00 GMT", "X-RateLimit-Reset": "2026-11-02T09:00:00Z"}, 1),
        ({"Date": "Mon, 02 Nov 2026 10:00:00 GMT", "X-RateLimit-Reset": "2036-11-02T09:00:00Z"}, 86400),
        ({"X-RateLimit-Reset": "soon"}, 300),
        ({}, 300),
    ],
)
def test_the_wait_is_measured_on_the_servers_clock(headers: dict[str, str], seconds: int) -> None:
    wait = Answer(429, headers, None).again_at() - clock.host_now()
    assert abs(wait - timedelta(seconds=seconds)) < timedelta(seconds=2)


def test_a_lost_answer_is_found_and_the_same_key_makes_one_copy(server: FakeMastodon) -> None:
    proxy = LossyProxy(("127.0.0.1", server.port)).start()
    through = replace(account(server), server=f"http://127.0.0.1:{proxy.port}")
    started_at = clock.host_now()
    ready = prepared(NETWORK, Content(LONG, key=KEY), through)
    proxy.drop = lambda line: line.startswith(b"POST /api/v1/statuses")
    final = call()
    with pytest.raises(OSError):
        NETWORK.publish(ready, replace(through, call=final))
    assert final.wrote
    assert proxy.dropped == 1
    proxy.drop = lambda line: False
    found = NETWORK.find(ready, Wanted(LONG, 0, started_at), through)
    assert isinstance(found, Found)
    again = NETWORK.publish(ready, replace(through, call=call()))
    proxy.stop()
    assert again == Published(found.remote_id, found.url)
    assert len(server.instance.record()) == 1


def test_a_key_is_only_used_while_it_is_young() -> None:
    started = datetime(2026, 11, 2, 10, tzinfo=UTC)
    ready = Prepared(KEY)
    assert NETWORK.repeatable(ready, started, started + timedelta(minutes=50))
    assert not NETWORK.repeatable(ready, started, started + timedelta(minutes=51))
    assert not NETWORK.repeatable(ready, started, started - timedelta(minutes=1))


def test_a_token_that_names_a_file_is_not_read(server: FakeMastodon, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    typed = account(server, credentials={"access_token": str(tmp_path / "token")})
    assert isinstance(NETWORK.prepare(Content("hoi", key=KEY), typed, lambda step: None), Disconnected)
