"""Connecting: asked first, stored sealed, once a client; what the network says against it is the person's answer."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from mastodon_mock.testing import DEFAULT_TEST_SEED, MockServer

from socialq.connecting import Wanted, add_channel, parse_token
from socialq.errors import BadInput, NotFound
from socialq.models import Channel
from socialq.networks.base import Account, Connected, ConnectFailed
from socialq.networks.call import Call
from socialq.services.accounts import open_account
from socialq.wiring import Parts
from tests.cast import VERA
from tests.factories import Practice, dump, make_practice
from tests.fakes import FakeNetwork

CANARY = "canary-5ecret"


@dataclass
class Refusing(FakeNetwork):
    """Says no, and looks whether the database is free meanwhile."""

    key: str = "refusing"
    parts: Parts | None = None

    def connect(self, account: Account) -> Connected:
        assert self.parts is not None
        with self.parts.db.begin():  # would wait for ever if a transaction were open
            raise ConnectFailed("This account is closed; open it there first.")


@dataclass
class Odd(FakeNetwork):
    """A server that gives its accounts whatever names it likes."""

    key: str = "odd"
    named: Connected = Connected("1", "x")

    def connect(self, account: Account) -> Connected:
        return self.named


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    made = MockServer(seed=DEFAULT_TEST_SEED).start()
    yield made
    made.stop()


@pytest.fixture
def vera(parts: Parts) -> Practice:
    return make_practice(parts)


def connect(vera: Practice, wanted: Wanted) -> Channel:
    parts = vera.parts
    channel_id = add_channel(parts.db, parts.networks, parts.secrets, parts.settings, wanted, VERA.actor)
    with parts.db.read() as session:
        return session.get_one(Channel, channel_id)


def test_a_mastodon_account_with_the_limits_of_its_instance(parts: Parts, server: MockServer) -> None:
    vera = make_practice(parts)
    vera.parts = parts  # the networks of the product
    channel = connect(vera, Wanted(vera.client.id, "mastodon", "alice_token\n", server.base_url + "/"))
    assert channel.server == server.base_url
    assert channel.remote_id
    assert channel.handle.startswith("@alice@")
    assert channel.limits["characters"] == 500
    assert b"alice_token" not in (channel.credentials or b"")
    account = open_account(channel, parts.secrets, Call(connect_within=1, total=1))
    assert account.credentials == {"access_token": "alice_token"}
    assert (account.server, account.remote_id, account.handle) == (channel.server, channel.remote_id, channel.handle)
    assert "alice_token" not in repr(account)
    before = dump(parts)
    with pytest.raises(BadInput, match=f"channel {channel.id}"):
        connect(vera, Wanted(vera.client.id, "mastodon", "alice_token", server.base_url))
    with pytest.raises(BadInput, match="does not accept this token"):
        connect(vera, Wanted(vera.client.id, "mastodon", CANARY, server.base_url))
    assert dump(parts) == before


def test_practice_lives_in_the_data_folder(parts: Parts) -> None:
    vera = make_practice(parts)
    vera.parts = parts
    channel = connect(vera, Wanted(vera.client.id, "practice", "x", handle="vera"))
    assert channel.server == str(parts.settings.data_dir / "practice")
    assert (channel.remote_id, channel.handle) == ("vera", "vera")


def test_nothing_is_open_while_the_network_is_asked_and_its_no_is_the_answer(vera: Practice) -> None:
    network = Refusing(parts=vera.parts)
    vera.parts = Parts(**{**vars(vera.parts), "networks": {"refusing": network}})
    before = dump(vera.parts)
    with pytest.raises(BadInput, match="This account is closed"):
        connect(vera, Wanted(vera.client.id, "refusing", "x", handle="vera"))
    assert dump(vera.parts) == before


def test_what_is_missing_is_said_before_anybody_is_asked(vera: Practice) -> None:
    before = dump(vera.parts)
    for wanted, kind, told in (
        (Wanted(vera.client.id, "fake", "x"), BadInput, "handle"),
        (Wanted(vera.client.id, "fake", "x", handle="a\x00b"), BadInput, "control"),
        (Wanted(vera.client.id, "fake", "x", server="example.com", handle="v"), BadInput, "leave the server out"),
        (Wanted(vera.client.id, "none", "x", handle="v"), BadInput, "no network"),
        (Wanted(vera.client.id, "fake", "", handle="v"), BadInput, "empty"),
        (Wanted(999, "fake", "x", handle="v"), NotFound, "no client 999"),
    ):
        with pytest.raises(kind, match=told):
            connect(vera, wanted)
    assert dump(vera.parts) == before


def test_a_sealed_token_serves_its_own_channel_only(vera: Practice) -> None:
    one = connect(vera, Wanted(vera.client.id, "fake", "one", handle="one"))
    two = connect(vera, Wanted(vera.client.id, "fake", "two", handle="two"))
    two.credentials = one.credentials
    with pytest.raises(Exception, match="belongs to another record"):
        open_account(two, vera.parts.secrets, Call(connect_within=1, total=1))


def test_tokens_as_people_bring_them() -> None:
    assert parse_token(" abc \n") == {"access_token": "abc"}
    whole = '{"access_token": "a", "refresh_token": "r", "expires_at": 1900000000, "account_id": "17"}'
    assert parse_token(whole)["account_id"] == "17"
    assert parse_token('{"access_token": "a", "expires_at": "2031-01-01T00:00:00Z"}')["expires_at"]


@pytest.mark.parametrize(
    "text",
    ["", "  ", "a b", "a\nb", "é", "{", "{}", '{"access_token": ""}', '{"access_token": "a", "x": "y"}', "[" * 30_000,
     '{"access_token": 7}', '{"access_token": "a", "expires_at": "x"}', '{"access_token": "a", "expires_at": true}',
     '{"access_token": "a", "expires_at": 1e999}', '{"access_token": "a", "expires_at": 99999999999999999}', "x" * 20_001],
)  # fmt: skip
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        parse_token(text)


@pytest.mark.abuse(20)
@pytest.mark.abuse(18)
def test_a_server_names_its_account_oddly_abuse(vera: Practice) -> None:
    """One line of text that fits, or a sentence: it goes into rows, pages and mails."""
    network = Odd()
    vera.parts = replace(vera.parts, networks={"odd": network})
    for bad in (Connected("1", "a\0b"), Connected("1", "a\ud800"), Connected("1\0", "x"), Connected("1\n", "x"),
                Connected("", "x"), Connected("1", ""), Connected("1", "x" * 256)):  # fmt: skip
        network.named = bad
        with pytest.raises(BadInput, match="cannot be stored"):
            connect(vera, Wanted(vera.client.id, "odd", "t", handle="x"))
    network.named = Connected("1", "vera\r\nBcc: omar@elsewhere.example\u2028x")
    assert connect(vera, Wanted(vera.client.id, "odd", "t", handle="x")).handle == "vera Bcc: omar@elsewhere.example x"
