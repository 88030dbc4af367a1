"""The composer in the browser: written, looked at, sent on; what is typed stays, what goes out at once is asked about."""

import pytest
from sqlalchemy import update

from socialq.models import Client
from socialq.wiring import Parts
from tests.factories import Practice, dump
from tests.web.desk import day, form, posts, the_post, upload
from tests.web.door import Browser


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
