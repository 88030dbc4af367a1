"""Clients on the web: added, changed, their weekly slots, paused and resumed; an assistant looks and changes nothing."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from socialq.models import Client, Slot
from socialq.planning import pausing
from socialq.planning.creating import next_slot
from socialq.services.i18n import Words
from socialq.wiring import Parts
from tests.cast import STAN, VERA
from tests.factories import dump, make_practice
from tests.web.door import Browser, join
from tests.web.untranslated import untranslated

FORM = {
    "name": "Bakkerij De Korenaar", "timezone": "Amsterdam", "language": "nl", "colour": "2", "approval": "not-needed",
    "lateness_limit": "3600",
}  # fmt: skip


def only_client(parts: Parts) -> Client:
    with parts.db.read() as session:
        return session.scalars(select(Client)).one()


def slots(parts: Parts) -> list[tuple[int, str]]:
    with parts.db.read() as session:
        return [
            (one.weekday, f"{one.at:%H:%M}") for one in session.scalars(select(Slot).order_by(Slot.weekday, Slot.at))
        ]


def test_the_first_client_in_one_form(parts: Parts, vera: Browser) -> None:
    assert "/clients/new" in vera.get("/clients").text
    assert 'value="Amsterdam"' in vera.get("/clients/new").text
    answer = vera.post("/clients", FORM)
    client = only_client(parts)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/clients/{client.id}")
    stored = (
        client.name,
        client.timezone,
        client.language,
        client.colour,
        client.approval_needed,
        client.lateness_limit,
    )
    assert stored == ("Bakkerij De Korenaar", "Europe/Amsterdam", "nl", "#2B67B1", False, 3600)
    page = vera.get(f"/clients/{client.id}").text
    assert "Bakkerij De Korenaar" in page
    assert f"/clients/{client.id}/channels/new" in page
    assert "Bakkerij De Korenaar" in vera.get("/clients").text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
        ({"language": "fr"}, "language"),
        ({"colour": "9"}, "colour"),
        ({"lateness_limit": "60"}, "lateness_limit"),
        ({"lateness_limit": "-1"}, "lateness_limit"),
        ({"id": "7"}, ""),
        ({"paused_at": "2026-01-01"}, ""),
    ],
)
def test_what_is_not_right_is_said_beside_its_field(
    parts: Parts, vera: Browser, change: dict[str, str], field: str
) -> None:
    before = dump(parts)
    answer = vera.post("/clients", {**FORM, **change})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert f'href="#{field}"' in answer.text or not field
    assert "Bakkerij De Korenaar" in answer.text or "name" in change
    assert dump(parts) == before


def test_a_name_is_taken_once_but_keeps_being_its_own(parts: Parts, vera: Browser) -> None:
    vera.post("/clients", FORM)
    client = only_client(parts)
    assert vera.post("/clients", FORM).status_code == 422
    changed = {**FORM, "timezone": "Asia/Tokyo", "approval": "needed", "lateness_limit": "7200"}
    assert vera.post(f"/clients/{client.id}", changed).status_code == 303
    client = only_client(parts)
    assert (client.name, client.timezone, client.approval_needed) == (FORM["name"], "Asia/Tokyo", True)
    assert "Tok" in vera.get(f"/clients/{client.id}/edit").text


def test_slots_are_added_removed_and_put_back(parts: Parts, vera: Browser) -> None:
    vera.post("/clients", FORM)
    path = f"/clients/{only_client(parts).id}/slots"
    vera.post(path, {"weekdays": ["1", "3"], "at": "09:00"})
    vera.post(path, {"weekdays": "1", "at": "09:00"})
    assert slots(parts) == [(1, "09:00"), (3, "09:00")]
    assert "(Amsterdam)" in vera.get(path.removesuffix("/slots")).text
    with parts.db.read() as session:
        gone = session.scalars(select(Slot.id).where(Slot.weekday == 3)).one()
    page = vera.post(f"{path}/end", {"slot": str(gone)}, follow_redirects=True)
    assert slots(parts) == [(1, "09:00")]
    assert 'name="weekdays" value="3"' in page.text
    vera.post(path, {"weekdays": "3", "at": "09:00"})
    assert slots(parts) == [(1, "09:00"), (3, "09:00")]
    assert vera.post(f"{path}/end", {"slot": "999"}).status_code == 404


def test_the_first_free_slot_is_the_one_that_a_new_post_gets(parts: Parts, vera: Browser) -> None:
    """Also when that is today."""
    vera.post("/clients", FORM)
    client = only_client(parts)
    soon = (parts.db.now() + timedelta(minutes=2)).astimezone(ZoneInfo(client.timezone))
    days = [str(day) for day in range(7)]
    vera.post(f"/clients/{client.id}/slots", {"weekdays": days, "at": f"{soon:%H:%M}"})
    with parts.db.read() as session:
        free = Words("en").moment(next_slot(session, client.id, ()), client.timezone)
    assert vera.get(f"/clients/{client.id}").text.count(free) == 2  # on top, and in the list of the next times


@pytest.mark.parametrize(
    "form",
    [{"at": "09:00"}, {"weekdays": "1"}, {"weekdays": "1", "at": "25:00"}, {"weekdays": "7", "at": "09:00"}, {"weekdays": "x", "at": "9"}],
)  # fmt: skip
def test_a_slot_that_is_none(parts: Parts, vera: Browser, form: dict[str, str]) -> None:
    vera.post("/clients", FORM)
    assert vera.post(f"/clients/{only_client(parts).id}/slots", form).status_code == 422
    assert slots(parts) == []


def test_another_clients_slot_is_not_there(parts: Parts, vera: Browser) -> None:
    practice = make_practice(parts, slots=("tue 09:00",))
    vera.post("/clients", FORM)
    with parts.db.read() as session:
        other = session.scalars(select(Client.id).where(Client.id != practice.client.id)).one()
        slot = session.scalars(select(Slot.id)).one()
    assert vera.post(f"/clients/{other}/slots/end", {"slot": str(slot)}).status_code == 404
    assert len(slots(parts)) == 1


def test_paused_and_resumed(parts: Parts, vera: Browser) -> None:
    practice = make_practice(parts)
    practice.scheduled(3600)
    path = f"/clients/{practice.client.id}"
    page = vera.post(f"{path}/pause", follow_redirects=True)
    assert only_client(parts).paused_at is not None
    assert f'action="{path}/pause/end"' in page.text
    assert vera.post(f"{path}/pause/end").status_code == 303
    assert only_client(parts).paused_at is None
    with parts.db.begin() as session:
        assert pausing.pause(session, [practice.client.id], VERA.actor) == 1


def test_an_assistant_sees_her_client_and_changes_nothing(app: Flask, parts: Parts, vera: Browser) -> None:
    practice = make_practice(parts, slots=("tue 09:00",))
    practice.scheduled(3600, "Vers brood")
    path = f"/clients/{practice.client.id}"
    join(parts, STAN, [practice.client.id])
    stan = Browser(app)
    stan.sign_in(STAN.email)
    page = stan.get(path).text
    assert "Vers brood" in page
    assert f"{path}/edit" not in page
    assert f"{path}/slots" not in page
    assert f"{path}/channels/new" not in page
    for other in (f"{path}/edit", "/clients/new", f"{path}/channels/new"):
        assert stan.get(other).status_code == 404
    for other in (path, f"{path}/slots", f"{path}/channels", f"{path}/authorizations", "/clients"):
        assert stan.post(other, FORM).status_code == 404
    assert "Bakkerij" in stan.get("/clients").text


def test_every_text_went_through_a_catalog(parts: Parts, vera: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    practice = make_practice(parts, slots=("tue 09:00",))
    practice.scheduled(3600, "Vers brood")
    monkeypatch.setattr("socialq.web.reach.language", lambda: "xx")
    names = frozenset(
        {
            "socialq",
            "Bakkerij",
            "Vera",
            "vera@example.com",
            "BA",
            "VE",
            "N",
            "Bluesky",
            "Facebook",
            "X",
            "Mastodon",
            "brood",
            "taart",
            "Vers",
            "Fake",
        }
    )
    path = f"/clients/{practice.client.id}"
    pages: list[Any] = ["/clients", path, f"{path}/edit", "/clients/new", f"{path}/channels/new"]
    for page in pages:
        assert (
            untranslated(
                vera.get(page).text.replace("<datalist", "<template").replace("</datalist", "</template"), names
            )
            == []
        ), page
