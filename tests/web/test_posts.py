"""The list of posts, the page of one and the month: what they show, what can be done there, what they ask."""

import re

import pytest
from sqlalchemy import event, update

from socialq.models import Channel, Client, Delivery, Member
from socialq.planning.creating import At
from socialq.wiring import Parts
from tests.factories import Practice, make_practice
from tests.web.desk import day, form, the_post, upload
from tests.web.door import Browser
from tests.web.untranslated import untranslated


def test_edited_moved_stopped(parts: Parts, vera: Browser, practice: Practice) -> None:
    post = practice.scheduled(86_400)
    page = vera.get(f"/posts/{post.id}/edit").text
    assert "Vers brood, nummer 1" in page
    revision = re.findall(r'name="revision" value="(\d+)"', page)[0]
    sent = form(practice, do="schedule", text="Anders", on=day(practice), at="09:00", revision=revision)
    assert vera.post(f"/posts/{post.id}", sent).status_code == 303
    assert the_post(parts).state == "scheduled" and the_post(parts).revision_id != post.revision_id
    stale = vera.post(f"/posts/{post.id}", sent | {"text": "Weer anders"})
    assert stale.status_code == 422 and "has been changed since" in stale.text and "Weer anders" in stale.text
    newer = re.findall(r'name="revision" value="(\d+)"', stale.text)[0]
    assert newer == str(the_post(parts).revision_id), "saved once more, it is on purpose"
    vera.post(f"/posts/{post.id}/schedule", {"on": day(practice, 5), "at": "11:30"})
    moved = the_post(parts)
    assert moved.scheduled_at is not None and moved.scheduled_at.minute == 30
    assert "Vera moved it to" in vera.get(f"/posts/{post.id}").text
    vera.post(f"/posts/{post.id}/schedule/end")
    assert the_post(parts).state == "approved"
    vera.post(f"/posts/{post.id}/schedule", {"on": day(practice, 5), "at": "11:30"})
    vera.post(f"/posts/{post.id}/stop")
    assert the_post(parts).state == "approved"
    vera.post(f"/posts/{post.id}/stop")
    assert "The post is not scheduled, it is approved." in vera.get(f"/posts/{post.id}").text
    vera.post(f"/posts/{post.id}/schedule", {"on": "soon", "at": ""})
    assert "Choose a date and a time." in vera.get(f"/posts/{post.id}").text


def test_the_list_by_state_client_and_page(parts: Parts, vera: Browser, practice: Practice) -> None:
    for number in range(55):
        practice.post(At(practice.at(3600 * (number + 1))), f"Bericht {number:02}")
    first, second = vera.get("/posts").text, vera.get("/posts?page=2").text
    assert "Bericht 00" in first and "Bericht 50" not in first and "1–50 of 55" in first
    assert "Bericht 54" in second and "51–55 of 55" in second
    assert "There is nothing here." in vera.get("/posts?page=99999999999999").text
    assert "Bericht 00" in vera.get(f"/posts?client={practice.client.id}").text
    assert vera.get("/posts?client=4711").status_code == 404
    assert "There is nothing here." in vera.get("/posts?state=amiss").text
    assert "Bericht 00" in vera.get("/posts?state='; DROP TABLE posts").text


def test_words_are_looked_for_as_they_stand_and_the_search_stays_in_the_address(
    vera: Browser, practice: Practice
) -> None:
    for number, text in enumerate(("Nu 100% rogge", "Nu 100 broden", "een_streep", "een streep", "<b>Ñandú</b>")):
        practice.post(At(practice.at(86_400 * (number + 1))), text)
    found = {
        "100%": ["Nu 100% rogge"], "ROGGE": ["Nu 100% rogge"], "nu 100": ["Nu 100% rogge", "Nu 100 broden"],
        "een_s": ["een_streep"], "Ñan": ["Ñandú"], "/": ["Ñandú"], "\\": [],
    }  # fmt: skip
    everything = {text for texts in found.values() for text in texts}
    for wanted, texts in found.items():
        page = vera.get("/posts", query_string={"q": wanted, "client": practice.client.id}).text
        assert {one for one in everything if f"{one}" in page.partition('class="posts"')[2]} == set(texts), wanted
        if not texts:
            assert "No post here says" in page
    page = vera.get(f"/posts?q=nu+100&client={practice.client.id}").text
    tab = re.findall(r'href="(/posts[^"]*state=drafts[^"]*)"', page)[0].replace("&amp;", "&")
    assert f"client={practice.client.id}" in tab and "q=nu+100" in tab
    assert 'value="nu 100"' in vera.get(tab).text and "No post here says" in vera.get(tab).text
    assert vera.get("/posts?q=%00" + "a" * 3000).status_code == 200


