"""Posts in the browser: written, looked at, sent on, moved, stopped; what is typed stays, what is another's is not found."""

import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import event, func, select, update
from werkzeug.test import TestResponse

from socialq.models import Channel, Client, Delivery, Media, Member, Post
from socialq.planning.creating import At
from socialq.wiring import Parts
from tests.cast import STAN
from tests.factories import Practice, dump, image_bytes, make_practice
from tests.web.door import Browser, join
from tests.web.untranslated import untranslated


@pytest.fixture
def practice(parts: Parts, vera: Browser) -> Practice:
    """On the practice network, for the application knows no fake one."""
    made = make_practice(parts, slots=("mon 09:00", "wed 09:00", "fri 09:00"))
    with parts.db.begin() as session:
        session.execute(update(Channel).values(network="practice"))
    made.desk = replace(made.desk, networks=parts.networks)
    return made


NAMES = frozenset({"socialq", "Practice", "Vera", "VE", "BA", "Bakkerij", "N", "brood", "taart"})


def form(practice: Practice, **values: object) -> dict[str, object]:
    given = {
        "client": practice.client.id,
        "channels": list(practice.channels),
        "text": "Vers brood",
        "form_token": "t" * 32,
    }
    return given | values


def day(practice: Practice, ahead: int = 3) -> str:
    return f"{practice.parts.db.now() + timedelta(days=ahead):%Y-%m-%d}"


def posts(parts: Parts) -> list[Post]:
    with parts.db.read() as session:
        return list(session.scalars(select(Post).order_by(Post.id)))


def the_post(parts: Parts) -> Post:
    (one,) = posts(parts)
    return one


def test_a_draft_is_kept_and_shown(parts: Parts, vera: Browser, practice: Practice) -> None:
    page = vera.get(f"/posts/new?client={practice.client.id}").text
    assert 'value="schedule"' in page and "Schedule for" in page and "free slot" in page
    answer = vera.post("/posts", form(practice, do="draft"))
    assert answer.status_code == 303 and the_post(parts).state == "draft"
    shown = vera.get(answer.location).text
    assert "Vers brood" in shown and "Saved as a draft" in shown and "Vera wrote it" in shown
    assert "Vers brood" in vera.get("/posts?state=drafts").text


def test_scheduled_in_the_client_s_zone(parts: Parts, vera: Browser, practice: Practice) -> None:
    with parts.db.begin() as session:
        session.execute(update(Client).values(timezone="America/New_York"))
    answer = vera.post("/posts", form(practice, do="schedule", on="2028-07-03", at="09:00"))
    post = the_post(parts)
    assert post.scheduled_at is not None and post.scheduled_at.isoformat() == "2028-07-03T13:00:00+00:00"
    assert "Scheduled for Mon 3 Jul, 09:00 (New York)" in vera.get(answer.location).text


def test_the_same_form_twice_is_one_post(parts: Parts, vera: Browser, practice: Practice) -> None:
    sent = form(practice, do="schedule", on=day(practice), at="09:00")
    first, second = vera.post("/posts", sent), vera.post("/posts", sent)
    assert first.location == second.location and the_post(parts).state == "scheduled"


def test_now_asks_once_and_names_the_channels(parts: Parts, vera: Browser, practice: Practice) -> None:
    asked = vera.post("/posts", form(practice, do="now", text="Nu"))
    assert asked.status_code == 200 and posts(parts) == []
    assert "Publish now on Practice?" in asked.text and "brood" in asked.text and ">\nNu</textarea>" in asked.text
    one = form(practice, do="publish", asked=list(practice.channels[:1]))
    assert "Publish now on Practice?" in vera.post("/posts", one).text and posts(parts) == []
    assert vera.post("/posts", form(practice, do="publish", asked=list(practice.channels))).status_code == 303
    assert the_post(parts).state == "scheduled"


