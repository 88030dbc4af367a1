"""Writing direction, joiners, NUL, halves of characters and line ends in every text field: stored as typed, or a sentence; never a 500."""

from collections.abc import Mapping
from email import message_from_bytes
from email.policy import default
from typing import Literal, get_args, get_origin
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select

from socialq.alerting.send import content
from socialq.alerting.tell import tell
from socialq.models import Client, Member, OutboxMail, Post, Revision
from socialq.services import mail_settings, outbox
from socialq.services.incidents import open_incident
from socialq.web import forms
from socialq.web.forms import Form, Id
from socialq.wiring import Parts
from tests.cast import VERA
from tests.factories import Practice
from tests.web.desk import day, form, upload
from tests.web.door import Browser, member
from tests.web.routes import UNSAFE, belongings, calls

KEPT = {
    "bidi": "‮evil‬ ⁦abc⁩ שלום‏",
    "zero width": "a​b‌c‍d⁠e\ufeff",
    "family": "👩‍👩‍👧 🏳️‍🌈 é",
    "astral": "𝕳𝖆𝖑𝖑𝖔 \U0010ffff",
}
REFUSED = {"NUL": "Hallo\x00wereld", "control": "Hallo\x1bwereld", "delete": "Hallo\x7fwereld"}
# As bytes in the form: a client that does not care for UTF-8.
BROKEN = {"lone surrogate": b"Hallo \xed\xa0\xbd wereld", "no UTF-8": b"Hallo \xff\xfe wereld"}


# What a field holds while another one is tried; any other text is "x".
USUAL = {
    "timezone": "Europe/Amsterdam", "language": "nl", "email": "stan@stan.example", "address": "stan@stan.example",
    "on": "2030-01-01", "at": "09:00", "month": "2026-10", "password": "canary battery", "password_again": "canary battery",
    "url": "https://fake.example/1", "port": "587", "approval": "needed", "colour": "1", "lateness_limit": "7200",
}  # fmt: skip
NOT_HER_OWN = {"session.end", "person.end_sessions", "person.end_session"}


@pytest.mark.abuse(20)
@pytest.mark.parametrize("first", [False, True], ids=["signed in", "first run"])
def test_abuse_20_no_field_of_no_form_falls_over(
    app: Flask, parts: Parts, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, first: bool
) -> None:
    """Every form that a route of the map reads, one field after the other, in whatever bytes a client sends."""
    browser: Browser = request.getfixturevalue("omar" if first else "vera")
    things = {} if first else belongings(parts, member(parts, VERA).id).ids
    odd, tried = {"kept": " ".join(KEPT.values()).encode(), "NUL": REFUSED["NUL"].encode()} | BROKEN, set()
    read = schemas_read(monkeypatch)
    for path in ["/first-run"] if first else unsafe(app, things):
        read.clear()
        assert browser.post(path).status_code < 500, path
        for schema in set(read):
            whole = filled(schema, things)
            for field in [name for name, value in whole.items() if isinstance(value, bytes)]:
                tried.add((schema, field))
                for name, raw in odd.items():
                    code = sent(browser, path, whole | {field: raw})
                    assert code < 500, (path, field, name, code)
    assert len(tried) >= (5 if first else 40)
    for page in () if first else ("/", "/me", "/posts", "/clients", "/settings", "/settings/members", "/calendar"):
        assert browser.get(page).status_code == 200, page


def schemas_read(monkeypatch: pytest.MonkeyPatch) -> list[type[Form]]:
    """Grows by each form that is read from now on."""
    found: list[type[Form]] = []
    read = forms.given

    def given(schema: type[forms.F]) -> forms.Given[forms.F]:
        found.append(schema)
        return read(schema)

    monkeypatch.setattr(forms, "given", given)
    return found


def unsafe(app: Flask, ids: Mapping[str, object]) -> list[str]:
    found = [one for one in calls(app, ids) if one.method in UNSAFE and one.endpoint not in NOT_HER_OWN]
    return [one.path for one in sorted(found, key=lambda one: one.path.endswith("/end"))]


def filled(schema: type[Form], ids: Mapping[str, object]) -> dict[str, object]:
    """Right as far as can be; texts are bytes."""
    made: dict[str, object] = {}
    for name, kept in schema.model_fields.items():
        numbers = kept.annotation in (int, list[Id]) or kept.annotation == Id | None
        value = ids.get(f"{name.removesuffix('s')}_id", 1) if numbers else USUAL.get(name, "x")
        if get_origin(kept.annotation) is Literal:
            value = get_args(kept.annotation)[0]
        made[name] = str(value) if numbers else str(value).encode()
    return made


