"""Forged requests: without the token of this very session nothing unsafe runs, and nothing safe writes."""

import pytest
from flask import Flask

from socialq.wiring import Parts
from tests.cast import STAN, VERA
from tests.factories import dump
from tests.web.door import PASSWORD, Browser, join, member
from tests.web.routes import OPEN, UNSAFE, belongings, calls, rows


@pytest.mark.abuse(35)
def test_abuse_35_every_unsafe_route_wants_the_token(app: Flask, parts: Parts, vera: Browser) -> None:
    things = belongings(parts, member(parts, VERA).id)
    before, walked = dump(parts), 0
    for call in calls(app, things.ids):
        if call.method in UNSAFE:
            walked += 1
            for form in (things.form(), {"csrf_token": "", **things.form()}, {"csrf_token": "0" * 64, **things.form()}):
                assert vera.bare_post(call.path, form, method=call.method).status_code == 400, call
    assert walked >= 10
    assert dump(parts) == before


@pytest.mark.abuse(35)
def test_abuse_35_the_open_ones_want_it_too(app: Flask, parts: Parts, vera: Browser, omar: Browser) -> None:
    things = belongings(parts, member(parts, VERA).id)
    for call in calls(app, things.ids):
        if call.method in UNSAFE and call.endpoint in OPEN:
            assert omar.bare_post(call.path, {"email": VERA.email, "password": PASSWORD}).status_code == 400, call


@pytest.mark.abuse(35)
def test_abuse_35_the_token_of_another_session_is_none(app: Flask, parts: Parts, vera: Browser, omar: Browser) -> None:
    join(parts, STAN)
    stan = Browser(app)
    stan.sign_in(STAN.email)
    for foreign in (stan.token(), omar.token()):
        assert vera.bare_post("/me", {"csrf_token": foreign, "language": "nl"}).status_code == 400
    before_sign_in = omar.token()
    vera.post("/session/end")
    assert vera.bare_post("/session", {"csrf_token": before_sign_in, "email": VERA.email}).status_code == 400


@pytest.mark.abuse(35)
def test_abuse_35_a_header_will_do_and_another_origin_never(vera: Browser) -> None:
    form = {"language": "nl", "name": "Vera"}
    good = {"X-CSRF-Token": vera.token()}
    assert vera.bare_post("/me", form, headers=good | {"Origin": "http://localhost"}).status_code == 303
    for odd in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        answer = vera.bare_post("/me", form, headers=good | odd)
        assert answer.status_code == 400
        assert "Er is niets veranderd" in answer.text, "in her language, which is Dutch since the first"


@pytest.mark.abuse(35)
def test_abuse_35_get_never_writes(app: Flask, parts: Parts, vera: Browser) -> None:
    things = belongings(parts, member(parts, VERA).id)
    before = rows(parts, ("sessions",))
    for call in calls(app, things.ids):
        if call.method == "GET":
            for method in ("GET", "HEAD"):
                answer = vera.bare_post(call.path, method=method)
                assert answer.status_code < 500 or call.endpoint == "health.readyz", call
            assert rows(parts, ("sessions",)) == before, call


def test_what_every_page_carries(vera: Browser, omar: Browser) -> None:
    nonces = set()
    for answer in (vera.get("/me"), omar.get("/sign-in"), omar.get("/nothing"), omar.bare_post("/session")):
        policy = answer.headers["Content-Security-Policy"]
        nonce = policy.partition("'nonce-")[2].partition("'")[0]
        assert f'nonce="{nonce}"' in answer.text
        assert "unsafe" not in policy and "http" not in policy
        for rule in (
            "default-src 'none'",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
        ):
            assert rule in policy
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in answer.headers["Permissions-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Strict-Transport-Security" not in answer.headers
        assert " style=" not in answer.text and " onclick=" not in answer.text
        nonces.add(nonce)
    assert len(nonces) == 4
