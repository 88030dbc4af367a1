"""Whoever only looks changes nothing: scanners of mail and browsers that fetch ahead, over every mailed link and every URL of the map."""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from socialq.alerting.tell import tell
from socialq.models import OutboxMail
from socialq.services.incident_words import KINDS
from socialq.services.incidents import open_incident
from socialq.wiring import Parts
from tests.cast import STAN, VERA
from tests.web.door import Browser, join, member, opened
from tests.web.routes import belongings, calls, rows

LOOKS = ("GET", "HEAD", "OPTIONS")
AHEAD = {"Purpose": "prefetch", "Sec-Purpose": "prefetch;prerender", "X-Moz": "prefetch"}
SEEN = ("sessions",)  # when a browser was last there
LINK = re.compile(r"https?://[^\s\"'<>]+")
MAIL_LEAVES = {"smtp_url": "smtp://127.0.0.1:1", "base_url": "http://localhost"}
CHOSEN = {"password": "unrelated words for vera", "password_again": "unrelated words for vera"}


@pytest.mark.abuse(8)
def test_abuse_8_looking_at_every_url_changes_no_row(app: Flask, parts: Parts, vera: Browser, omar: Browser) -> None:
    things = belongings(parts, member(parts, VERA).id)
    looked, before = 0, rows(parts, SEEN)
    for call in calls(app, things.ids):
        for browser in (vera, omar) if call.method == "GET" else (vera,):
            for method in LOOKS if call.method == "GET" else ("OPTIONS",):
                looked += 1
                assert_only_looked(browser, call.path, method)
        assert rows(parts, SEEN) == before, call
    assert looked > 100


@pytest.mark.abuse(8)
def test_abuse_8_looking_at_every_mailed_link_changes_no_row_and_spends_none(parts: Parts) -> None:
    stan_id = join(parts, STAN)
    with opened(parts, **MAIL_LEAVES) as app:
        vera, scanner = signed_in(app, parts), Browser(app, address="203.0.113.9")
        mailed = mailed_links(app, parts, vera, stan_id)
        assert {urlsplit(one).netloc for one in mailed} == {"localhost"}
        secret = [one for one in mailed if "/password-resets/" in one]
        assert len(secret) == 2 and len(mailed) > len(secret)
        before = rows(parts, SEEN)
        for link in mailed:
            for browser in (scanner, vera):
                for method in LOOKS:
                    assert_only_looked(browser, link.removeprefix("http://localhost"), method)
            assert rows(parts, SEEN) == before, link
        for link in secret:  # each still works for the one to whom it was sent
            assert scanner.post(urlsplit(link).path, CHOSEN).status_code == 303


def assert_only_looked(browser: Browser, path: str, method: str) -> None:
    answer = browser.bare_post(path, method=method, headers=AHEAD)
    assert answer.status_code < 500 or path == "/readyz", (method, path, answer.status_code)
    if method != "GET":
        assert answer.data == b"" or method == "OPTIONS", (method, path)


def signed_in(app: Flask, parts: Parts) -> Browser:
    join(parts, VERA)
    browser = Browser(app)
    assert browser.sign_in(VERA.email).status_code == 303
    return browser


def mailed_links(app: Flask, parts: Parts, vera: Browser, stan_id: int) -> list[str]:
    """Of a forgotten password, of a member's link, and of a mail for each kind of incident."""
    here, things = app.extensions["socialq"], belongings(parts, member(parts, VERA).id)
    assert Browser(app).post("/password-resets", {"email": VERA.email}).status_code == 303
    assert vera.post(f"/settings/members/{stan_id}/link").status_code == 200
    with parts.db.begin() as session:
        facts = {"delivery_id": things.ids["delivery_id"], "post_id": things.ids["post_id"], "network": "practice"}
        for kind in KINDS:
            open_incident(session, kind, f"delivery:{things.ids['delivery_id']}", things.practice.client.id, facts)
    while tell(here.db, here.settings, here.secrets, here.networks):
        continue
    with parts.db.read() as session:
        texts = [f"{one.text} {one.html}" for one in session.scalars(select(OutboxMail))]
    return sorted({unescape(link).rstrip(".,)") for text in texts for link in LINK.findall(text)})
