"""Network apps: codes that a network asks for are kept, shown as there, replaced and removed; and the servers that know socialq."""

from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select

from socialq.connecting import apps
from socialq.errors import BadInput
from socialq.models import Channel, Event, NetworkApp
from socialq.networks.besides import AppCredentials, NeedsApp
from socialq.wiring import Parts
from tests.cast import STAN
from tests.factories import Practice
from tests.fakes import FakeNetwork
from tests.web.door import Browser, join

CODES = {"client_id": "app-17", "client_password": "canary-app-secret"}
PAGE = "/settings/networks"


@dataclass
class Needing(FakeNetwork):
    key: str = "needing"
    name: str = "Needing"
    app_credentials: AppCredentials = AppCredentials("https://developer.example/apps", "App ID", "App secret")


@pytest.fixture(autouse=True)
def none_of_ours(app: Flask) -> None:
    """Whichever networks there are, those that want an app are away."""
    networks = app.extensions["socialq"].networks
    for key in [key for key, one in networks.items() if isinstance(one, NeedsApp)]:
        del networks[key]


@pytest.fixture
def needing(app: Flask) -> None:
    app.extensions["socialq"].networks["needing"] = Needing()


def test_without_such_a_network_there_is_nothing_to_fill_in(vera: Browser) -> None:
    page = vera.get(PAGE).text
    assert "No network in this socialq asks for that" in page and "None yet." in page
    assert "Network apps" in vera.get("/settings").text
    assert vera.post(f"{PAGE}/mastodon", CODES).status_code == 404


def test_codes_are_kept_sealed_replaced_and_removed(vera: Browser, parts: Parts, needing: None) -> None:
    assert "https://developer.example/apps" in vera.get(PAGE).text
    assert vera.post(f"{PAGE}/needing", CODES).status_code == 303
    page = vera.get(PAGE).text
    assert "app-17" in page and "is set" in page and "canary-app-secret" not in page
    with parts.db.read() as session:
        row = session.scalars(select(NetworkApp)).one()
        assert b"canary" not in row.client_secret
        app = apps.app_for(session, parts.secrets, "needing")
        assert app and (app.client_id, app.client_secret) == ("app-17", "canary-app-secret")
    assert vera.post(f"{PAGE}/needing", {"client_id": "app-18", "client_password": "other"}).status_code == 303
    assert "app-18" in vera.get(PAGE).text
    assert vera.post(f"{PAGE}/needing/end").status_code == 303
    assert vera.post(f"{PAGE}/needing/end").status_code == 404
    with parts.db.read() as session:
        assert apps.app_for(session, parts.secrets, "needing") is None
        verbs = list(session.scalars(select(Event.verb).where(Event.subject == "network:needing").order_by(Event.id)))
    assert verbs == ["keep_app", "keep_app", "remove_app"]


def test_what_cannot_be_codes_is_said_beside_and_the_secret_does_not_come_back(vera: Browser, needing: None) -> None:
    for change in ({"client_password": ""}, {"client_id": "two words"}, {"client_password": "canary two"}):
        answer = vera.post(f"{PAGE}/needing", CODES | change)
        assert answer.status_code == 422 and "canary" not in answer.text
    assert "app-17" not in vera.get(PAGE).text


def test_the_environment_wins_and_is_locked(
    vera: Browser, parts: Parts, needing: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    vera.post(f"{PAGE}/needing", CODES)
    monkeypatch.setenv("SOCIALQ_NEEDING_CLIENT_ID", "from-outside")
    page = vera.get(PAGE).text
    assert "SOCIALQ_NEEDING_CLIENT_SECRET is not set" in page and 'name="client_id"' not in page
    with parts.db.read() as session, pytest.raises(BadInput, match="set both, or neither"):
        apps.app_for(session, parts.secrets, "needing")
    monkeypatch.setenv("SOCIALQ_NEEDING_CLIENT_SECRET", "canary-outside")
    page = vera.get(PAGE).text
    assert "SOCIALQ_NEEDING_CLIENT_ID" in page and "canary-outside" not in page
    answer = vera.post(f"{PAGE}/needing", CODES)
    assert (answer.status_code, "cannot be changed here" in answer.text) == (422, True)
    with parts.db.read() as session:
        app = apps.app_for(session, parts.secrets, "needing")
    assert app and (app.client_id, app.client_secret) == ("from-outside", "canary-outside")


def test_servers_that_know_socialq_are_listed_and_forgotten(vera: Browser, parts: Parts, practice: Practice) -> None:
    with parts.db.begin() as session:
        channel = session.scalars(select(Channel)).first()
        assert channel
        channel.network, channel.server = "mastodon", "https://m.example"
        for server in ("https://m.example", "https://n.example"):
            session.add(
                NetworkApp(network="mastodon", server=server, client_id="c", client_secret=b"s", returns_to="", created_at=parts.db.now())
            )  # fmt: skip
        session.flush()
        known = {row.server: row.id for row in session.scalars(select(NetworkApp))}
    page = vera.get(PAGE).text
    assert "m.example" in page and "1 channel uses it" in page and "no channel uses it" in page
    assert vera.post(f"{PAGE}/registered/{known['https://m.example']}/end").status_code == 303
    page = vera.get(PAGE).text
    assert "m.example is forgotten" in page and page.count("n.example") and "1 channel uses it" not in page
    assert vera.post(f"{PAGE}/registered/{known['https://m.example']}/end").status_code == 404


def test_an_assistant_finds_none_of_it(app: Flask, parts: Parts, vera: Browser, needing: None) -> None:
    join(parts, STAN)
    stan = Browser(app)
    stan.sign_in(STAN.email)
    assert stan.get(PAGE).status_code == 404
    assert stan.post(f"{PAGE}/needing", CODES).status_code == 404
