"""After a restore: the list with what the networks show, yes and no, hers only; and the breaker's "go on"."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from socialq.db import now
from socialq.models import Channel, Delivery, Incident, Member
from socialq.publishing import moved
from socialq.services.i18n import Words
from socialq.wiring import Parts
from tests.web import days
from tests.web.door import Browser


@pytest.fixture(autouse=True)
def _no_text_untranslated(monkeypatch: pytest.MonkeyPatch, _as_if_built: None) -> None:
    monkeypatch.setattr(Words, "strict", True)


def waiting(session: Session, text: str, **columns: object) -> int:
    where = days.channel(session, days.client(session, f"Klant {text}"))
    made = days.sent(session, where, now(session) + timedelta(hours=1), "scheduled", text)
    moment = now(session)
    values = {"confirm_at": moment, "confirm_since": moment, **columns}
    session.execute(update(Delivery).where(Delivery.id == made.delivery).values(**values))
    return made.delivery


def delivery(parts: Parts, delivery_id: int) -> Delivery:
    with parts.db.read() as session:
        return session.get_one(Delivery, delivery_id)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_each_says_what_the_network_shows(parts: Parts, vera: Browser, language: str) -> None:
    assert vera.get("/confirmations").status_code == 200
    with parts.db.begin() as session:
        session.execute(update(Member).values(language=language))
        for found in ("found", "absent", "near", "unreadable", ""):
            waiting(session, f"post {found or 'looking'}", confirm_found=found, confirm_url="https://m.example/1")
    page = vera.get("/confirmations").text
    dutch = ["Staat online", "Het staat niet online", "Iets wat erop lijkt", "niet op te zoeken", "Het wordt opgezocht"]
    english = ["It is online", "It is not online", "Something like it", "cannot be looked up", "It is being looked up"]
    assert [one for one in (dutch if language == "nl" else english) if one not in page] == []
    assert page.count('value="confirm"') == 5, "four of one each, and all; none for what is still looked up"


def test_one_yes_for_all_and_a_no_for_one(parts: Parts, vera: Browser) -> None:
    with parts.db.begin() as session:
        out = waiting(session, "uit", confirm_found="found", confirm_remote_id="7", confirm_url="https://m.example/7")
        go, leave = (waiting(session, text, confirm_found="absent") for text in ("ga", "weg"))
    moved.restored(parts.db)
    assert vera.post("/confirmations", {"choice": "leave", "ids": [leave]}).status_code == 303
    assert delivery(parts, leave).state == "failed"
    vera.post("/confirmations", {"choice": "confirm", "ids": [out, go, leave]})
    assert (delivery(parts, out).state, delivery(parts, out).url) == ("published", "https://m.example/7")
    assert (delivery(parts, go).state, delivery(parts, go).confirm_at) == ("scheduled", None)
    assert "m.example" not in vera.get("/confirmations").text


def test_go_on_from_today(parts: Parts, vera: Browser) -> None:
    with parts.db.begin() as session:
        owner = days.client(session)
        channel = days.channel(session, owner)
        days.incident(session, "breaker", owner, subject=f"channel:{channel.id}", limit=25, network="mastodon")
        channel_id = channel.id
    assert f"/channels/{channel_id}/breaker" in vera.get("/").text
    vera.post(f"/channels/{channel_id}/breaker")
    with parts.db.read() as session:
        until = session.get_one(Channel, channel_id).breaker_until
        assert until is not None and session.scalar(select(Incident.resolved_at)) is not None
