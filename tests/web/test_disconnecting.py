"""Disconnecting a channel by hand: what the server is told, what stays, and what is said when it cannot be told."""

import httpx
from mastodon_mock.testing import DEFAULT_TEST_SEED, MockServer
from sqlalchemy import delete

from socialq.db import now
from socialq.models import Channel, Client, NetworkApp
from socialq.wiring import Parts
from tests.web.door import Browser
from tests.web.ways import channels, out, yes


def sealed_token(parts: Parts, channel: Channel) -> str:
    assert channel.credentials is not None
    return str(parts.secrets.open(channel.owner, channel.credentials)["access_token"])


def accepts(server: MockServer, token: str) -> bool:
    headers = {"Authorization": f"Bearer {token}"}
    way = f"{server.base_url}/api/v1/accounts/verify_credentials"
    return httpx.get(way, headers=headers, trust_env=False).is_success


def test_disconnected_the_server_takes_the_token_no_more(
    parts: Parts, vera: Browser, client: Client, server: MockServer
) -> None:
    vera.get(yes(out(vera, f"/clients/{client.id}/authorizations", server.base_url)))
    token = sealed_token(parts, channels(parts)[0])
    assert accepts(server, token)
    told = vera.post(f"/channels/{channels(parts)[0].id}/end", follow_redirects=True).text
    assert "is disconnected. Its posts and numbers stay." in told
    assert not accepts(server, token)


def test_an_account_that_is_connected_elsewhere_too_keeps_its_access(
    parts: Parts, vera: Browser, client: Client, server: MockServer
) -> None:
    """A real Mastodon gives the same token to both."""
    with parts.db.begin() as session:
        other = Client(
            name="Broer", timezone="Europe/Amsterdam", language="nl", approval_needed=False, created_at=now(session)
        )
        session.add(other)
    for one in (client, other):
        vera.get(yes(out(vera, f"/clients/{one.id}/authorizations", server.base_url)))
    first, second = channels(parts)
    tokens = [sealed_token(parts, one) for one in (first, second)]
    vera.post(f"/channels/{first.id}/end")
    assert [accepts(server, token) for token in tokens] == [True, True]
    vera.post(f"/channels/{second.id}/end")
    assert not accepts(server, tokens[1])


def test_a_server_that_is_gone_cannot_be_told_and_that_is_said(parts: Parts, vera: Browser, client: Client) -> None:
    gone = MockServer(seed=DEFAULT_TEST_SEED).start()
    vera.get(yes(out(vera, f"/clients/{client.id}/authorizations", gone.base_url)))
    gone.stop()
    told = vera.post(f"/channels/{channels(parts)[0].id}/end", follow_redirects=True).text
    assert "could not be told" in told and "Authorized apps" in told
    assert (channels(parts)[0].credentials, channels(parts)[0].disconnected_at is None) == (None, False)


def test_a_pasted_token_is_not_socialqs_to_take_back(
    parts: Parts, vera: Browser, client: Client, server: MockServer
) -> None:
    with parts.db.begin() as session:
        session.execute(delete(NetworkApp))
    form = {"network": "mastodon", "server": server.base_url, "password": "alice_token"}
    vera.post(f"/clients/{client.id}/channels", form)
    assert "could not be told" in vera.post(f"/channels/{channels(parts)[0].id}/end", follow_redirects=True).text
    assert accepts(server, "alice_token")


def test_disconnected_by_hand_and_connected_as_if_new(
    parts: Parts, vera: Browser, client: Client, server: MockServer
) -> None:
    form = {"network": "mastodon", "server": server.base_url, "password": "alice_token"}
    vera.post(f"/clients/{client.id}/channels", form)
    channel_id = channels(parts)[0].id
    assert vera.post(f"/channels/{channel_id}/end").status_code == 303
    gone = channels(parts)[0]
    assert (gone.credentials, gone.disconnected_at is None) == (None, False)
    assert "You disconnected it yourself." in vera.get(f"/channels/{channel_id}").text
    assert vera.post(f"/clients/{client.id}/channels", form).status_code == 303
    assert [one.id for one in channels(parts)] == [channel_id]
    assert channels(parts)[0].credentials_version == 3
