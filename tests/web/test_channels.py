"""Connecting channels on the web, against mastodon-mock's real OAuth; refused ways back, and what is kept when connecting again."""

from urllib.parse import urlencode

import pytest
from flask import Flask
from mastodon_mock.testing import MockServer
from sqlalchemy import select

from socialq.models import Channel, Client, Delivery, Incident, NetworkApp
from socialq.planning.found import Desk
from socialq.publishing.record import disconnect as lose
from socialq.wiring import Parts
from tests.cast import STAN, VERA
from tests.cli.desk import closed_port
from tests.factories import Practice, dump
from tests.fakes import FakeNetwork
from tests.web.door import Browser, join
from tests.web.ways import CALLBACK, channels, out, state_of, yes

CHANGING = ("sessions", "events")


def test_mastodon_by_logging_in_there(parts: Parts, vera: Browser, client: Client, server: MockServer) -> None:
    way = f"/clients/{client.id}/authorizations"
    back = yes(out(vera, way, server.base_url))
    answer = vera.get(back)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/clients/{client.id}")
    channel = channels(parts)[0]
    assert (channel.network, channel.server, channel.disconnected_at) == ("mastodon", server.base_url, None)
    assert channel.handle.startswith("@alice@")
    assert channel.handle in vera.get(f"/clients/{client.id}").text
    with parts.db.read() as session:
        app = session.scalars(select(NetworkApp)).one()
        secret = parts.secrets.open(app.owner, app.client_secret)["client_secret"]
    assert secret not in str(dump(parts))
    out(vera, way, server.base_url)
    with parts.db.read() as session:
        assert len(session.scalars(select(NetworkApp)).all()) == 1  # known there: not registered twice


def test_after_another_base_url_it_registers_anew(
    parts: Parts, vera: Browser, client: Client, server: MockServer
) -> None:
    out(vera, f"/clients/{client.id}/authorizations", server.base_url)
    with parts.db.begin() as session:
        row = session.scalars(select(NetworkApp)).one()
        old, row.returns_to = row.client_id, "https://old.example/callback"
    assert old not in out(vera, f"/clients/{client.id}/authorizations", server.base_url)


@pytest.mark.abuse(30)
def test_abuse_30_a_way_back_works_once_and_only_for_who_left(
    app: Flask, parts: Parts, vera: Browser, client: Client, server: MockServer
) -> None:
    way = f"/clients/{client.id}/authorizations"
    address = out(vera, way, server.base_url)
    back, state = yes(address), state_of(address)
    other = Browser(app)
    other.sign_in(VERA.email)
    before = {name: rows for name, rows in dump(parts).items() if name not in CHANGING}
    for path in (
        back.replace(state, "A" * 43), f"{CALLBACK}?code=x", CALLBACK, f"{CALLBACK}?code=x&state=",
        f"{CALLBACK}?code=x&state=%00%27", f"{CALLBACK}?error=access_denied&state={'B' * 43}",
    ):  # fmt: skip
        assert vera.get(path).status_code == 400, path
    assert other.get(back).status_code == 400
    assert {name: rows for name, rows in dump(parts).items() if name not in CHANGING} == before
    assert vera.get(back).status_code == 303
    assert len(channels(parts)) == 1
    assert vera.get(back).status_code == 400
    assert len(channels(parts)) == 1


@pytest.mark.abuse(30)
def test_abuse_30_nobody_and_an_assistant_come_back_to_nothing(
    app: Flask, parts: Parts, vera: Browser, omar: Browser, client: Client, server: MockServer
) -> None:
    back = yes(out(vera, f"/clients/{client.id}/authorizations", server.base_url))
    join(parts, STAN, [client.id])
    stan = Browser(app)
    stan.sign_in(STAN.email)
    assert stan.get(back).status_code == 400
    assert omar.get(back).status_code == 410
    assert channels(parts) == []


def test_no_is_no(parts: Parts, vera: Browser, client: Client, server: MockServer) -> None:
    state = state_of(out(vera, f"/clients/{client.id}/authorizations", server.base_url))
    answer = vera.get(f"{CALLBACK}?{urlencode({'error': 'access_denied', 'state': state})}", follow_redirects=True)
    assert "the answer was no" in answer.text
    assert server.base_url in answer.text  # what was typed is there to try again
    assert channels(parts) == []


@pytest.mark.parametrize("code", ["nonsense", "", "a b", "x" * 3000])
def test_a_code_that_is_none(parts: Parts, vera: Browser, client: Client, server: MockServer, code: str) -> None:
    state = state_of(out(vera, f"/clients/{client.id}/authorizations", server.base_url))
    answer = vera.get(f"{CALLBACK}?{urlencode({'code': code, 'state': state})}", follow_redirects=True)
    assert "start again" in answer.text
    assert channels(parts) == []


