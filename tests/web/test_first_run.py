"""First run: every page leads there until there is an owner; then it is gone. Of two at once one wins.

Where others can reach this socialq, only who knows the setup code becomes the owner."""

import stat
import threading

import pytest
from flask import Flask
from sqlalchemy import func, select

from socialq.members import add_member, setup_code
from socialq.models import Member, MemberSession
from socialq.wiring import Parts
from tests.cast import OMAR, VERA
from tests.factories import dump
from tests.web.door import HASH, PASSWORD, Browser, join, opened

FORM = {
    "name": "Vera Smit", "email": VERA.email, "language": "nl", "password": PASSWORD, "password_again": PASSWORD,
}  # fmt: skip


PUBLIC = "https://plan.example.com"


@pytest.fixture
def here(app: Flask) -> Browser:
    """At the machine itself."""
    return Browser(app, address="127.0.0.1")


def code(parts: Parts) -> str:
    return setup_code.current(parts.settings.data_dir)


def test_every_page_leads_there_and_it_signs_her_in(app: Flask, parts: Parts, here: Browser) -> None:
    for path in ("/", "/sign-in", "/settings/members", "/nothing/here"):
        assert here.get(path).headers["Location"] == "/first-run"
    made = here.post("/first-run", FORM)
    assert (made.status_code, made.headers["Location"]) == (303, "/")
    here.forget_token()
    assert "Vera Smit" in here.get("/me").text
    assert here.get("/first-run").status_code == 404
    assert here.post("/first-run", FORM | {"email": OMAR.email}).status_code == 404
    with parts.db.read() as session:
        member = session.scalars(select(Member)).one()
        assert (member.role, member.language, member.name) == ("owner", "nl", "Vera Smit")


def test_the_page_speaks_as_the_browser_asks(here: Browser) -> None:
    dutch = here.get("/first-run", headers={"Accept-Language": "nl-NL,nl;q=0.9"})
    assert '<html lang="nl"' in dutch.text and "Welkom" in dutch.text
    assert '<html lang="en"' in here.get("/first-run", headers={"Accept-Language": "fr"}).text


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_made(parts: Parts, here: Browser) -> None:
    before = dump(parts)
    for change, told in (
        ({"password_again": "something else"}, "not the same"),
        ({"password": "short", "password_again": "short"}, "at least 10 characters"),
        ({"email": "vera"}, "not an e-mail address"),
        ({"name": " "}, "Type your name"),
        ({"language": "xx"}, "Choose one of the list"),
        ({"role": "owner"}, "does not belong in it"),
    ):
        answer = here.post("/first-run", FORM | change)
        assert answer.status_code == 422
        assert told in answer.text
        assert PASSWORD not in answer.text
    assert dump(parts) == before


def test_of_two_first_runs_one_wins(app: Flask, parts: Parts) -> None:
    browsers = [Browser(app, address="127.0.0.1") for _ in range(4)]
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


def test_a_member_made_on_the_command_line_ends_it_at_once(parts: Parts, here: Browser) -> None:
    assert here.get("/first-run").status_code == 200
    join(parts, VERA)
    assert here.get("/first-run").status_code == 404
    assert here.get("/").headers["Location"] == "/sign-in"


def test_at_the_machine_itself_nobody_is_asked_for_a_code(here: Browser, omar: Browser) -> None:
    assert 'name="code"' not in here.get("/first-run").text
    assert 'name="code"' in omar.get("/first-run").text


@pytest.mark.parametrize("address", ["127.0.0.1", "198.51.100.9"])
def test_under_a_public_address_the_code_makes_the_owner(
    parts: Parts, address: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with opened(parts, base_url=PUBLIC) as app:
        said = "".join(capfd.readouterr())
        browser = Browser(app, base_url=PUBLIC, address=address)
        browser.client.get("/first-run")
        assert code(parts) in said and len(code(parts)) == 14
        assert stat.S_IMODE(setup_code.path(parts.settings.data_dir).stat().st_mode) == 0o600
        for typed in ("", code(parts)[:-1], "AAAA-AAAA-AAAA"):
            answer = browser.post("/first-run", FORM | {"code": typed})
            assert (answer.status_code, "not the setup code" in answer.text) == (422, True)
            assert code(parts) not in answer.text
        made = browser.post("/first-run", FORM | {"code": code(parts).lower().replace("-", " ")})
        assert made.status_code == 303
        assert code(parts) == ""
    with opened(parts, base_url=PUBLIC):
        assert "setup code" not in "".join(capfd.readouterr())


def test_guessing_the_code_is_throttled(parts: Parts) -> None:
    with opened(parts, base_url=PUBLIC) as app:
        browser = Browser(app, base_url=PUBLIC)
        tries = [
            browser.post("/first-run", FORM | {"code": f"{n:012}"}).status_code
            for n in range(setup_code.PER_ADDRESS + 1)
        ]
        assert tries == [422] * setup_code.PER_ADDRESS + [429]
        assert browser.post("/first-run", FORM | {"code": code(parts)}).status_code == 429


def test_an_owner_from_the_command_line_ends_the_code(parts: Parts) -> None:
    with opened(parts, base_url=PUBLIC) as app:
        assert code(parts)
        join(parts, VERA)
        assert Browser(app, base_url=PUBLIC).get("/").headers["Location"] == "/sign-in"
        assert code(parts) == ""


def test_the_demo_speaks_as_the_first_browser_does_and_then_as_she_chose(app: Flask, parts: Parts) -> None:
    with parts.db.begin() as session:
        add_member(session, VERA.email, "owner", HASH, "demo", "Vera Vermeer", "nl")
    browser = Browser(app)
    for asked, spoken in (("en-GB,en;q=0.9", "en"), ("nl", "en")):
        given = {"email": VERA.email, "password": PASSWORD, "csrf_token": browser.token()}
        browser.bare_post("/session", given, headers={"Accept-Language": asked})
        browser.forget_token()
        assert f'<html lang="{spoken}"' in browser.get("/me").text
        browser.post("/session/end")
        browser.forget_token()
