"""Connecting Bluesky: whose app password it is, where the account lives, and one clear sentence for everything that goes wrong."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from socialq.networks.base import Account, Connected, ConnectFailed
from socialq.networks.bluesky import NETWORK, session
from socialq.networks.call import Call
from tests.networks.bluesky_desk import account
from tests.networks.desk import call
from tests.networks.fake_bluesky import LOG_IN, PASSWORD, FakeBluesky
from tests.networks.fake_repo import DID, HANDLE


@pytest.fixture
def server() -> Iterator[FakeBluesky]:
    made = FakeBluesky().start()
    yield made
    made.stop()


def typed(server: FakeBluesky, handle: str = HANDLE, password: str = PASSWORD) -> Account:
    kept: dict[str, Any] = {"access_token": password}
    return Account(server.url, "", handle, kept, call(), kept.update)


def refused(account: Account) -> str:
    before = dict(account.credentials)
    with pytest.raises(ConnectFailed) as caught:
        NETWORK.connect(account)
    told = str(caught.value)
    assert told.endswith(".")
    assert "\n" not in told
    assert PASSWORD not in told
    assert account.credentials == before
    return told


@pytest.mark.parametrize("handle", [HANDLE, f"@{HANDLE}", f" https://bsky.app/profile/{HANDLE}/ "])
def test_the_account_and_its_session(server: FakeBluesky, handle: str) -> None:
    account = typed(server, handle)
    assert NETWORK.connect(account) == Connected(DID, HANDLE, server.url)
    kept = {"access_token", "access_jwt", "refresh_jwt", "handle", "pds"}
    assert set(account.credentials) == kept
    assert server.instance.logins == 1


def test_the_entryway_sends_on_to_the_accounts_own_server(server: FakeBluesky, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "ENTRYWAY", server.url)
    account = replace(typed(server), server="")
    server.instance.pds = "http://127.0.0.1:9/"
    NETWORK.connect(account)
    assert account.credentials["pds"] == "http://127.0.0.1:9"


@pytest.mark.abuse(24)
@pytest.mark.parametrize("inside", ["http://10.0.0.1", "file:///etc/passwd", "http://127.0.0.1:1/path", 7])
def test_abuse_24_the_server_that_a_document_names_is_guarded(
    server: FakeBluesky, monkeypatch: pytest.MonkeyPatch, inside: Any
) -> None:
    monkeypatch.setattr(session, "ENTRYWAY", server.url)
    account = typed(server)
    server.instance.pds = inside
    if inside == "http://10.0.0.1":
        public_only = Call(connect_within=1, total=1)
        assert "https://" in refused(replace(account, call=public_only))
    else:
        refused(account)


@pytest.mark.abuse(24)
@pytest.mark.parametrize("server_typed", ["127.0.0.1", "localhost", "169.254.169.254", "bsky.social/xrpc", "file:///x"])
def test_abuse_24_the_address_of_a_server_is_guarded(server: FakeBluesky, server_typed: str) -> None:
    public_only = Call(connect_within=1, total=1)
    refused(replace(typed(server), server=server_typed, call=public_only))
    assert server.requests == []


def test_what_is_wrong_with_handle_or_password(server: FakeBluesky) -> None:
    assert "does not accept this handle and app password" in refused(typed(server, password="wrong"))
    assert "does not accept" in refused(typed(server, handle="nobody.test"))
    assert "Give an app password" in refused(typed(server, password=" "))
    for handle in ("", " ", "a b", "a/b"):
        assert "Give the account's handle" in refused(typed(server, handle=handle))


@pytest.mark.parametrize(
    ("effect", "told"),
    [
        ({"type": "status", "status": 401, "body": {"error": "AuthFactorTokenRequired"}}, "own password"),
        ({"type": "status", "status": 401, "body": {"error": "AccountTakedown", "message": "x"}}, "shut"),
        ({"type": "status", "status": 429, "body": {"error": "RateLimitExceeded"}}, "in an hour"),
        ({"type": "status", "status": 503}, "trouble of its own"),
        ({"type": "status", "status": 404, "body": "no"}, "does not answer like a Bluesky server"),
        ({"type": "status", "status": 302, "headers": {"Location": "https://elsewhere.example/"}}, "does not answer like"),
        ({"type": "garbage"}, "does not answer like a Bluesky server"),
        ({"type": "empty"}, "does not answer like a Bluesky server"),
        ({"type": "cut"}, "cannot be reached"),
    ],
)  # fmt: skip
def test_a_server_that_says_something_else(server: FakeBluesky, effect: dict[str, Any], told: str) -> None:
    server.behave("POST", LOG_IN, effect)
    assert told in refused(typed(server))


def test_nobody_there(server: FakeBluesky) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert "cannot be reached" in refused(replace(typed(server), server=f"http://127.0.0.1:{port}"))
    server.behave("POST", LOG_IN, {"type": "hang", "seconds": 30})
    assert "does not answer in time" in refused(replace(typed(server), call=call(total=0.3)))


def test_an_account_that_is_shut(server: FakeBluesky) -> None:
    server.instance.shut = "AccountDeactivated"
    assert "shut this account" in refused(typed(server))


def test_the_session_is_given_back(server: FakeBluesky) -> None:
    mine = account(server)
    NETWORK.withdraw(replace(mine, call=call()), None)
    assert server.instance.refresh == ""
    NETWORK.withdraw(replace(mine, call=call()), None)  # it had ended already
    server.behave("POST", LOG_IN.replace("create", "delete"), {"type": "status", "status": 500})
    with pytest.raises(ConnectFailed, match="answered 500"):
        NETWORK.withdraw(replace(mine, call=call()), None)
    server.stop()
    with pytest.raises(ConnectFailed, match="did not answer"):
        NETWORK.withdraw(replace(mine, call=call()), None)