def test_a_server_that_is_none(parts: Parts, vera: Browser, client: Client) -> None:
    for typed, told in (
        ("", "Give the address of the server"), ("https://user@mastodon.social/x", "Give only the address"),
        (f"http://127.0.0.1:{closed_port()}", "cannot be reached"),
    ):  # fmt: skip
        answer = vera.post(f"/clients/{client.id}/authorizations", {"network": "mastodon", "server": typed})
        assert answer.status_code == 422
        assert told in answer.text
        assert f'value="{typed}"' in answer.text
    form = {"network": "practice", "server": "http://127.0.0.1"}
    assert vera.post(f"/clients/{client.id}/authorizations", form).status_code == 422
    assert channels(parts) == []


def test_by_a_token(parts: Parts, vera: Browser, client: Client, server: MockServer) -> None:
    form = {"network": "mastodon", "server": server.base_url, "password": "canary-5ecret"}
    refused = vera.post(f"/clients/{client.id}/channels", form)
    assert refused.status_code == 422
    assert "does not accept this token" in refused.text
    assert "canary-5ecret" not in refused.text
    assert vera.post(f"/clients/{client.id}/channels", {**form, "password": "alice_token"}).status_code == 303
    again = vera.post(f"/clients/{client.id}/channels", {**form, "password": "alice_token"})
    assert (again.status_code, "connected already" in again.text) == (422, True)
    assert len(channels(parts)) == 1


def test_practice_is_called_practice(parts: Parts, vera: Browser, client: Client) -> None:
    assert "Practice" in vera.get(f"/clients/{client.id}/channels/new?network=practice").text
    assert vera.post(f"/clients/{client.id}/channels", {"network": "practice", "handle": "../x"}).status_code == 422
    assert vera.post(f"/clients/{client.id}/channels", {"network": "practice", "handle": "vera"}).status_code == 303
    assert 'class="practice"' in vera.get(f"/clients/{client.id}").text
    assert str(parts.settings.data_dir) not in vera.get(f"/channels/{channels(parts)[0].id}").text


def test_bluesky_asks_for_a_handle_and_an_app_password(vera: Browser, client: Client) -> None:
    page = vera.get(f"/clients/{client.id}/channels/new?network=bluesky").text
    assert 'name="handle"' in page
    form = {"network": "bluesky", "handle": "vera.test", "password": "x", "server": f"http://127.0.0.1:{closed_port()}"}
    answer = vera.post(f"/clients/{client.id}/channels", form)
    assert (answer.status_code, "cannot be reached" in answer.text) == (422, True)
    assert vera.post(f"/clients/{client.id}/channels", {"network": "none", "password": "x"}).status_code == 422


@pytest.fixture
def lost(parts: Parts, vera: Browser, client: Client, server: MockServer) -> Practice:
    """A channel of alice with a post planned, which the network has refused since."""
    vera.post(
        f"/clients/{client.id}/channels", {"network": "mastodon", "server": server.base_url, "password": "alice_token"}
    )
    channel = channels(parts)[0]
    desk = Desk(parts.networks, parts.settings.times, parts.media, VERA.actor)
    practice = Practice(parts, FakeNetwork(), client, (channel.id,), desk)
    practice.scheduled(3600)
    with parts.db.begin() as session:
        lose(session, channel.id, "The server no longer accepts the token.", client.id, {})
    return practice


def test_connected_again_the_channel_is_the_same(
    parts: Parts, vera: Browser, lost: Practice, server: MockServer
) -> None:
    channel_id = lost.channels[0]
    page = vera.get(f"/channels/{channel_id}").text
    assert "no longer accepts the token" in page
    back = yes(out(vera, f"/channels/{channel_id}/authorizations", server.base_url))
    assert vera.get(back).status_code == 303
    with parts.db.read() as session:
        channel = session.get_one(Channel, channel_id)
        assert (channel.disconnected_at, channel.disconnected_reason, channel.credentials_version) == (None, "", 2)
        delivery = session.scalars(select(Delivery).where(Delivery.channel_id == channel_id)).one()
        assert delivery.state == "scheduled"
        assert session.scalars(select(Incident.id).where(Incident.resolved_at.is_(None))).all() == []


def test_another_account_is_not_taken_for_it(parts: Parts, vera: Browser, lost: Practice, server: MockServer) -> None:
    channel_id = lost.channels[0]
    form = {"network": "mastodon", "server": server.base_url, "password": "bob_token"}
    answer = vera.post(f"/channels/{channel_id}", form)
    assert (answer.status_code, "another account" in answer.text) == (422, True)
    back = yes(out(vera, f"/channels/{channel_id}/authorizations", server.base_url), "bob")
    assert "another account" in vera.get(back, follow_redirects=True).text
    with parts.db.read() as session:
        assert session.get_one(Channel, channel_id).disconnected_at is not None
    assert vera.post(f"/channels/{channel_id}", {**form, "network": "practice"}).status_code == 404
