"""A new password by a link: the same answer for everybody, one hour, once; and members who choose their first."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from socialq.db import now
from socialq.models import OutboxMail, PasswordReset
from socialq.wiring import Parts
from tests.cast import OMAR, STAN, VERA
from tests.factories import dump
from tests.web.door import PASSWORD, Browser, join, member, opened

NEW = "another battery staple"
CHOSEN = {"password": NEW, "password_again": NEW}
SMTP = "smtp://127.0.0.1:1025"


def mails(parts: Parts) -> list[OutboxMail]:
    with parts.db.read() as session:
        return list(session.scalars(select(OutboxMail).order_by(OutboxMail.id)))


def link(text: str) -> str:
    found = re.search(r"/password-resets/[A-Za-z0-9_-]{43}", text)
    assert found
    return found[0]


@pytest.mark.abuse(36)
def test_abuse_36_the_answer_is_the_same_and_only_a_member_gets_a_mail(parts: Parts) -> None:
    join(parts, VERA)
    with opened(parts, smtp_url=SMTP) as app:
        answers = [Browser(app).post("/password-resets", {"email": email}) for email in (VERA.email, OMAR.email, "x")]
        assert {(one.status_code, one.headers["Location"]) for one in answers} == {(303, "/password-resets/asked")}
        assert "If a member has that address" in Browser(app).get("/password-resets/asked").text
    (mail,) = mails(parts)
    assert (mail.recipient, mail.kind) == (VERA.email, "alert")
    token = link(mail.text).rpartition("/")[2]
    stored = {name: found for name, found in dump(parts).items() if name != "outbox"}
    assert token not in repr(stored)


@pytest.mark.abuse(36)
def test_abuse_36_asking_often_mails_no_more_and_ends_by_address(parts: Parts) -> None:
    join(parts, VERA)
    with opened(parts, smtp_url=SMTP) as app:
        browser = Browser(app)
        codes = [browser.post("/password-resets", {"email": VERA.email}).status_code for _ in range(21)]
    assert codes == [303] * 20 + [429]
    assert len(mails(parts)) == 3


@pytest.mark.abuse(10)
def test_abuse_10_a_link_works_once_and_looking_at_it_uses_nothing(parts: Parts) -> None:
    join(parts, VERA)
    with opened(parts, smtp_url=SMTP) as app:
        inside, browser = Browser(app), Browser(app)
        inside.sign_in(VERA.email)
        browser.post("/password-resets", {"email": VERA.email})
        path = link(mails(parts)[0].text)
        for _ in range(3):
            assert browser.get(path).status_code == 200
        assert browser.post(path, CHOSEN | {"password_again": "x"}).status_code == 422
        assert browser.post(path, CHOSEN).headers["Location"] == "/sign-in"
        assert inside.get("/me").status_code == 303, "signed out everywhere"
        for answer in (browser.get(path), browser.post(path, CHOSEN)):
            assert answer.status_code == 410
            assert "does not work any more" in answer.text
        assert browser.sign_in(VERA.email, PASSWORD).status_code == 422
        assert browser.sign_in(VERA.email, NEW).status_code == 303


@pytest.mark.abuse(10)
def test_abuse_10_after_an_hour_after_a_newer_one_and_for_who_has_left_it_is_over(parts: Parts, vera: Browser) -> None:
    stan_id = join(parts, STAN)

    def made() -> str:
        return link(vera.post(f"/settings/members/{stan_id}/link").text)

    older, newer = made(), made()
    assert (vera.get(older).status_code, vera.get(newer).status_code) == (410, 200)
    with parts.db.begin() as session:
        session.execute(update(PasswordReset).values(expires_at=now(session) - timedelta(seconds=1)))
    assert vera.get(newer).status_code == 410
    latest = made()
    vera.post(f"/settings/members/{stan_id}/end")
    assert vera.post(latest, CHOSEN).status_code == 410
    assert vera.get("/password-resets/" + "é" * 10).status_code == 410


def test_an_hour_is_what_a_mailed_link_has(parts: Parts) -> None:
    join(parts, VERA)
    with opened(parts, smtp_url=SMTP) as app:
        Browser(app).post("/password-resets", {"email": VERA.email})
    with parts.db.read() as session:
        row = session.scalars(select(PasswordReset)).one()
    assert row.expires_at - row.created_at == timedelta(hours=1)


def test_without_a_mail_server_the_page_says_how_else(app: Flask, parts: Parts) -> None:
    join(parts, VERA)
    browser = Browser(app)
    assert "socialq user reset EMAIL" in browser.get("/password-resets/new").text
    browser.post("/password-resets", {"email": VERA.email})
    assert mails(parts) == []


def test_the_mail_speaks_her_language(parts: Parts, vera: Browser) -> None:
    with opened(parts, smtp_url=SMTP) as app:
        vera.post("/me", {"name": "Vera", "language": "nl"})
        Browser(app).post("/password-resets", {"email": VERA.email}, headers={"Accept-Language": "en"})
    (mail,) = mails(parts)
    assert mail.subject == "Kies een nieuw wachtwoord voor socialq"
    assert "Hallo Vera," in mail.text and '<html lang="nl">' in mail.html


def test_a_new_member_chooses_her_password_by_the_link_on_the_page(app: Flask, parts: Parts, vera: Browser) -> None:
    form = {"name": "Stan", "email": STAN.email, "role": "assistant", "language": "nl"}
    page = vera.post("/settings/members", form)
    assert page.status_code == 200
    stan = Browser(app)
    assert stan.sign_in(STAN.email, "").status_code == 422
    assert stan.post(link(page.text), CHOSEN).status_code == 303
    assert stan.sign_in(STAN.email, NEW).status_code == 303
    assert "chosen a password" not in vera.get("/settings/members").text
    assert member(parts, STAN).language == "nl"