def sent(browser: Browser, path: str, form: Mapping[str, object]) -> int:
    """As bytes: what is no UTF-8 can come too."""
    body = urlencode({**form, "csrf_token": browser.token()})
    return browser.bare_post(path, body, content_type="application/x-www-form-urlencoded").status_code


@pytest.mark.abuse(20)
@pytest.mark.parametrize("name", KEPT)
def test_abuse_20_what_can_be_kept_is_kept_as_it_was_typed(
    parts: Parts, vera: Browser, practice: Practice, name: str
) -> None:
    text, media = KEPT[name], upload(vera, practice.client.id)
    sent = form(practice, do="schedule", text=text, on=day(practice), at="09:00", media=[media["id"]], alt=[text])
    path = vera.post("/posts", sent).location
    with parts.db.read() as rows:
        revision = rows.scalars(select(Revision).order_by(Revision.id.desc())).first()
        assert revision is not None
        assert (revision.text, [one.alt for one in revision.media]) == (text, [text])
    assert vera.post("/me", {"name": text, "language": "nl"}).status_code == 303
    assert member(parts, VERA).name == text
    for page in (path, f"{path}/edit", "/posts", "/calendar", "/", "/me"):
        assert vera.get(page).status_code == 200
    assert text in vera.get(path).text


@pytest.mark.abuse(20)
@pytest.mark.parametrize("name", REFUSED)
def test_abuse_20_what_cannot_be_kept_is_said_and_changes_nothing(
    parts: Parts, vera: Browser, practice: Practice, name: str
) -> None:
    text, media = REFUSED[name], upload(vera, practice.client.id)
    client = {
        "timezone": "Europe/Amsterdam",
        "language": "nl",
        "colour": "1",
        "approval": "needed",
        "lateness_limit": "7200",
    }
    before = stored(parts)
    for path, sent in (
        ("/posts", form(practice, do="draft", text=text)),
        ("/posts", form(practice, do="draft", text="Hallo", media=[media["id"]], alt=[text])),
        ("/me", {"name": text, "language": "nl"}),
        ("/clients", client | {"name": text}),
        (f"/clients/{practice.client.id}/channels", {"network": "practice", "handle": text}),
    ):
        assert vera.post(path, sent).status_code == 422, path
    assert stored(parts) == before


@pytest.mark.abuse(18)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # it is about headers
@pytest.mark.parametrize("ends", ["\r\n", "\n", "\r", "\x85", "\u2028"])
def test_abuse_18_line_ends_in_names_make_no_header(parts: Parts, vera: Browser, ends: str) -> None:
    """Sender, member and client as their forms take them, then the mail as it goes over the wire."""
    name, evil = f"Vera{ends}Bcc: omar@elsewhere.example", f"{VERA.email}{ends}Bcc: omar@elsewhere.example"
    assert vera.post("/settings/sender", {"name": name, "address": VERA.email}).status_code in (303, 422)
    assert vera.post("/settings/sender", {"name": "Vera", "address": evil}).status_code == 422
    assert vera.post("/me", {"name": name, "language": "nl"}).status_code in (303, 422)
    client = {
        "timezone": "Europe/Amsterdam",
        "language": "nl",
        "colour": "1",
        "approval": "needed",
        "lateness_limit": "7200",
    }
    assert vera.post("/clients", client | {"name": name}).status_code in (303, 422)
    new = {"name": name, "email": evil, "role": "assistant", "language": "nl"}
    assert vera.post("/settings/members", new).status_code == 422
    assert vera.post("/settings/members", new | {"email": "stan@stan.example"}).status_code in (200, 422)
    with parts.db.begin() as rows:
        client_id = rows.scalars(select(Client.id)).first()
        open_incident(rows, "delivery_missed", "delivery:1", client_id, {"network": "practice"})
    leaves = parts.settings.model_copy(update={"smtp_url": "smtp://127.0.0.1:1"})
    tell(parts.db, leaves, parts.secrets, parts.networks)
    with parts.db.read() as rows:
        mail = mail_settings.effective(leaves, rows, parts.secrets)
        letters = list(rows.scalars(select(OutboxMail)))
    assert letters and "\n" not in mail.name
    for one in letters:
        letter = outbox.Letter(
            one.id, 1, one.kind, one.recipient, one.subject, one.text, one.html, one.message_id, one.created_at
        )
        read = message_from_bytes(content(mail, letter), policy=default)
        assert read["Bcc"] is None and read["To"] == one.recipient
        assert [found.addr_spec for found in read["From"].addresses] == [mail.address]


def stored(parts: Parts) -> tuple[list[str], list[str], int]:
    with parts.db.read() as rows:
        names = [*rows.scalars(select(Client.name)), *rows.scalars(select(Member.name))]
        return names, list(rows.scalars(select(Revision.text))), len(rows.scalars(select(Post.id)).all())