def test_what_went_wrong_and_what_is_out_have_their_tabs(parts: Parts, vera: Browser, practice: Practice) -> None:
    out, failed = practice.scheduled(60), practice.scheduled(120)
    with parts.db.begin() as session:
        now = practice.at(0)
        done = {"state": "published", "published_at": now, "url": "https://example.com/1"}
        session.execute(update(Delivery).where(Delivery.post_id == out.id).values(done))
        session.execute(update(Delivery).where(Delivery.post_id == failed.id).values(state="failed"))
    assert "nummer 1" in vera.get("/posts?state=published").text
    assert (
        "nummer 2" in vera.get("/posts?state=amiss").text and "Practice failed" in vera.get("/posts?state=amiss").text
    )
    assert "https://example.com/1" in vera.get(f"/posts/{out.id}").text


def test_nobody_has_written_yet(vera: Browser, parts: Parts) -> None:
    assert "No clients yet" in vera.get("/posts").text and "No clients yet" in vera.get("/calendar").text
    assert vera.get("/posts/new").status_code == 303
    make_practice(parts)
    assert "Write the first post" in vera.get("/posts").text


NAMES = frozenset({"socialq", "Practice", "Vera", "VE", "BA", "Bakkerij", "N", "brood", "taart"})


@pytest.mark.parametrize("language", ["nl", "xx"])
def test_all_of_it_is_translated(parts: Parts, vera: Browser, practice: Practice, language: str) -> None:
    post = practice.scheduled(86_400)
    draft = practice.post()
    with parts.db.begin() as session:
        session.execute(update(Member).values(language=language))
    mine = [
        f"/posts/{post.id}",
        f"/posts/{draft.id}",
        f"/posts/{post.id}/edit",
        f"/calendar?client={practice.client.id}",
    ]
    pages = ["/posts", "/posts/new", "/posts?state=review", "/calendar", *mine]
    for page in pages:
        answer = vera.get(page)
        assert answer.status_code == 200, page
        if language == "xx":
            assert untranslated(answer.text, NAMES) == [], page
    answer = vera.post("/posts", form(practice, do="now", text="x" * 501))
    assert answer.status_code == 200


def test_at_most_ten_questions_a_page(parts: Parts, vera: Browser, practice: Practice) -> None:
    """Besides what the frame of every page asks; and no more for many posts than for one."""
    post = practice.scheduled(3600)
    engine, seen = vera.client.application.extensions["socialq"].db.engine, []
    event.listen(engine, "before_cursor_execute", lambda *given: seen.append(given[2]))

    def asked(page: str) -> int:
        seen.clear()
        vera.get(page)
        return len([one for one in seen if one.startswith("SELECT")])

    frame = asked("/me")
    pages = ("/posts", "/posts/new", f"/posts/{post.id}", f"/posts/{post.id}/edit", "/calendar")
    few = {page: asked(page) for page in pages}
    for number in range(12):
        practice.post(At(practice.at(3600 * (number + 2))))
    assert {page: asked(page) for page in pages} == few
    assert {page: many for page, many in few.items() if many - frame > 10} == {}


@pytest.mark.abuse(13)
def test_abuse_13_words_are_never_markup(parts: Parts, vera: Browser, practice: Practice) -> None:
    script = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    media = upload(vera, practice.client.id)
    with parts.db.begin() as session:
        session.execute(update(Client).values(name=script))
        session.execute(update(Channel).values(handle=script))
    sent = form(practice, do="schedule", text=script, on=day(practice), at="09:00", media=[media["id"]], alt=[script])
    path = vera.post("/posts", sent).location
    for page in (path, f"{path}/edit", "/posts", "/calendar", f"/calendar?month={day(practice)[:7]}", "/posts/new"):
        text = vera.get(page).text
        assert "<script>alert" not in text and "<img src=x" not in text, page
        assert "&lt;script&gt;" in text, page
