"""Connecting: who the token belongs to, what the instance takes, and one clear sentence for everything that goes wrong."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from socialq.networks.base import Account, Connected, ConnectFailed
from socialq.networks.call import Call
from socialq.networks.mastodon import NETWORK
from socialq.networks.mastodon.connect import limits
from tests.networks.certificates import authority_and_context
from tests.networks.desk import account, call
from tests.networks.fake_mastodon import TOKEN, FakeMastodon
from tests.networks.peers import answering, peer

OWNER = "/api/v1/accounts/verify_credentials"
READ = {
    "characters": 500, "url_characters": 23, "images": 4, "image_bytes": 16_777_216, "image_pixels": 33_177_600,
    "alt_characters": 1500, "image_types": ["image/jpeg", "image/png", "image/gif", "image/webp"],
    "video_types": ["video/mp4"],
}  # fmt: skip


@pytest.fixture
def server() -> Iterator[FakeMastodon]:
    made = FakeMastodon().start()
    yield made
    made.stop()


def refused(typed: Account) -> str:
    with pytest.raises(ConnectFailed) as caught:
        NETWORK.connect(typed)
    told = str(caught.value)
    assert told.endswith(".")
    assert "\n" not in told
    assert TOKEN not in told
    return told


def test_the_account_and_its_limits(server: FakeMastodon) -> None:
    found = NETWORK.connect(replace(account(server), server=f" {server.url}/ ", remote_id="", handle=""))
    assert found == Connected("1", "@vera@fake.example", server.url, READ)
    assert NETWORK.limits.updated(found.limits).image_types == tuple(READ["image_types"])


def test_an_old_server_is_asked_the_old_way() -> None:
    server = FakeMastodon(old=True, characters=1000).start()
    found = NETWORK.connect(account(server))
    server.stop()
    assert found.limits["characters"] == 1000
    assert found.handle == "@vera@fake.example"


def test_a_server_that_describes_itself_in_no_way_keeps_the_declared_limits(server: FakeMastodon) -> None:
    for path in ("/api/v2/instance", "/api/v1/instance"):
        server.behave("GET", path, {"type": "status", "status": 404})
    assert NETWORK.connect(account(server)).limits == {}
    assert NETWORK.limits.updated({}) == NETWORK.limits


def test_nonsense_among_the_limits_is_left_out() -> None:
    assert limits({"statuses": {"max_characters": "many", "max_media_attachments": -1}, "media_attachments": []}) == {}
    assert limits({"statuses": {"max_characters": True, "characters_reserved_per_url": 23}}) == {"url_characters": 23}


def test_a_wrong_token(server: FakeMastodon) -> None:
    for token in ("wrong", "", " "):
        assert "token" in refused(replace(account(server), credentials={"access_token": token}))


def test_a_token_that_is_no_header_stays_secret(server: FakeMastodon) -> None:
    refused(replace(account(server), credentials={"access_token": f"{TOKEN}\r\nX: y"}))


def test_not_a_mastodon_server(server: FakeMastodon) -> None:
    for effect in ({"type": "garbage"}, {"type": "status", "status": 404, "body": "no"}, {"type": "empty"},
                   {"type": "status", "status": 302, "headers": {"Location": "https://elsewhere.example/"}}):  # fmt: skip
        server.behave("GET", OWNER, effect)
        assert "does not answer like a Mastodon server" in refused(account(server))


def test_a_server_in_trouble(server: FakeMastodon) -> None:
    server.behave("GET", OWNER, {"type": "status", "status": 503})
    assert "try again later" in refused(account(server))
    server.behave("GET", OWNER, {"type": "status", "status": 429})
    assert "try again in a few minutes" in refused(account(server))
    server.behave("GET", OWNER, {"type": "hang", "seconds": 30})
    assert "does not answer in time" in refused(replace(account(server), call=call(total=0.3)))


def test_nobody_there(server: FakeMastodon, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert "cannot be reached" in refused(replace(account(server), server=f"http://127.0.0.1:{port}"))
    assert "cannot be reached" in refused(replace(account(server), server="http://no-such-name.invalid"))
    _, context = authority_and_context(tmp_path, "localhost")
    with peer(answering(), context) as strange:
        assert "certificate" in refused(replace(account(server), server=f"https://localhost:{strange.port}"))


@pytest.mark.abuse(24)
@pytest.mark.parametrize(
    "typed",
    ["127.0.0.1", "http://127.0.0.1", "localhost", "https://[::1]", "0x7f.1", "169.254.169.254", "10.0.0.1",
     "vera@mastodon.social", "file:///etc/passwd", "mastodon.social/api", ""],
)  # fmt: skip
def test_abuse_24_the_address_of_an_instance_is_guarded(server: FakeMastodon, typed: str) -> None:
    public_only = Call(connect_within=1, total=1)
    refused(replace(account(server), server=typed, call=public_only))
    assert server.requests == []


@pytest.mark.abuse(24)
def test_abuse_24_a_name_that_leads_inside_is_blocked(server: FakeMastodon, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: inside)
    public_only = Call(connect_within=1, total=1)
    told = refused(replace(account(server), server=f"instance.example:{server.port}", call=public_only))
    assert "private network" in told
    assert server.requests == []
