"""Connecting with a fake X: whose token it is, the way there and back, renewing with a token that serves once, giving back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from socialq import clock
from socialq.domain.outcomes import Deferred, Disconnected, NotSent, Published
from socialq.networks.base import Account, App, AppUnknown, Connected, ConnectFailed, Visit
from socialq.networks.besides import CanRefresh, CanWithdraw, NeedsApp, Renewed
from socialq.networks.x import NETWORK
from socialq.networks.x.client import Unexplained
from tests.networks.desk import call
from tests.networks.fake_x import ME, TOKEN, FakeX
from tests.networks.fake_x_doors import CLIENT
from tests.networks.recordings.x import CAP, status
from tests.networks.x_desk import account, fake_x, signing

APP = App(*CLIENT)
BACK = "http://127.0.0.1:8000/authorizations/x"
VERIFIER = "v" * 64
TOKENS = "/2/oauth2/token"
OWNER = "/2/users/me"


@pytest.fixture
def server() -> Iterator[FakeX]:
    with fake_x() as made:
        yield made


def renewable(server: FakeX) -> Account:
    return account(server, credentials={"access_token": TOKEN, "refresh_token": "refresh-0", "expires_at": 1})


def visit(server: FakeX) -> Visit:
    return Visit(server.url, BACK, "state-1", VERIFIER)


def refused(typed: Account) -> str:
    with pytest.raises(ConnectFailed) as caught:
        NETWORK.connect(typed)
    told = str(caught.value)
    assert told.endswith(".") and "\n" not in told
    assert TOKEN not in told
    return told


def test_what_it_can() -> None:
    assert isinstance(NETWORK, CanRefresh) and isinstance(NETWORK, CanWithdraw) and isinstance(NETWORK, NeedsApp)


def test_the_account_by_either_kind_of_token(server: FakeX) -> None:
    for who in (account(server), signing(server)):
        assert NETWORK.connect(replace(who, remote_id="", handle="")) == Connected(ME, "@vera", server.url)


def test_without_a_server_it_is_x_itself() -> None:
    assert NETWORK.server("", call()) == "https://api.x.com"
    address = urlsplit(NETWORK.authorization(APP, Visit("https://api.x.com", BACK, "s", VERIFIER)))
    assert (address.netloc, address.path) == ("x.com", "/i/oauth2/authorize")


def test_there_and_back_with_pkce(server: FakeX) -> None:
    asked = NETWORK.authorization(APP, visit(server))
    query = parse_qs(urlsplit(asked).query)
    assert query["scope"] == ["tweet.read tweet.write users.read media.write offline.access"]
    assert query["code_challenge_method"] == ["S256"]
    back = requests.get(asked, allow_redirects=False, timeout=5).headers["Location"]
    brought = parse_qs(urlsplit(back).query)
    assert brought["state"] == ["state-1"]
    found = NETWORK.token(APP, visit(server), brought["code"][0], call())
    assert found == {"access_token": "access-000000002", "refresh_token": "refresh-000000002", "expires_in": 7200}
    assert NETWORK.connect(account(server, credentials=found)).handle == "@vera"
    with pytest.raises(ConnectFailed):  # a code serves once
        NETWORK.token(APP, visit(server), brought["code"][0], call())
    with pytest.raises(AppUnknown):
        NETWORK.token(App("x-client", "another"), visit(server), "code", call())


@pytest.mark.parametrize(
    ("effect", "told"),
    [
        (status(401, {"detail": "Unauthorized"}), "X does not accept this token: log in there again, or copy it anew."),
        (status(403, {"detail": "no"}),
         "The app at X may not read and write: allow that in X's developer console, then log in there again."),
        (status(402, {}), "The app's credit at X is used up: add to it in X's developer console, then try again."),
        (status(429, CAP), "The app's credit at X is used up: add to it in X's developer console, then try again."),
        (status(429, {}), "%s takes no more requests for now; try again in a few minutes."),
        (status(503, {}), "%s has trouble of its own (error 503); try again later."),
        (status(200, {"data": {"id": "abc", "username": "vera"}}), "%s gave no answer that can be used; try again later."),
        ({"type": "garbage"}, "%s gave no answer that can be used; try again later."),
        ({"type": "cut"}, "%s cannot be reached; try again later."),
        ({"type": "hang", "seconds": 30}, "%s does not answer in time; try again later."),
    ],
)  # fmt: skip
def test_what_is_against_it_in_one_sentence(server: FakeX, effect: dict[str, object], told: str) -> None:
    server.behave("GET", OWNER, effect)
    typed = account(server, call=call(total=1))
    assert refused(typed) == told.replace("%s", urlsplit(server.url).netloc)


def test_half_a_token_is_none(server: FakeX) -> None:
    assert refused(account(server, credentials={})) == "Log in on X, or give an access token of it."
    half = {key: value for key, value in signing(server).credentials.items() if key != "consumer_secret"}
    assert refused(account(server, credentials=half)).startswith("X's older tokens have four parts")
    assert refused(account(server, call=call(allow_private=False))).startswith(
        "Only addresses that begin with https://"
    )
    assert server.requests == []


def test_access_is_renewed_and_the_old_token_serves_no_more(server: FakeX) -> None:
    who = renewable(server)
    assert NETWORK.renews(who.credentials)
    assert not NETWORK.renews(signing(server).credentials) and not NETWORK.renews({"access_token": "a"})
    found = NETWORK.refresh(who, APP)
    assert isinstance(found, Renewed)
    assert found.credentials["refresh_token"] == "refresh-000000001"
    assert found.expires_at is not None
    assert timedelta(minutes=119) < found.expires_at - clock.host_now() < timedelta(minutes=121)
    again = replace(who, credentials={**who.credentials, **found.credentials})
    assert NETWORK.connect(again).handle == "@vera"
    assert NETWORK.refresh(who, APP) == Disconnected("X does not renew the access any more; log in there again.")


def test_renewing_says_what_is_known_and_no_more(server: FakeX) -> None:
    who = renewable(server)
    assert isinstance(NETWORK.refresh(who, None), NotSent)
    assert NETWORK.refresh(who, App("x-client", "x")) == NotSent("X does not know the app: its codes are others by now")
    server.behave("POST", TOKENS, status(429, {}))
    assert isinstance(NETWORK.refresh(who, APP), Deferred)
    for effect in (status(503, {}), status(200, {}), status(400, {}), {"type": "garbage"}):
        server.behave("POST", TOKENS, effect)
        with pytest.raises(Unexplained):
            NETWORK.refresh(who, APP)
    server.behave("POST", TOKENS, {"type": "cut"})
    with pytest.raises(requests.exceptions.ConnectionError):
        NETWORK.refresh(who, APP)


def test_access_is_given_back(server: FakeX) -> None:
    who = renewable(server)
    NETWORK.withdraw(who, APP)
    assert refused(who).startswith("X does not accept")
    for other, app in ((signing(server), APP), (who, None)):
        with pytest.raises(ConnectFailed, match="not given to socialq itself"):
            NETWORK.withdraw(other, app)


@pytest.mark.parametrize(
    "link",
    [
        "https://x.com/vera/status/1880000000000000000", "https://twitter.com/Vera/status/1880000000000000000?s=20",
        " https://mobile.x.com/vera/statuses/1880000000000000000/photo/1 ",
    ],
)  # fmt: skip
def test_a_link_of_the_account_is_recognised(link: str) -> None:
    found = NETWORK.recognize(link, "https://api.x.com", ME, "@vera")
    assert found == Published("1880000000000000000", "https://x.com/vera/status/1880000000000000000")


@pytest.mark.parametrize(
    "link",
    [
        "https://x.com/nadia/status/1880000000000000000", "https://x.com/i/status/1880000000000000000", "https://x.com/vera",
        "https://x.com.example.org/vera/status/1880000000000000000", "https://x.com/vera/status/abc", "nonsense", "http://[",
    ],
)  # fmt: skip
def test_any_other_link_is_not(link: str) -> None:
    assert NETWORK.recognize(link, "https://api.x.com", ME, "@vera") is None