def test_what_blocks_is_said_and_everything_typed_stays(parts: Parts, vera: Browser, practice: Practice) -> None:
    media = upload(vera, practice.client.id)
    sent = form(
        practice, do="schedule", text="x" * 501, on=day(practice), at="10:11", media=[media["id"]], alt=["Een bol"]
    )
    answer = vera.post("/posts", sent)
    assert answer.status_code == 422 and posts(parts) == []
    assert "The text has 501 characters, Practice takes 500." in answer.text
    assert "x" * 501 in answer.text and "Een bol" in answer.text and 'value="10:11"' in answer.text
    assert f'name="media" value="{media["id"]}"' in answer.text and answer.text.count("checked") == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"channels": []}, "Choose at least one channel."),
        ({"text": " "}, "There is neither text nor a picture."),
        ({"on": "2020-01-01"}, "That time is past: take a later one."),
        ({"on": ""}, "Choose a date and a time."),
        ({"on": "0001-01-01"}, "That time is past"),
        ({"on": "later"}, "This cannot be used"),
        ({"do": "king"}, "Choose one of the list."),
        ({"state": "scheduled"}, "something that does not belong in it"),
    ],
)
def test_refused_in_one_sentence(
    parts: Parts, vera: Browser, practice: Practice, change: dict[str, object], said: str
) -> None:
    before = dump(parts)
    answer = vera.post("/posts", form(practice, do="schedule", on=day(practice), at="09:00") | change)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert dump(parts) == before


def test_looking_again_saves_nothing(parts: Parts, vera: Browser, practice: Practice) -> None:
    before = dump(parts)
    answer = vera.post("/posts", form(practice, do="look", on="2020-01-01", at="09:00"))
    assert answer.status_code == 200 and "That time is past" in answer.text
    slot = vera.post("/posts", form(practice, do="slot", on="", at=""))
    assert 'value="09:00"' in slot.text
    assert dump(parts) == before


def test_another_client_leaves_the_pictures_behind(parts: Parts, vera: Browser, practice: Practice) -> None:
    media = upload(vera, practice.client.id)
    other = _other(parts)
    answer = vera.post("/posts", form(practice, client=other, was=practice.client.id, media=[media["id"]], alt=["Bol"]))
    assert answer.status_code == 200 and "were left out" in answer.text and "Vers brood" in answer.text


def test_with_approvals_the_client_is_asked(parts: Parts, vera: Browser, practice: Practice) -> None:
    with parts.db.begin() as session:
        session.execute(update(Client).values(approval_needed=True))
    page = vera.get("/posts/new").text
    assert "Ask for approval, out on" in page and 'value="now"' not in page
    vera.post("/posts", form(practice, do="schedule", on=day(practice), at="09:00"))
    post = the_post(parts)
    assert post.state == "in_review"
    shown = vera.get(f"/posts/{post.id}").text
    assert "Approve on behalf of Bakkerij" in shown
    assert vera.post(f"/posts/{post.id}/approval", {"revision": "999"}).status_code == 303
    assert the_post(parts).state == "in_review" and "has been changed since" in vera.get(f"/posts/{post.id}").text
    vera.post(f"/posts/{post.id}/approval", {"revision": str(post.revision_id)})
    assert the_post(parts).state == "scheduled"
    vera.post(f"/posts/{post.id}/review/end")
    assert the_post(parts).state == "draft"
    vera.post(f"/posts/{post.id}/review")
    assert the_post(parts).state == "in_review"


def test_without_a_time_the_client_is_asked_too(parts: Parts, vera: Browser, practice: Practice) -> None:
    with parts.db.begin() as session:
        session.execute(update(Client).values(approval_needed=True))
    vera.post("/posts", form(practice, do="schedule"))
    assert (the_post(parts).state, the_post(parts).scheduled_at) == ("in_review", None)


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


def test_the_same_words_at_another_time_keep_the_approval(parts: Parts, vera: Browser, practice: Practice) -> None:
    post = practice.scheduled(86_400)
    with parts.db.begin() as session:
        session.execute(update(Client).values(approval_needed=True))
    sent = form(
        practice, do="schedule", text="Vers brood, nummer 1", on=day(practice), at="09:00", revision=post.revision_id
    )
    vera.post(f"/posts/{post.id}", sent)
    assert (the_post(parts).state, the_post(parts).revision_id) == ("scheduled", post.revision_id)
    vera.post(f"/posts/{post.id}", sent | {"text": "Anders"})
    assert the_post(parts).state == "in_review"


def test_a_draft_keeps_its_wish_and_gets_another(parts: Parts, vera: Browser, practice: Practice) -> None:
    vera.post("/posts", form(practice, do="draft", on=day(practice), at="09:00"))
    post = the_post(parts)
    assert post.scheduled_at is not None
    vera.post(f"/posts/{post.id}", form(practice, do="draft", revision=post.revision_id))
    assert (the_post(parts).state, the_post(parts).scheduled_at) == ("draft", None)
    vera.post(
        f"/posts/{post.id}", form(practice, do="publish", asked=list(practice.channels), revision=post.revision_id)
    )
    assert the_post(parts).state == "scheduled"


