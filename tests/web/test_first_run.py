"""First run: every page leads there until there is an owner; then it is gone. Of two at once one wins."""

import threading

from flask import Flask
from sqlalchemy import func, select

from socialq.models import Member, MemberSession
from socialq.wiring import Parts
from tests.cast import OMAR, VERA
from tests.factories import dump
from tests.web.door import PASSWORD, Browser, join

FORM = {
    "name": "Vera Smit", "email": VERA.email, "language": "nl", "password": PASSWORD, "password_again": PASSWORD,
}  # fmt: skip


def test_every_page_leads_there_and_it_signs_her_in(app: Flask, parts: Parts, omar: Browser) -> None:
    for path in ("/", "/sign-in", "/settings/members", "/nothing/here"):
        assert omar.get(path).headers["Location"] == "/first-run"
    made = omar.post("/first-run", FORM)
    assert (made.status_code, made.headers["Location"]) == (303, "/")
    omar.forget_token()
    assert "Vera Smit" in omar.get("/me").text
    assert omar.get("/first-run").status_code == 404
    assert omar.post("/first-run", FORM | {"email": OMAR.email}).status_code == 404
    with parts.db.read() as session:
        member = session.scalars(select(Member)).one()
        assert (member.role, member.language, member.name) == ("owner", "nl", "Vera Smit")


def test_the_page_speaks_as_the_browser_asks(omar: Browser) -> None:
    dutch = omar.get("/first-run", headers={"Accept-Language": "nl-NL,nl;q=0.9"})
    assert '<html lang="nl"' in dutch.text and "Welkom" in dutch.text
    assert '<html lang="en"' in omar.get("/first-run", headers={"Accept-Language": "fr"}).text


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_made(parts: Parts, omar: Browser) -> None:
    before = dump(parts)
    for change, told in (
        ({"password_again": "something else"}, "not the same"),
        ({"password": "short", "password_again": "short"}, "at least 10 characters"),
        ({"email": "vera"}, "not an e-mail address"),
        ({"name": " "}, "Type your name"),
        ({"language": "xx"}, "Choose one of the list"),
        ({"role": "owner"}, "does not belong in it"),
    ):
        answer = omar.post("/first-run", FORM | change)
        assert answer.status_code == 422
        assert told in answer.text
        assert PASSWORD not in answer.text
    assert dump(parts) == before


def test_of_two_first_runs_one_wins(app: Flask, parts: Parts) -> None:
    browsers = [Browser(app) for _ in range(4)]
    for browser in browsers:
        browser.token()
    ready, codes = threading.Barrier(len(browsers)), []

    def run(browser: Browser, n: int) -> None:
        ready.wait()
        codes.append(browser.post("/first-run", FORM | {"email": f"vera{n}@example.com"}).status_code)

    threads = [threading.Thread(target=run, args=(browser, n)) for n, browser in enumerate(browsers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [303, 404, 404, 404]
    with parts.db.read() as session:
        assert session.scalar(select(func.count(Member.id))) == 1
        assert session.scalar(select(func.count(MemberSession.id))) == 1


def test_a_member_made_on_the_command_line_ends_it_at_once(parts: Parts, omar: Browser) -> None:
    assert omar.get("/first-run").status_code == 200
    join(parts, VERA)
    assert omar.get("/first-run").status_code == 404
    assert omar.get("/").headers["Location"] == "/sign-in"
