"""Guessing: counted in the database per e-mail and per address, and no answer tells whether somebody is a member."""

import re
import threading
import time
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import update

from socialq.db import now
from socialq.members import add_member, signing_in, throttle
from socialq.members.access import remove_member
from socialq.members.passwords import NOBODY, hash_of, matches, outdated
from socialq.members.sessions import Browser as From
from socialq.models import Throttle
from socialq.wiring import Parts
from tests.cast import OMAR, STAN, VERA
from tests.factories import dump
from tests.web.door import PASSWORD, Browser, join, member

FEW = 3


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few tries, because each costs 50 ms."""
    monkeypatch.setattr(signing_in, "PER_EMAIL", FEW)
    monkeypatch.setattr(signing_in, "PER_ADDRESS", 2 * FEW)


def guess(browser: Browser, email: str, times: int) -> list[int]:
    return [browser.sign_in(email, "wrong guess").status_code for _ in range(times)]


@pytest.mark.abuse(36)
@pytest.mark.usefixtures("few")
def test_abuse_36_guessing_at_one_member_ends_from_every_address(app: Flask, parts: Parts) -> None:
    join(parts, VERA)
    browser = Browser(app, address="192.0.2.1")
    assert guess(browser, VERA.email, FEW) == [422] * FEW
    refused = browser.sign_in(VERA.email)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 900
    assert "too often" in refused.text
    assert Browser(app, address="192.0.2.2").sign_in(VERA.email.upper()).status_code == 429


@pytest.mark.abuse(36)
@pytest.mark.usefixtures("few")
def test_abuse_36_guessing_from_one_address_ends_for_every_member(app: Flask, parts: Parts) -> None:
    join(parts, VERA)
    browser = Browser(app, address="2001:db8::1")
    codes = [browser.sign_in(f"somebody{n}@example.com", "wrong guess").status_code for n in range(2 * FEW)]
    assert codes == [422] * 2 * FEW
    neighbour = Browser(app, address="2001:db8::ffff")
    assert neighbour.sign_in(VERA.email).status_code == 429, "the same /64"
    assert Browser(app, address="2001:db8:0:1::1").sign_in(VERA.email).status_code == 303


@pytest.mark.abuse(36)
@pytest.mark.usefixtures("few")
def test_abuse_36_guesses_at_once_are_all_counted(app: Flask, parts: Parts) -> None:
    join(parts, VERA)
    browsers = [Browser(app, address=f"192.0.2.{n}") for n in range(8)]
    for browser in browsers:
        browser.token()
    codes: list[int] = []
    threads = [
        threading.Thread(target=lambda one: codes.extend(guess(one, VERA.email, 1)), args=(b,)) for b in browsers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [422] * FEW + [429] * (8 - FEW)


@pytest.mark.abuse(36)
@pytest.mark.usefixtures("few")
def test_abuse_36_the_right_one_forgives_and_time_does_too(app: Flask, parts: Parts) -> None:
    join(parts, VERA)
    browser = Browser(app)
    guess(browser, VERA.email, FEW - 1)
    assert browser.sign_in(VERA.email).status_code == 303
    browser.post("/session/end")
    browser.forget_token()
    assert guess(browser, VERA.email, FEW + 1)[-1] == 429
    with parts.db.begin() as session:
        session.execute(update(Throttle).values(since=now(session) - throttle.WINDOW - timedelta(seconds=1)))
    assert browser.sign_in(VERA.email).status_code == 303


@pytest.mark.abuse(36)
def test_abuse_36_known_and_unknown_get_the_same_page(app: Flask, parts: Parts) -> None:
    join(parts, VERA)
    gone = join(parts, STAN)
    with parts.db.begin() as session:
        remove_member(session, gone, "member:1")

    def page(email: str) -> str:
        text = Browser(app, address="192.0.2.1").sign_in(email, "wrong guess").text
        return re.sub(r"[0-9a-f]{64}|nonce=\"[^\"]+\"", "", text.replace(email, ""))

    assert page(VERA.email) == page(OMAR.email) == page(STAN.email)


@pytest.mark.abuse(36)
@pytest.mark.usefixtures("shipped_hashes")
def test_abuse_36_known_and_unknown_take_the_same_time() -> None:
    assert not outdated(NOBODY), "the hash of nobody must have today's parameters"
    assert not PasswordHasher().check_needs_rehash(NOBODY), "and these are the library's own"
    somebody = hash_of(PASSWORD)

    def took(stored: str) -> float:
        began = time.process_time()  # of the processor, so that a busy machine does not count
        assert not matches(stored, "wrong guess")
        return time.process_time() - began

    known, unknown = min(took(somebody) for _ in range(3)), min(took("") for _ in range(3))
    assert 0.5 < known / unknown < 2


@pytest.mark.abuse(36)
@pytest.mark.usefixtures("few")
def test_abuse_36_the_present_password_cannot_be_guessed_from_an_open_browser(vera: Browser) -> None:
    form = {"password_now": "wrong guess", "password": "x" * 12, "password_again": "x" * 12}
    codes = [vera.post("/me/password", form).status_code for _ in range(FEW + 1)]
    assert codes == [422] * FEW + [429]


@pytest.mark.abuse(36)
def test_abuse_36_no_address_and_no_password_is_kept_by_the_throttle(app: Flask, parts: Parts) -> None:
    join(parts, VERA)
    Browser(app).sign_in(PASSWORD, "wrong guess")
    assert PASSWORD not in repr(dump(parts))


@pytest.mark.usefixtures("shipped_hashes")
def test_an_old_hash_is_made_anew(parts: Parts) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8192).hash(PASSWORD)
    with parts.db.begin() as session:
        add_member(session, VERA.email, "owner", weak, "cli")
    signing_in.sign_in(parts.db, VERA.email, PASSWORD, From("192.0.2.1"))
    stored = member(parts, VERA).password_hash
    assert stored != weak and not outdated(stored)
