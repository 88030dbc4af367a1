"""Preparing and publishing on a fake Bluesky: one record, frozen, whatever happens in between."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from socialq import clock
from socialq.domain.outcomes import Deferred, Disconnected, NotSent, Prepared, Published, Rejected
from socialq.networks.bluesky import NETWORK
from socialq.networks.bluesky.tid import tid
from socialq.networks.bluesky.xrpc import Answer, Unexplained
from tests.networks.bluesky_desk import AT, account, post
from tests.networks.desk import call, picture, prepared
from tests.networks.fake_bluesky import LOG_IN, PUT, REFRESH, FakeBluesky
from tests.networks.fake_repo import DID, HANDLE

UPLOAD = "/xrpc/com.atproto.repo.uploadBlob"
RESOLVE = "/xrpc/com.atproto.identity.resolveHandle"


@pytest.fixture
def server() -> Iterator[FakeBluesky]:
    made = FakeBluesky().start()
    yield made
    made.stop()


def says(status: int, error: str = "", message: str = "In the\nserver's words") -> dict[str, Any]:
    return {"type": "status", "status": status, "body": {"error": error, "message": message} if error else "no"}


def test_the_final_call_is_exactly_one_request(server: FakeBluesky, tmp_path: Path) -> None:
    ready = prepared(NETWORK, post("hoi @stan.test", media=(picture(tmp_path),)), account(server))
    server.requests.clear()
    assert isinstance(NETWORK.publish(ready, account(server)), Published)
    assert server.requests == [("POST", PUT)]


def test_preparing_again_after_a_crash_comes_to_the_same_key(server: FakeBluesky) -> None:
    first = prepared(NETWORK, post(), account(server))
    again = prepared(NETWORK, post(), account(server))
    assert first.identity == again.identity == tid("a" * 32, AT)
    assert tid("b" * 32, AT) != first.identity
    assert tid("b" * 32, AT + timedelta(seconds=1)) > tid("a" * 32, AT)


def test_a_record_that_is_made_is_never_made_again(server: FakeBluesky, tmp_path: Path) -> None:
    memory: dict[str, Any] = {}
    content = post(media=(picture(tmp_path, alt="groen"),))
    first = NETWORK.prepare(content, account(server), memory.update)
    server.instance.blobs.clear()
    assert isinstance(first, Prepared)
    assert NETWORK.publish(first, account(server)) == NotSent("the preparation was too old")
    again = NETWORK.prepare(replace(content, memory=memory), account(server), memory.update)
    assert again == first
    assert isinstance(NETWORK.publish(first, account(server)), Published)


def test_a_picture_that_changed_after_it_was_prepared_is_refused(server: FakeBluesky, tmp_path: Path) -> None:
    memory: dict[str, Any] = {}
    content = post(media=(picture(tmp_path),))
    NETWORK.prepare(content, account(server), memory.update)
    content.media[0].path.write_bytes((Path(__file__).parent / "__init__.py").read_bytes() + b"GIF89a")
    assert isinstance(NETWORK.prepare(replace(content, memory=memory), account(server), memory.update), Rejected)


def test_an_interrupted_preparation_goes_on_where_it_was(server: FakeBluesky, tmp_path: Path) -> None:
    content = post(media=(picture(tmp_path, "1.png"), picture(tmp_path, "2.png")))
    memory: dict[str, Any] = {}

    def remember(step: dict[str, Any]) -> None:
        memory.update(step)
        if len(step.get("media", [])) == 1 and "record" not in step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        NETWORK.prepare(content, account(server), remember)
    ready = prepared(NETWORK, replace(content, memory=memory), account(server))
    assert len(ready.memory["record"]["embed"]["images"]) == 2
    assert server.paths().count("uploadBlob") == 2


def test_dated_as_promised_but_never_before_it_was_prepared(server: FakeBluesky) -> None:
    later = (clock.host_now() + timedelta(minutes=15)).replace(microsecond=0)
    ahead = prepared(NETWORK, post(promised_at=later), account(server))
    assert ahead.memory["record"]["createdAt"] == f"{later:%Y-%m-%dT%H:%M:%S}.000Z"
    past = prepared(NETWORK, post(promised_at=later - timedelta(days=1)), account(server))
    assert (
        f"{later - timedelta(days=1):%Y-%m-%dT%H:%M:%S}"
        < past.memory["record"]["createdAt"]
        < f"{later:%Y-%m-%dT%H:%M:%S}"
    )


def test_whoever_cannot_be_found_stays_plain_text(server: FakeBluesky) -> None:
    server.behave("GET", RESOLVE, says(502, "UpstreamFailure"))
    ready = prepared(NETWORK, post("@vera.test en @nobody.test en @stan.test"), account(server))
    features = [one["features"][0]["did"] for one in ready.memory["record"]["facets"]]
    assert features == ["did:plc:stanstanstanstanstanstan"]


def test_a_part_waits_for_the_one_before_it(server: FakeBluesky) -> None:
    waits = NETWORK.prepare(post(reply_to={"remote_id": None}), account(server), lambda step: None)
    assert isinstance(waits, NotSent)
    assert server.requests == []
    gone = NETWORK.prepare(
        post(reply_to={"remote_id": f"at://{DID}/app.bsky.feed.post/gone"}), account(server), lambda step: None
    )
    assert isinstance(gone, Rejected)


@pytest.mark.parametrize(
    ("effect", "kind"),
    [
        (says(400, "InvalidRequest"), Rejected), (says(413, "PayloadTooLarge"), Rejected), (says(429, "RateLimitExceeded"), Deferred),
        (says(401, "AuthMissing"), Disconnected), (says(401, "AccountTakedown"), Disconnected), (says(403, "Forbidden"), Disconnected),
        (says(400, "RepoDeactivated"), Disconnected), (says(400, "ExpiredToken"), NotSent), (says(400, "InvalidToken"), NotSent),
        (says(401, "ExpiredToken"), NotSent), (says(400, "BlobNotFound"), NotSent),
    ],
)  # fmt: skip
def test_documented_refusals(server: FakeBluesky, effect: dict[str, Any], kind: type) -> None:
    ready = prepared(NETWORK, post(), account(server))
    server.behave("POST", PUT, effect)
    outcome = NETWORK.publish(ready, account(server))
    assert type(outcome) is kind
    assert kind in (Deferred, NotSent) or "In the server's words" in outcome.reason
    assert server.instance.record() == []


@pytest.mark.parametrize(
    "effect",
    [says(status, "InternalServerError") for status in (500, 501, 502, 503, 504, 404, 409)]
    + [says(status) for status in (400, 401, 403, 413, 202, 301)]
    + [
        {"type": "status", "status": 200, "body": body}
        for body in ({}, [], "yes", {"uri": 1, "cid": "x"}, {"uri": f"at://{DID}/app.bsky.feed.post/other", "cid": "x"})
    ],
)
def test_everything_else_is_raised(server: FakeBluesky, effect: dict[str, Any]) -> None:
    ready = prepared(NETWORK, post(), account(server))
    server.behave("POST", PUT, effect)
    with pytest.raises(Unexplained):
        NETWORK.publish(ready, account(server))
    assert server.paths().count("putRecord") == 1


@pytest.mark.abuse(33)
def test_abuse_33_a_revoked_app_password_disconnects_and_nothing_is_retried(server: FakeBluesky) -> None:
    here = account(server)
    server.instance.password = "another"
    server.instance.refused.add(str(here.credentials["access_jwt"]))
    server.instance.refresh = "another"
    outcome = NETWORK.prepare(post(), here, lambda step: None)
    assert outcome == Disconnected("Bluesky no longer accepts the app password: Invalid identifier or password")
    assert server.paths() == ["getSession", "refreshSession", "createSession"]


def test_a_token_near_its_end_is_renewed_in_preparation_and_used(server: FakeBluesky) -> None:
    server.instance.lives = timedelta(minutes=10)
    here = account(server)
    old = dict(here.credentials)
    server.instance.lives = timedelta(hours=2)
    ready = prepared(NETWORK, post(), here)
    assert here.credentials["access_jwt"] != old["access_jwt"]
    assert server.instance.logins == 0
    server.requests.clear()
    assert isinstance(NETWORK.publish(ready, replace(here, call=call())), Published)
    assert server.paths() == ["putRecord"]


def test_nothing_is_renewed_between_claim_and_write(server: FakeBluesky) -> None:
    ready = prepared(NETWORK, post(), account(server))
    server.instance.lives = timedelta(hours=-1)
    server.requests.clear()
    assert isinstance(NETWORK.publish(ready, account(server)), NotSent)
    assert server.paths() == ["putRecord"]


def test_a_server_in_trouble_while_renewing_is_tried_again_later(server: FakeBluesky) -> None:
    server.instance.lives = timedelta(minutes=10)
    server.behave("POST", REFRESH, says(503, "InternalServerError"))
    assert isinstance(NETWORK.prepare(post(), account(server), lambda step: None), NotSent)
    server.behave("POST", REFRESH, says(400, "ExpiredToken"))
    server.behave("POST", LOG_IN, says(429, "RateLimitExceeded"))
    assert isinstance(NETWORK.prepare(post(), account(server), lambda step: None), Deferred)
    server.instance.shut = "AccountDeactivated"
    shut = NETWORK.prepare(post(), account(server), lambda step: None)
    assert isinstance(shut, Disconnected)
    assert "has shut this account" in shut.reason


def test_an_answer_without_tokens_is_not_kept(server: FakeBluesky) -> None:
    server.instance.lives = timedelta(minutes=10)
    here = account(server)
    before = dict(here.credentials)
    whole = {"accessJwt": "a", "refreshJwt": "r", "did": DID, "handle": HANDLE, "active": True}
    for spoilt in ({"accessJwt": ""}, {"refreshJwt": None}, {"did": "did:plc:other"}, {"active": False}):
        server.behave("POST", REFRESH, {"type": "status", "status": 200, "body": whole | spoilt})
        assert not isinstance(NETWORK.prepare(post(), here, lambda step: None), Prepared)
    assert here.credentials == before


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Date": "Mon, 02 Nov 2026 10:00:00 GMT", "ratelimit-reset": "1793613720"}, 120),
        ({"Date": "Mon, 02 Nov 2026 10:00:00 GMT", "ratelimit-reset": "1793613000"}, 1),
        ({"Date": "Mon, 02 Nov 2026 10:00:00 GMT", "ratelimit-reset": "2893613000"}, 86400),
        ({"Date": "never", "ratelimit-reset": "soon"}, 300),
        ({}, 300),
    ],
)
def test_the_wait_is_measured_on_the_servers_clock(headers: dict[str, str], seconds: int) -> None:
    wait = Answer(429, headers, {}).again_at() - clock.host_now()
    assert abs(wait - timedelta(seconds=seconds)) < timedelta(seconds=2)


def test_an_account_without_a_working_handle_is_linked_by_its_did(server: FakeBluesky) -> None:
    ready = prepared(NETWORK, post(), account(server))
    nameless = account(server, credentials={"handle": "handle.invalid"})
    told = NETWORK.publish(ready, nameless)
    assert isinstance(told, Published)
    assert told.url == f"https://bsky.app/profile/{DID}/post/{ready.identity}"
    assert told.remote_id == f"at://{DID}/app.bsky.feed.post/{ready.identity}"
    assert HANDLE not in told.url
