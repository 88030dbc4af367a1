"""The same text twice within a day on a channel, on the pages: asked first, said with one tick, told when it came about later."""

import re

import pytest
from sqlalchemy import select, update

from socialq.models import Client, Delivery, Incident, Member, Post
from socialq.publishing.held import tell_held
from socialq.wiring import Parts
from tests.factories import Practice, dump
from tests.web.desk import day, form, posts, the_post
from tests.web.door import Browser

ASKS = 'name="repeat"'


def out(parts: Parts, post_id: int) -> None:
    with parts.db.begin() as session:
        values = {"state": "published", "published_at": parts.db.now(), "remote_id": Delivery.channel_id}
        session.execute(update(Delivery).where(Delivery.post_id == post_id).values(**values))


def allowed(parts: Parts, post_id: int) -> list[bool]:
    with parts.db.read() as session:
        mine = select(Delivery.repeat_allowed).where(Delivery.post_id == post_id, Delivery.state == "scheduled")
        return list(session.scalars(mine))


def failed(parts: Parts, post_id: int) -> None:
    with parts.db.begin() as session:
        session.execute(
            update(Delivery).where(Delivery.post_id == post_id, Delivery.state == "scheduled").values(state="failed")
        )


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "The same text went out on @brood: "), ("nl", "Dezelfde tekst is al geplaatst op @brood: ")],
)
def test_the_composer_asks_and_saves_nothing_until_it_is_said(
    parts: Parts, vera: Browser, practice: Practice, language: str, said: str
) -> None:
    out(parts, practice.scheduled(60, "Vers brood").id)
    with parts.db.begin() as session:
        session.execute(update(Member).values(language=language))
    before = dump(parts)
    at = practice.at(4 * 3600)
    sent = form(practice, do="schedule", on=f"{at:%Y-%m-%d}", at=f"{at:%H:%M}", text="vers BROOD")
    answer = vera.post("/posts", sent)
    assert answer.status_code == 422 and said in answer.text and "(Amsterdam)" in answer.text and ASKS in answer.text
    assert dump(parts) == before
    assert vera.post("/posts", sent | {"repeat": "1"}).status_code == 303
    assert allowed(parts, posts(parts)[-1].id) == [True, True]


def test_now_asks_both_questions(parts: Parts, vera: Browser, practice: Practice) -> None:
    practice.scheduled(3600, "Vers brood")
    sent = form(practice, do="publish", asked=list(practice.channels))
    answer = vera.post("/posts", sent)
    assert answer.status_code == 422 and len(posts(parts)) == 1
    assert "The same text is scheduled on @brood already" in answer.text and "Yes, publish now" in answer.text
    assert ASKS in answer.text
    assert vera.post("/posts", sent | {"repeat": "1"}).status_code == 303 and len(posts(parts)) == 2


def test_the_post_s_page_asks_for_a_new_time_too(parts: Parts, vera: Browser, practice: Practice) -> None:
    out(parts, practice.scheduled(60, "Vers brood").id)
    draft = practice.post(words="Vers brood")
    at = practice.at(14_400)
    sent = {"on": f"{at:%Y-%m-%d}", "at": f"{at:%H:%M}"}
    answer = vera.post(f"/posts/{draft.id}/schedule", sent)
    assert answer.status_code == 422 and ASKS in answer.text and f'value="{sent["at"]}"' in answer.text
    assert practice.get(draft.id).state == "draft"
    assert vera.post(f"/posts/{draft.id}/schedule", sent | {"repeat": "1"}).status_code == 303
    assert allowed(parts, draft.id) == [True, True]
    again = vera.post(f"/posts/{draft.id}/schedule", sent)  # moved: asked again, the yes was for that time
    assert again.status_code == 422
    assert vera.post(f"/posts/{draft.id}/schedule", {"on": day(practice, 9), "at": "09:00"}).status_code == 303
    assert allowed(parts, draft.id) == [False, False]


def test_with_approvals_it_is_asked_before_the_client_is(parts: Parts, vera: Browser, practice: Practice) -> None:
    out(parts, practice.scheduled(60, "Vers brood").id)
    with parts.db.begin() as session:
        session.execute(update(Client).values(approval_needed=True))
    at = practice.at(14_400)
    sent = form(practice, do="draft", on=f"{at:%Y-%m-%d}", at=f"{at:%H:%M}")
    assert vera.post("/posts", sent | {"do": "schedule"}).status_code == 422
    path = vera.post("/posts", sent).location
    answer = vera.post(f"{path}/review")
    assert answer.status_code == 422 and "The same text went out on @brood" in answer.text and ASKS in answer.text
    assert vera.post(f"{path}/review", {"repeat": "1"}).status_code == 303
    post = posts(parts)[-1]
    vera.post(f"{path}/approval", {"revision": str(post.revision_id)})
    assert posts(parts)[-1].state == "scheduled" and allowed(parts, post.id) == [True, True]


