"""Today and the channel's page list what missed its slot without the channel, each to schedule again; looked at, it is off the list."""

import pytest
from flask import Flask
from sqlalchemy import select

from socialq.models import Incident
from socialq.publishing.missed import miss_slots
from socialq.web import assets
from tests.cast import VERA
from tests.tokens.desk import Tokens
from tests.web.conftest import AsNamed
from tests.web.door import Browser, join, opened


@pytest.fixture
def vera(tokens: Tokens, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setattr(assets, "_addresses", AsNamed)
    with opened(tokens.parts) as app:
        join(tokens.parts, VERA)
        yield signed_in(app)


def signed_in(app: Flask) -> Browser:
    browser = Browser(app)
    assert browser.sign_in(VERA.email).status_code == 303
    return browser


def test_what_was_missed_is_listed_and_goes_off_the_list(tokens: Tokens, vera: Browser) -> None:
    line = tokens.line
    tokens.server.family("brood").revoked = True
    tokens.refresh()
    late, waits = line.schedule("te laat", late=8000.0), line.schedule("op tijd", late=60.0)
    miss_slots(tokens.parts.db, tokens.sender.times)
    there = f"/channels/{line.channel_id}"
    for page in ("/", there):
        assert f'href="/deliveries/{late}' in vera.get(page).text, page
    assert f'href="/deliveries/{waits}' not in vera.get(there).text
    with tokens.parts.db.read() as session:
        number = session.scalars(select(Incident.id).where(Incident.kind == "channel_missed")).one()
    assert vera.post(f"/incidents/{number}/resolution", {"choice": "seen"}).status_code == 303
    assert f'href="/deliveries/{late}' not in vera.get(there).text
    assert list(tokens.incidents()) == ["channel_disconnected"]


def test_what_renews_itself_does_not_say_that_it_runs_out(tokens: Tokens, vera: Browser) -> None:
    there, says = f"/channels/{tokens.line.channel_id}", "Runs out"
    assert says not in vera.get(there).text
    tokens.set(refresh_at=None)
    assert says in vera.get(there).text