@pytest.mark.abuse(4)
def test_abuse_4_a_picture_of_b_does_not_come_into_a_post_of_a(parts: Parts, vera: Browser, practice: Practice) -> None:
    other = _other(parts)
    media = upload(vera, other)
    before = dump(parts)
    for do in ("draft", "schedule", "look", "now"):
        sent = form(practice, do=do, on=day(practice), at="09:00", media=[media["id"]], alt=["x"])
        assert vera.post("/posts", sent).status_code == 404
    assert dump(parts) == before


@pytest.mark.abuse(4)
def test_abuse_4_nor_a_channel_or_a_post_of_b(parts: Parts, vera: Browser, practice: Practice) -> None:
    post, other = practice.scheduled(), _other(parts)
    join(parts, STAN, [other])
    stan = Browser(vera.client.application)
    stan.sign_in(STAN.email)
    picture = practice.picture()
    before = dump(parts)
    sent = form(practice, do="draft", client=other)
    assert vera.post("/posts", sent).status_code == 404  # channels of A
    hers = f"client={practice.client.id}"
    for path in (
        f"posts/{post.id}",
        f"posts/{post.id}/edit",
        f"media/{picture.media_id}",
        f"posts/new?{hers}",
        f"posts?{hers}",
    ):
        assert stan.get(f"/{path}").status_code == 404
    assert stan.get(f"/calendar?{hers}").status_code == 404
    assert stan.post(f"/posts/{post.id}", form(practice, do="draft", revision=1, client=other)).status_code == 404
    assert stan.post("/posts", form(practice, do="draft")).status_code == 404
    assert _sent(stan, practice.client.id).status_code == 404
    assert "Vers brood" not in stan.get("/posts").text + stan.get("/posts/new").text
    kept = ("sessions",)
    assert {k: v for k, v in dump(parts).items() if k not in kept} == {k: v for k, v in before.items() if k not in kept}


def test_pictures_come_back_as_we_wrote_them(parts: Parts, vera: Browser, practice: Practice) -> None:
    made = upload(vera, practice.client.id)
    answer = vera.get(str(made["url"]), buffered=True)
    assert answer.status_code == 200 and answer.mimetype == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"] and "private" in answer.headers["Cache-Control"]
    refused = _sent(vera, practice.client.id, b"<svg onload=alert(1)>", "brood.png")
    assert refused.status_code == 422 and refused.get_json()["error"]
    with parts.db.read() as session:
        assert session.scalar(select(func.count()).select_from(Media)) == 1
        (parts.media / session.scalars(select(Media.name)).one()).unlink()
    assert vera.get(str(made["url"])).status_code == 404


def test_without_the_script_pictures_come_with_the_form(parts: Parts, vera: Browser, practice: Practice) -> None:
    file = (BytesIO(image_bytes()), "brood.png")
    answer = vera.post("/posts", form(practice, do="look", files=[file]))
    media = re.findall(r'name="media" value="(\d+)"', answer.text)
    assert len(media) == 1 and "Picture 1 has no alt text yet" in answer.text
    gone = vera.post("/posts", form(practice, media=media, alt=["Bol"], remove=media[0]))
    assert gone.status_code == 200 and not re.findall(r'name="media" value="(\d+)"', gone.text)
    bad = vera.post("/posts", form(practice, do="draft", files=[(BytesIO(b"no"), "a.png")]))
    assert bad.status_code == 422 and "Vers brood" in bad.text
    kept = vera.post("/posts", form(practice, do="draft", media=media, alt=["Een bol"]))
    assert "Een bol" in vera.get(kept.location).text


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


def upload(browser: Browser, client_id: int) -> dict[str, object]:
    answer = _sent(browser, client_id)
    assert answer.status_code == 201
    made: dict[str, object] = answer.get_json()
    return made


def _sent(browser: Browser, client_id: int, data: bytes | None = None, name: str = "brood.png") -> TestResponse:
    return browser.post("/media", {"client": client_id, "file": (BytesIO(data or image_bytes()), name)})


def _other(parts: Parts) -> int:
    with parts.db.begin() as session:
        other = Client(name="Kapsalon", timezone="Europe/Amsterdam", language="nl", created_at=parts.db.now())
        session.add(other)
        session.flush()
        return other.id