def test_what_failed_is_edited_and_goes_again(parts: Parts, vera: Browser, practice: Practice) -> None:
    post = practice.scheduled(60, "Vers brood")
    failed(parts, post.id)
    assert "Schedule again" in vera.get(f"/posts/{post.id}").text
    sent = form(practice, do="schedule", text="Anders", on=day(practice), at="09:00", revision=post.revision_id)
    assert vera.post(f"/posts/{post.id}", sent).status_code == 303
    states = [(one.state, one.revision_id != post.revision_id) for one in practice.deliveries(post.id)]
    assert states == [("cancelled", False)] * 2 + [("scheduled", True)] * 2
    failed(parts, post.id)
    vera.post(f"/posts/{post.id}/schedule", {"on": day(practice, 4), "at": "10:00"})
    assert [one.state for one in practice.deliveries(post.id)][4:] == ["scheduled"] * 2
    page = vera.get(f"/deliveries/{practice.deliveries(post.id)[0].id}").text
    assert "Vera planned the post anew" in page


@pytest.mark.parametrize(
    ("state", "word"), [("publishing", "publishing"), ("unknown", "unknown"), ("published", "published")]
)
def test_what_is_in_the_way_is_named(parts: Parts, vera: Browser, practice: Practice, state: str, word: str) -> None:
    post = practice.scheduled(60, "Vers brood")
    busy = practice.deliveries(post.id)[1]
    with parts.db.begin() as session:
        session.execute(update(Delivery).where(Delivery.id == busy.id).values(state=state))
    before = dump(parts)
    sent = form(practice, do="schedule", text="Anders", on=day(practice), at="09:00", revision=post.revision_id)
    answer = vera.post(f"/posts/{post.id}", sent)
    assert answer.status_code == 422 and f"on @taart it is {word}" in answer.text
    assert dump(parts) == before
    sent["channels"] = [practice.channels[0]]
    assert vera.post(f"/posts/{post.id}", sent).status_code == 303
    kept = {one.id: one for one in practice.deliveries(post.id)}[busy.id]
    assert kept.state == state and (kept.stop_at is not None) == (state != "published")


def test_held_is_on_today_and_decided_on_its_page(parts: Parts, vera: Browser, practice: Practice) -> None:
    with parts.db.begin() as session:
        session.execute(update(Client).values(lateness_limit=7200))
    first, second = practice.scheduled(-30, "Vers brood"), practice.post(words="Anders")
    vera.post(f"/posts/{second.id}/schedule", {"on": f"{practice.at(86400):%Y-%m-%d}", "at": "09:00"})
    out(parts, first.id)
    with parts.db.begin() as session:
        (print_,) = set(session.scalars(select(Delivery.fingerprint).where(Delivery.post_id == first.id)))
        now = parts.db.now()
        values = {"fingerprint": print_, "due_at": now, "scheduled_at": now}
        session.execute(update(Delivery).where(Delivery.post_id == second.id).values(**values))
    assert tell_held(parts.db) == 2
    assert "Held: the same text is online already" in vera.get("/").text
    assert "On hold" in vera.get("/posts").text
    one, two = practice.deliveries(second.id)
    page = vera.get(f"/deliveries/{one.id}").text
    assert "Post it anyway" in page and "The same text went out on @brood" in page and 'value="scheduled"' in page
    asked = {"attempt": "0", "seen": "scheduled", "choice": "retry"}
    answer = vera.post(f"/deliveries/{one.id}/resolution", asked)
    assert answer.status_code == 422 and allowed(parts, second.id) == [False, False]
    vera.post(f"/deliveries/{one.id}/resolution", asked | {"repeat": "1"})
    vera.post(f"/deliveries/{two.id}/resolution", asked | {"choice": "failed"})
    assert [(row.state, row.repeat_allowed) for row in practice.deliveries(second.id)] == [
        ("scheduled", True),
        ("cancelled", False),
    ]
    with parts.db.read() as session:
        assert list(session.scalars(select(Incident.kind).where(Incident.resolved_at.is_(None)))) == []
    stale = vera.post(f"/deliveries/{two.id}/resolution", asked)
    assert stale.status_code == 409 and "Since then: " in stale.text and re.search("Taken back", stale.text)


def test_all_of_it_stopped_is_not_scheduled_any_more(parts: Parts, vera: Browser, practice: Practice) -> None:
    post = practice.scheduled(3600)
    with parts.db.begin() as session:
        mine = Delivery.channel_id == practice.channels[1]
        session.execute(update(Delivery).where(mine).values(state="failed"))
    vera.post(f"/posts/{post.id}/stop")
    assert the_post(parts).state == "approved"
    with parts.db.read() as session:
        assert session.get_one(Post, post.id).scheduled_at is not None
