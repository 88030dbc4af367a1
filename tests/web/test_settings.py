"""Settings: whose name mails carry, how they leave, a test mail that says what happened; and the line above every page."""

import pytest
from flask import Flask

from socialq.services import mail_settings
from socialq.services.mail_settings import MailSettings
from socialq.web.address import local
from socialq.wiring import Parts
from tests.cast import STAN, VERA
from tests.web.door import Browser, join, opened

SERVER = {"host": "smtp.example.com", "port": "587", "security": "starttls", "user": "vera", "password": "canary-smtp"}


def stored(parts: Parts) -> MailSettings:
    with parts.db.read() as session:
        return mail_settings.effective(parts.settings, session, parts.secrets)


def test_sender_and_server_are_kept_and_the_password_never_shown(vera: Browser, parts: Parts) -> None:
    assert vera.post("/settings/sender", {"name": "Vera Smit", "address": "vera@example.com"}).status_code == 303
    assert vera.post("/settings/mail-server", SERVER).status_code == 303
    assert vera.post("/settings/mail-server", SERVER | {"user": "smit", "password": ""}).status_code == 303
    mail = stored(parts)
    assert mail.server is not None
    assert (mail.name, mail.address) == ("Vera Smit", "vera@example.com")
    assert (mail.server.user, mail.server.password) == ("smit", "canary-smtp")
    page = vera.get("/settings").text
    assert "smtp.example.com" in page and "canary-smtp" not in page
    vera.post("/settings/mail-server", SERVER | {"host": "mail.example.org", "password": ""})
    assert stored(parts).server.password == ""  # type: ignore[union-attr]  # another host never gets it
    assert vera.post("/settings/mail-server/end").status_code == 303
    assert stored(parts).server is None


@pytest.mark.parametrize(
    ("path", "change", "told"),
    [
        ("sender", {"name": "Vera", "address": "vera"}, "not an e-mail address"),
        ("mail-server", SERVER | {"security": "plain"}, "Without encryption"),
        ("mail-server", SERVER | {"port": "70000"}, "Choose one of the list"),
        ("mail-server", SERVER | {"host": "smtp example"}, "name of the mail server"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    vera: Browser, parts: Parts, path: str, change: dict[str, str], told: str
) -> None:
    answer = vera.post(f"/settings/{path}", change)
    assert answer.status_code == 422
    assert told in answer.text
    assert all(f'value="{typed}"' in answer.text for name, typed in change.items() if name in ("name", "host", "user"))
    assert "canary-smtp" not in answer.text
    assert stored(parts).server is None


def test_a_test_mail_that_does_not_leave_says_why(vera: Browser) -> None:
    vera.post("/settings/mail-server", SERVER | {"host": "127.0.0.1", "port": "9", "security": "plain"})
    assert vera.post("/settings/test-mail").headers["Location"] == "/settings#test-mail"
    page = vera.get("/settings").text
    assert "The test mail has not left." in page
    assert "127.0.0.1 does not answer at port 9." in page
    assert "has not left" not in vera.get("/settings").text


def test_what_the_environment_sets_is_shown_locked(parts: Parts) -> None:
    join(parts, VERA)
    with opened(parts, smtp_url="smtp://vera:canary-smtp@mail.example.com:2525") as app:
        vera = Browser(app)
        vera.sign_in(VERA.email)
        page = vera.get("/settings").text
        assert "SOCIALQ_SMTP_URL" in page and "mail.example.com" in page and "canary-smtp" not in page
        assert 'name="host"' not in page
        answer = vera.post("/settings/mail-server", SERVER)
        assert (answer.status_code, "cannot be changed here" in answer.text) == (422, True)


def test_the_line_above_every_page(app: Flask, vera: Browser, parts: Parts) -> None:
    for path in ("/settings", "/reports", "/me"):
        page = vera.get(path).text
        assert "no mail server is set" in page and "point to this computer" in page
    vera.post("/settings/mail-server", SERVER)
    page = vera.get("/settings").text
    assert "no mail server is set" not in page and "point to this computer" in page
    assert "point to this computer" not in Browser(app).get("/sign-in").text
    with opened(parts, base_url="https://plan.example.com") as elsewhere:
        away = Browser(elsewhere, base_url="https://plan.example.com")
        away.sign_in(VERA.email)
        assert "point to this computer" not in away.get("/settings").text


def test_an_assistant_finds_only_herself(app: Flask, parts: Parts, vera: Browser) -> None:
    join(parts, STAN)
    stan = Browser(app)
    stan.sign_in(STAN.email)
    page = stan.get("/settings").text
    assert "/me" in page and "SMTP" not in page and "Set up mail" not in page
    for path in ("sender", "mail-server", "mail-server/end", "test-mail"):
        assert stan.post(f"/settings/{path}", SERVER).status_code == 404


@pytest.mark.parametrize(
    ("address", "is_local"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost", True),
        ("http://[::1]:8000", True),
        ("http://0.0.0.0:8000", True),
        ("https://plan.example.com", False),
        ("http://192.168.1.20:8000", False),
    ],
)
def test_which_addresses_point_here(address: str, is_local: bool) -> None:
    assert local(address) is is_local
