"""The session ends while a post is written: what was typed comes back after signing in, in that browser only; nothing is saved."""

import html
import re

from flask import Flask
from sqlalchemy import delete, select

from socialq.models import Member, MemberSession
from socialq.wiring import Parts
from tests.cast import VERA
from tests.factories import Practice
from tests.web.desk import day, form, posts, upload
from tests.web.door import PASSWORD, Browser


def signed_out(parts: Parts) -> None:
    with parts.db.begin() as session:
        session.execute(delete(MemberSession))


def back(browser: Browser, page: str, password: str = PASSWORD) -> str:
    """Signs in by the form on that page; the page on which she lands."""
    hidden = {
        name: html.unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)
    }
    answer = browser.bare_post("/session", {**hidden, "email": VERA.email, "password": password})
    browser.forget_token()
    return browser.get(answer.headers["Location"]).text if answer.status_code == 303 else back(browser, answer.text)


def test_a_new_post_comes_back_as_it_was_typed(parts: Parts, vera: Browser, practice: Practice) -> None:
    picture = str(upload(vera, practice.client.id)["id"])
    typed = form(
        practice,
        text='Vers "brood" <b>&\n\nen taart',
        do="schedule",
        on=day(practice),
        at="09:30",
        media=[picture],
        alt=["Een brood"],
    )
    signed_out(parts)
    door = vera.post("/posts", typed)
    assert door.status_code == 401 and "what you typed stands there again" in door.text
    page = back(vera, door.text, password="not this one")
    assert "Vers &#34;brood&#34; &lt;b&gt;&amp;\n\nen taart" in page and "nothing of it was saved" in page
    assert 'value="09:30"' in page and "Een brood" in page and f'name="media" value="{picture}"' in page
    assert page.count("checked") >= len(practice.channels)
    assert posts(parts) == []


def test_a_change_comes_back_on_its_post(parts: Parts, vera: Browser, practice: Practice) -> None:
    post = practice.scheduled(86_400)
    revision = re.findall(r'name="revision" value="(\d+)"', vera.get(f"/posts/{post.id}/edit").text)[0]
    signed_out(parts)
    door = vera.post(f"/posts/{post.id}", form(practice, do="draft", text="Anders", revision=revision))
    page = back(vera, door.text)
    assert ">\nAnders</textarea>" in page and f'name="revision" value="{revision}"' in page


def test_it_is_nobody_else_s_and_what_is_no_form_is_the_plain_door(
    app: Flask, parts: Parts, vera: Browser, practice: Practice
) -> None:
    other = Browser(app)
    other.sign_in(VERA.email)
    signed_out(parts)
    door = vera.post("/posts", form(practice, text="Alleen hier"))
    hidden = {
        name: html.unescape(value)
        for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', door.text)
    }
    there = vera.bare_post("/session", {**hidden, "email": VERA.email, "password": PASSWORD}).headers["Location"]
    other.sign_in(VERA.email)
    assert "Alleen hier" not in other.get(there).text
    signed_out(parts)
    huge = vera.bare_post("/posts", form(practice, text="x" * 400_000))
    assert (huge.status_code, huge.headers["Location"]) == (303, "/sign-in")
    foreign = vera.bare_post("/posts", form(practice), headers={"Origin": "https://evil.example"})
    assert (foreign.status_code, foreign.headers["Location"]) == (303, "/sign-in")
    for kept in ("{", "[]", '{"text": 3}', '{"client": ["x"], "text": ["y"], "role": ["owner"]}'):
        vera.forget_token()
        token = {"next": "/posts/new", "kept": kept, "email": VERA.email, "password": PASSWORD}
        answer = vera.post("/session", token)
        assert vera.get(answer.headers["Location"]).status_code in (200, 404)
        signed_out(parts)
    with parts.db.read() as session:
        assert session.scalars(select(Member.role)).all() == ["owner"]
