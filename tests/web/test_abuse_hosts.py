"""Names that are not ours: refused, and never in a link."""

import pytest
from flask import Flask
from sqlalchemy import select

from socialq.models import MemberSession, OutboxMail
from socialq.wiring import Parts
from tests.cast import VERA
from tests.web.door import Browser, join, opened

FOREIGN = (
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "sq.example.evil",
    "sq.example@evil.example",
    "",
)


@pytest.mark.abuse(37)
@pytest.mark.parametrize("host", FOREIGN)
def test_abuse_37_another_host_is_refused(parts: Parts, app: Flask, host: str) -> None:
    join(parts, VERA)
    answer = Browser(app).get("/sign-in", headers={"Host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.text
    assert Browser(app).get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.abuse(37)
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "sq.example", "SQ.example:443"])
def test_abuse_37_ours_and_loopback_are_not(parts: Parts, host: str) -> None:
    join(parts, VERA)
    with opened(parts, base_url="https://sq.example") as app:
        assert Browser(app, "https://sq.example").get("/sign-in", headers={"Host": host}).status_code == 200


@pytest.mark.abuse(37)
def test_abuse_37_links_in_mails_come_from_base_url_whatever_is_sent(parts: Parts) -> None:
    join(parts, VERA)
    with opened(parts, base_url="https://sq.example", smtp_url="smtp://127.0.0.1:1025", trusted_proxies=1) as app:
        browser = Browser(app, "https://sq.example")
        poison = {
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-Prefix": "/evil",
            "Forwarded": "host=evil.example",
            "X-Host": "evil.example",
        }
        assert browser.post("/password-resets", {"email": VERA.email}, headers=poison).status_code == 303
        invited = {"name": "Stan", "email": "stan@example.com", "role": "assistant", "language": "en"}
        browser.sign_in(VERA.email)
        page = browser.post("/settings/members", invited, headers=poison).text
    with parts.db.read() as session:
        mails = list(session.scalars(select(OutboxMail)))
    assert len(mails) == 2
    for text in (page, *(mail.text for mail in mails), *(mail.html for mail in mails)):
        assert "https://sq.example/password-resets/" in text
        assert "evil" not in text and "127.0.0.1/" not in text


@pytest.mark.abuse(37)
def test_abuse_37_forwarded_addresses_count_only_behind_a_trusted_proxy(parts: Parts) -> None:
    join(parts, VERA)
    forged = {"X-Forwarded-For": "203.0.113.9, 198.51.100.1", "X-Forwarded-Proto": "https"}
    for proxies, address in ((0, "192.0.2.7"), (1, "198.51.100.1")):
        with opened(parts, trusted_proxies=proxies) as app:
            browser = Browser(app)
            token = browser.token()
            form = {"csrf_token": token, "email": VERA.email, "password": "canary battery staple"}
            assert browser.bare_post("/session", form, headers=forged).status_code == 303
        with parts.db.read() as session:
            assert session.scalars(select(MemberSession.address).order_by(MemberSession.id.desc())).first() == address
