"""Sessions: a new id at every step up, an end everywhere, cookies that only this host and no script sees."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from socialq.db import now
from socialq.members import reset_password
from socialq.members.tokens import hashed
from socialq.models import MemberSession
from socialq.wiring import Parts
from tests.cast import STAN, VERA
from tests.factories import dump
from tests.web.door import HASH, PASSWORD, Browser, join, member, opened

NEW = "another battery staple"
CHANGE = {"password_now": PASSWORD, "password": NEW, "password_again": NEW}


def inside(browser: Browser) -> bool:
    return browser.get("/me").status_code == 200


@pytest.mark.abuse(34)
def test_abuse_34_signing_in_gives_a_new_id_whatever_the_browser_brought(app: Flask, vera: Browser) -> None:
    old = vera.cookie()
    attacked = Browser(app)
    attacked.client.set_cookie("socialq", old)  # somebody else's, planted
    attacked.sign_in(VERA.email)
    assert attacked.cookie() != old
    assert inside(attacked)
    assert not inside(vera), "the session that the browser had before has ended"


@pytest.mark.abuse(34)
def test_abuse_34_an_invented_id_is_never_taken_over(parts: Parts, app: Flask, vera: Browser) -> None:
    other = Browser(app)
    for invented in ("A" * 43, "x", "", "é", "A" * 3000):
        other.client.set_cookie("socialq", invented)
        assert not inside(other)
    assert vera.cookie() not in repr(dump(parts)), "only a hash is stored"
    assert hashed(vera.cookie()) in repr(dump(parts))


@pytest.mark.abuse(34)
def test_abuse_34_another_password_ends_every_session_and_renews_this_one(app: Flask, vera: Browser) -> None:
    old, elsewhere = vera.cookie(), Browser(app)
    elsewhere.sign_in(VERA.email)
    assert vera.post("/me/password", CHANGE | {"password_now": "wrong"}).status_code == 422
    assert inside(elsewhere)
    assert vera.post("/me/password", CHANGE).status_code == 303
    assert vera.cookie() != old
    assert inside(vera) and not inside(elsewhere)
    thief = Browser(app)
    thief.client.set_cookie("socialq", old)
    assert not inside(thief)


@pytest.mark.abuse(34)
def test_abuse_34_signing_out_here_and_everywhere(app: Flask, vera: Browser) -> None:
    elsewhere, third = Browser(app), Browser(app)
    elsewhere.sign_in(VERA.email)
    third.sign_in(VERA.email)
    kept = vera.cookie()
    assert vera.post("/session/end").headers["Location"] == "/sign-in"
    assert vera.cookie() == ""
    vera.client.set_cookie("socialq", kept)
    assert not inside(vera)
    assert inside(elsewhere)
    elsewhere.post("/me/sessions/end")
    assert not inside(elsewhere) and not inside(third)


@pytest.mark.abuse(34)
def test_abuse_34_one_browser_of_hers_can_be_ended_and_nobody_elses(app: Flask, parts: Parts, vera: Browser) -> None:
    join(parts, STAN)
    stan, elsewhere = Browser(app), Browser(app)
    stan.sign_in(STAN.email)
    elsewhere.sign_in(VERA.email)
    with parts.db.read() as session:
        ids = {row.token_hash: row.id for row in session.scalars(select(MemberSession))}
    assert vera.post(f"/me/sessions/{ids[hashed(stan.cookie())]}/end").status_code == 404
    assert inside(stan)
    assert vera.post(f"/me/sessions/{ids[hashed(elsewhere.cookie())]}/end").status_code == 303
    assert not inside(elsewhere) and inside(vera)


@pytest.mark.abuse(34)
def test_abuse_34_another_role_or_leaving_ends_what_was_open(app: Flask, parts: Parts, vera: Browser) -> None:
    stan_id = join(parts, STAN)
    stan = Browser(app)
    stan.sign_in(STAN.email)
    vera.post(f"/settings/members/{stan_id}", {"role": "assistant"})
    assert inside(stan), "nothing changed"
    vera.post(f"/settings/members/{stan_id}", {"role": "owner"})
    assert not inside(stan)
    stan.forget_token()
    stan.sign_in(STAN.email)
    assert inside(stan)
    vera.post(f"/settings/members/{stan_id}/end")
    assert not inside(stan)
    stan.forget_token()
    assert stan.sign_in(STAN.email).status_code == 422


@pytest.mark.abuse(34)
def test_abuse_34_the_command_line_signs_out_too(parts: Parts, vera: Browser) -> None:
    with parts.db.begin() as session:
        reset_password(session, VERA.email, HASH, "cli")
    assert not inside(vera)


@pytest.mark.abuse(34)
def test_abuse_34_fourteen_days_from_the_last_time(parts: Parts, vera: Browser) -> None:
    def aged(days: float) -> None:
        with parts.db.begin() as session:
            session.execute(update(MemberSession).values(seen_at=now(session) - timedelta(days=days)))

    aged(13.9)
    answer = vera.get("/me")
    assert answer.status_code == 200
    assert "Max-Age=1209600" in answer.headers["Set-Cookie"]
    assert "Set-Cookie" not in vera.get("/me").headers, "not again so soon"
    aged(14.1)
    assert not inside(vera)


@pytest.mark.abuse(34)
def test_abuse_34_cookies_are_for_this_host_and_no_script(parts: Parts, vera: Browser) -> None:
    plain = vera.client.get_cookie("socialq")
    assert plain is not None and plain.http_only and plain.same_site == "Lax" and plain.path == "/" and not plain.secure
    with opened(parts, base_url="https://sq.example") as app:
        browser = Browser(app, "https://sq.example")
        cookies = browser.sign_in(VERA.email).headers.getlist("Set-Cookie")
        assert any(line.startswith("__Host-socialq=") for line in cookies)
        for line in cookies:
            assert line.startswith("__Host-")
            assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in line.split(";")}
            assert "Domain" not in line
        assert "max-age" in browser.get("/me").headers["Strict-Transport-Security"]


def test_after_signing_in_she_is_where_she_wanted_to_be_and_never_elsewhere(app: Flask, parts: Parts) -> None:
    join(parts, VERA)
    asked = Browser(app).get("/settings/members?page=2")
    assert asked.headers["Location"] == "/sign-in?next=/settings/members?page%3D2"
    for target, lands in (
        ("/settings/members?page=2", "/settings/members?page=2"), ("//evil.example", "/"), ("https://evil.example", "/"),
        ("/\\evil.example", "/"), ("/\t/evil.example", "/"), ("javascript:alert(1)", "/"), ("", "/"), ("/%0d%0aX: y", "/"),
    ):  # fmt: skip
        browser = Browser(app)
        form = {"email": VERA.email, "password": PASSWORD, "next": target}
        assert browser.post("/session", form).headers["Location"] == lands
    assert member(parts, VERA).left_at is None
