"""From Facebook's log-in to Pages, on a fake Graph API; and the token of a Page by hand."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from socialq.networks.base import Account, App, AppUnknown, Connected, ConnectFailed, Visit
from socialq.networks.facebook import NETWORK
from socialq.networks.facebook.connect import NO_TASK, proof
from tests.cli.desk import closed_port
from tests.networks.desk import call
from tests.networks.facebook_desk import account, graph
from tests.networks.fake_graph import APP, ENDS, LONG, NAME, PAGE, SECRET, TOKEN, VERSION, FakeGraph, error

US = App(APP, SECRET)


@pytest.fixture
def server() -> Iterator[FakeGraph]:
    with graph() as made:
        yield made


def visit(server: str) -> Visit:
    return Visit(server, "http://127.0.0.1:9/connect/facebook/callback", "the-state", "v" * 64)


def log_in(server: FakeGraph) -> dict[str, Any]:
    return dict(NETWORK.token(US, visit(server.url), "the-code", call()))


def page(number: int, **more: Any) -> dict[str, Any]:
    return {"id": str(number), "name": f"Page {number}", "access_token": f"token-{number}", "tasks": ["MANAGE"]} | more


def test_the_way_there(server: FakeGraph) -> None:
    there = urlsplit(NETWORK.authorization(US, visit("https://graph.facebook.com")))
    asked = {name: value[0] for name, value in parse_qs(there.query).items()}
    assert (there.netloc, there.path) == ("www.facebook.com", "/v25.0/dialog/oauth")
    assert asked["scope"].split(",") == list(NETWORK.flow.scopes)
    assert (asked["client_id"], asked["state"], asked["response_type"]) == (APP, "the-state", "code")
    assert SECRET not in there.query
    assert NETWORK.authorization(US, visit(server.url)).startswith(f"{server.url}/v25.0/dialog/oauth?")


def test_a_log_in_gives_its_pages_with_tokens_that_last(server: FakeGraph) -> None:
    server.instance.pages += [page(1002), page(1003, tasks=["ANALYZE"]), page(1004, access_token="")]
    offers = NETWORK.accounts(server.url, log_in(server), call())
    assert [(one.remote_id, one.about, one.why_not) for one in offers] == [
        (PAGE, "Page", ""), ("1002", "Page", ""), ("1003", "Page", NO_TASK),
    ]  # fmt: skip
    assert offers[0].credentials == {
        "access_token": TOKEN, "account_id": PAGE, "appsecret_proof": proof(TOKEN, SECRET), "expires_at": ENDS,
    }  # fmt: skip
    assert SECRET not in str([one.credentials for one in offers]), "the app's secret is kept nowhere else"
    assert LONG not in str([one.credentials for one in offers])
    chosen = account(server, credentials=offers[0].credentials)
    assert NETWORK.connect(chosen) == Connected(PAGE, NAME, server.url)


def test_many_pages_are_read_to_the_end(server: FakeGraph) -> None:
    server.instance.pages = [page(number) for number in range(2000, 2230)]
    offers = NETWORK.accounts(server.url, log_in(server), call())
    assert [one.remote_id for one in offers] == [str(number) for number in range(2000, 2230)]


def test_a_token_by_hand(server: FakeGraph) -> None:
    server.instance.proofs = False
    by_hand = account(server, remote_id="", handle="", credentials={"access_token": TOKEN})
    assert NETWORK.connect(by_hand) == Connected(PAGE, NAME, server.url)
    person = replace(by_hand, credentials={"access_token": LONG})
    with pytest.raises(ConnectFailed, match="belongs to a person"):
        NETWORK.connect(person)
    with pytest.raises(ConnectFailed, match="does not accept"):
        NETWORK.connect(replace(by_hand, credentials={"access_token": " "}))


def test_another_secret_and_a_code_that_was_used(server: FakeGraph) -> None:
    with pytest.raises(ConnectFailed) as told:
        NETWORK.token(App(APP, "wr0ng"), visit(server.url), "the-code", call())
    assert not isinstance(told.value, AppUnknown) or "codes" in str(told.value)
    assert "wr0ng" not in str(told.value)
    with pytest.raises(ConnectFailed, match="start again"):
        NETWORK.token(US, visit(server.url), "used", call())


@pytest.mark.parametrize(
    ("effect", "says"),
    [
        ({"type": "status", "status": 400, "body": error(190, 463, f"expired {LONG}").body}, "log in there again"),
        ({"type": "status", "status": 400, "body": error(4, None, "limit").body}, "in a few minutes"),
        ({"type": "status", "status": 500, "body": {}}, "trouble of its own"),
        ({"type": "garbage"}, "no answer that can be used"),
        ({"type": "cut"}, "cannot be reached"),
        ({"type": "hang", "seconds": 30}, "does not answer in time"),
    ],
)
def test_trouble_is_one_sentence(server: FakeGraph, effect: dict[str, Any], says: str) -> None:
    kept = log_in(server)
    server.behave("GET", f"{VERSION}/me/accounts", effect)
    server.behave("GET", f"{VERSION}/{PAGE}", effect)
    for ask in (
        lambda: NETWORK.accounts(server.url, kept, call(total=0.5)),
        lambda: NETWORK.connect(account(server, call=call(total=0.5))),
    ):
        with pytest.raises(ConnectFailed, match=says) as told:
            ask()
        assert LONG not in str(told.value) and SECRET not in str(told.value)


def test_nobody_there() -> None:
    with pytest.raises(ConnectFailed, match="cannot be reached"):
        NETWORK.connect(Account(f"http://127.0.0.1:{closed_port()}", "", "", {"access_token": TOKEN}, call()))
