"""The code flow that all networks with an app share, against oauth2-mock-server: PKCE, what is kept, and every way it says no."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from socialq.networks.base import App, AppUnknown, ConnectFailed, Visit
from socialq.networks.call import Call
from tests.cli.desk import closed_port
from tests.networks.circles import Circles, OAuthServer, flow, oauth_server

APP = App("the-app", "canary-5ecret")
VERIFIER = "v" * 64


@pytest.fixture(scope="module")
def server() -> Iterator[OAuthServer]:
    with oauth_server() as made:
        yield made


def call() -> Call:
    return Call(connect_within=5, total=5, allow_private=True)


def visit(address: str) -> Visit:
    return Visit(address, "http://127.0.0.1:9/connect/circles/callback", "the-state", VERIFIER)


def code(network: Circles, there: Visit) -> str:
    """As a browser brings it back after a yes."""
    address = network.authorization(APP, there).replace("/login?", "/authorize?")
    back = httpx.get(address, trust_env=False).headers["Location"]
    return parse_qs(urlsplit(back).query)["code"][0]


@pytest.mark.parametrize("auth", ["client_secret_post", "client_secret_basic"])
def test_there_and_back_with_pkce(server: OAuthServer, auth: str) -> None:
    network, there = Circles(flow=flow(server.address, client_auth=auth)), visit(server.address)
    asked = parse_qs(urlsplit(network.authorization(APP, there)).query)
    assert asked["code_challenge_method"] == ["S256"] and VERIFIER not in str(asked)
    assert (asked["scope"], asked["state"], asked["client_id"]) == (["post read"], ["the-state"], ["the-app"])
    given = network.token(APP, there, code(network, there), call())
    assert sorted(given) == ["access_token", "expires_in", "refresh_token"]
    assert given["expires_in"] == 3600
    sent = server.seen()[-1]
    assert sent["code_verifier"] == VERIFIER
    in_form, in_header = sent.get("client_secret") == "canary-5ecret", sent["authorization"].startswith("Basic ")
    assert (in_form, in_header) == ((True, False) if auth == "client_secret_post" else (False, True))


def test_a_stand_in_for_the_api_stands_in_for_the_site() -> None:
    network, there = Circles(flow=flow("https://api.circles.example")), visit("http://127.0.0.1:18060")
    assert network.authorization(APP, there).startswith("http://127.0.0.1:18060/login?")
    own = visit("https://api.circles.example")
    assert network.authorization(APP, own).startswith("https://api.circles.example/login?")


@pytest.mark.parametrize(
    ("status", "body", "kind", "told"),
    [
        (400, {"error": "invalid_grant"}, ConnectFailed, "perhaps it took too long; start again"),
        (401, {"error": "invalid_client"}, AppUnknown, "copy both codes again"),
        (400, {"error": {"message": "canary-5ecret", "code": 100}}, ConnectFailed, "did not accept the way back"),
        (200, {"access_token": "a", "scope": "read"}, ConnectFailed, r"\(post is missing\)"),
        (200, {"token_type": "Bearer"}, ConnectFailed, "gave no token"),
        (200, {"access_token": "a b\n\u00e9"}, ConnectFailed, "gave no token"),
        (200, [], ConnectFailed, "no answer that can be used"),
        (503, {}, ConnectFailed, r"trouble of its own \(error 503\)"),
    ],
)
def test_every_no_is_one_sentence(
    server: OAuthServer, status: int, body: object, kind: type[ConnectFailed], told: str
) -> None:
    network, there = Circles(flow=flow(server.address)), visit(server.address)
    brought = code(network, there)
    server.answer_next(status, body)  # type: ignore[arg-type]  # also what is no object
    with pytest.raises(kind, match=told) as refused:
        network.token(APP, there, brought, call())
    assert "canary" not in str(refused.value)


def test_a_wrong_verifier_and_a_code_used_twice_are_refused_there(server: OAuthServer) -> None:
    network, there = Circles(flow=flow(server.address)), visit(server.address)
    other = Visit(there.server, there.returns_to, there.state, "w" * 64)
    with pytest.raises(ConnectFailed):
        network.token(APP, other, code(network, there), call())
    brought = code(network, there)
    network.token(APP, there, brought, call())
    with pytest.raises(ConnectFailed):
        network.token(APP, there, brought, call())


def test_a_server_that_is_away() -> None:
    network = Circles(flow=flow(address := f"http://127.0.0.1:{closed_port()}"))
    with pytest.raises(ConnectFailed, match="cannot be reached; try again later"):
        network.token(APP, visit(address), "x", call())
