"""The client's word: it binds to a revision, schedules at once, and is never needed twice or taken for granted."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import update

from socialq.errors import NotAllowed, OutOfDate, Repeats
from socialq.models import Delivery, Post
from socialq.planning.changing import move, stop, unschedule
from socialq.planning.creating import At
from socialq.planning.drafts import revise
from socialq.planning.reviews import approve, request_changes, submit, withdraw
from socialq.planning.scheduling import schedule
from socialq.wiring import Parts
from tests.cast import NADIA
from tests.factories import Practice, dump, make_practice


@pytest.fixture
def vera(parts: Parts) -> Practice:
    return make_practice(parts, approval_needed=True)


def in_review(vera: Practice, seconds: float = 3600) -> Post:
    post = vera.scheduled(max(seconds, 60))
    assert post.state == "in_review"
    assert vera.deliveries(post.id) == []
    with vera.parts.db.begin() as session:
        session.execute(update(Post).where(Post.id == post.id).values(scheduled_at=vera.at(seconds)))
    return vera.get(post.id)


def approved_by_nadia(vera: Practice, post: Post) -> Post:
    assert post.revision_id is not None
    with vera.parts.db.begin() as session:
        return approve(session, vera.desk_of(NADIA.actor), post.id, post.revision_id)


def test_approved_and_timed_means_scheduled(vera: Practice) -> None:
    post = in_review(vera)
    done = approved_by_nadia(vera, post)
    assert (done.state, done.scheduled_at) == ("scheduled", post.scheduled_at)
    assert len(vera.deliveries(post.id)) == 2
    assert vera.approvals(post.id) == [("approved", NADIA.actor)]
    assert vera.incidents() == []


def test_approved_a_little_late_goes_at_once(vera: Practice) -> None:
    post = in_review(vera, -14 * 60)
    before = vera.at(0)
    done = approved_by_nadia(vera, post)
    assert done.state == "scheduled"
    assert all(row.scheduled_at >= before for row in vera.deliveries(post.id))


def test_approved_too_late_has_no_time_and_is_told(vera: Practice) -> None:
    post = in_review(vera, -16 * 60)
    done = approved_by_nadia(vera, post)
    assert (done.state, done.scheduled_at) == ("approved", None)
    assert vera.deliveries(post.id) == []
    assert vera.incidents() == ["approved_too_late"]
    with vera.parts.db.begin() as session:
        schedule(session, vera.desk, post.id, vera.at(3600))
    assert vera.incidents() == []
    assert vera.approvals(post.id) == [("approved", NADIA.actor)]


def test_what_stands_against_it_is_told_to_vera_not_to_nadia(vera: Practice) -> None:
    first, second = vera.scheduled(3600, "Hetzelfde"), vera.scheduled(3700, "Hetzelfde")
    approved_by_nadia(vera, first)
    assert approved_by_nadia(vera, second).state == "approved"
    assert vera.incidents() == ["approved_not_scheduled"]


def test_vera_is_asked_before_nadia_and_her_yes_holds_for_these_words_at_this_time(vera: Practice) -> None:
    approved_by_nadia(vera, vera.scheduled(3600, "Hetzelfde"))
    with pytest.raises(Repeats):
        vera.scheduled(7200, "Hetzelfde")
    again = vera.post(At(vera.at(7200)), "Hetzelfde", repeat=True)
    assert approved_by_nadia(vera, again).state == "scheduled"
    assert [row.repeat_allowed for row in vera.deliveries(again.id)] == [True, True]
    other = vera.post(At(vera.at(9000)), "Hetzelfde", repeat=True)
    with vera.parts.db.begin() as session:
        session.execute(update(Post).where(Post.id == other.id).values(scheduled_at=vera.at(9900)))
    assert approved_by_nadia(vera, other).state == "approved"
    assert vera.incidents() == ["approved_not_scheduled"]


def test_an_approval_is_for_the_revision_that_was_shown(vera: Practice) -> None:
    post = in_review(vera)
    with vera.parts.db.begin() as session:
        revise(session, vera.desk, post.id, vera.draft())
        submit(session, vera.desk, post.id)
    with pytest.raises(OutOfDate):
        approved_by_nadia(vera, post)
    assert approved_by_nadia(vera, vera.get(post.id)).state == "scheduled"


def test_without_approval_nothing_is_scheduled(vera: Practice) -> None:
    post = in_review(vera)
    before = dump(vera.parts)
    with pytest.raises(NotAllowed, match="approval"), vera.parts.db.begin() as session:
        schedule(session, vera.desk, post.id, vera.at(3600))
    assert dump(vera.parts) == before


def test_editing_a_scheduled_post_cancels_it_and_withdraws_the_approval(vera: Practice) -> None:
    post = in_review(vera)
    approved_by_nadia(vera, post)
    with vera.parts.db.begin() as session:
        revised = revise(session, vera.desk, post.id, vera.draft("Anders"))
    assert revised.state == "draft"
    assert [row.state for row in vera.deliveries(post.id)] == ["cancelled", "cancelled"]
    assert [decision for decision, _ in vera.approvals(post.id)] == ["approved", "withdrawn"]
    with pytest.raises(NotAllowed, match="approval"), vera.parts.db.begin() as session:
        schedule(session, vera.desk, post.id, vera.at(3600))
    with vera.parts.db.begin() as session:
        submit(session, vera.desk, post.id)
    assert approved_by_nadia(vera, vera.get(post.id)).state == "scheduled"
    assert [row.state for row in vera.deliveries(post.id)] == ["cancelled"] * 2 + ["scheduled"] * 2


@pytest.mark.parametrize("state", ["publishing", "processing", "unknown", "published"])
def test_what_is_going_out_is_said_and_nothing_changed(vera: Practice, state: str) -> None:
    post = in_review(vera)
    approved_by_nadia(vera, post)
    busy = vera.deliveries(post.id)[1]
    with vera.parts.db.begin() as session:
        session.execute(update(Delivery).where(Delivery.id == busy.id).values(state=state))
    before = dump(vera.parts)
    for change in (
        lambda session: unschedule(session, vera.desk, post.id),
        lambda session: move(session, vera.desk, post.id, vera.at(7200)),
    ):
        with pytest.raises(NotAllowed, match=f"on @taart it is {state}"), vera.parts.db.begin() as session:
            change(session)
    assert dump(vera.parts) == before


@pytest.mark.parametrize("state", ["publishing", "processing", "unknown"])
def test_stopping_cancels_what_waits_and_leaves_a_wish_on_what_flies(vera: Practice, state: str) -> None:
    post = in_review(vera)
    approved_by_nadia(vera, post)
    waits, flies = vera.deliveries(post.id)
    with vera.parts.db.begin() as session:
        session.execute(update(Delivery).where(Delivery.id == flies.id).values(state=state))
    with vera.parts.db.begin() as session:
        assert [one.id for one in stop(session, vera.desk, post.id)] == [flies.id]
    waits, flies = vera.deliveries(post.id)
    assert (waits.state, waits.stop_at) == ("cancelled", None)
    assert flies.state == state
    assert flies.stop_at is not None
    assert vera.get(post.id).state == "scheduled"


def test_stopping_what_only_waits_takes_it_off_the_schedule(vera: Practice) -> None:
    post = in_review(vera)
    approved_by_nadia(vera, post)
    with vera.parts.db.begin() as session:
        assert stop(session, vera.desk, post.id) == []
    assert vera.get(post.id).state == "approved"


def test_moving_makes_a_new_promise_and_rings_again(vera: Practice) -> None:
    post = in_review(vera)
    approved_by_nadia(vera, post)
    at = vera.at(9000)
    with vera.parts.db.begin() as session:
        session.execute(update(Delivery).values(rung_at=vera.at(0), rings=3))
    with vera.parts.db.begin() as session:
        move(session, vera.desk, post.id, at)
    for row in vera.deliveries(post.id):
        assert (row.scheduled_at, row.due_at, row.rung_at, row.rings) == (at, at, None, 0)
        assert row.deadline_at == at + timedelta(seconds=7200)
    assert vera.get(post.id).scheduled_at == at


def test_unscheduled_it_is_approved_still(vera: Practice) -> None:
    post = in_review(vera)
    approved_by_nadia(vera, post)
    with vera.parts.db.begin() as session:
        assert unschedule(session, vera.desk, post.id).state == "approved"
        assert schedule(session, vera.desk, post.id, vera.at(5000)).state == "scheduled"
    assert [row.state for row in vera.deliveries(post.id)] == ["cancelled"] * 2 + ["scheduled"] * 2
    assert vera.approvals(post.id) == [("approved", NADIA.actor)]


def test_nadia_asks_for_changes_or_takes_her_word_back(vera: Practice) -> None:
    nadia, post = vera.desk_of(NADIA.actor), in_review(vera)
    assert post.revision_id is not None
    with vera.parts.db.begin() as session:
        assert request_changes(session, nadia, post.id, post.revision_id, "Graag korter").state == "draft"
        submit(session, vera.desk, post.id)
    approved_by_nadia(vera, post)
    with vera.parts.db.begin() as session:
        assert withdraw(session, nadia, post.id).state == "draft"
    assert [row.state for row in vera.deliveries(post.id)] == ["cancelled", "cancelled"]
    said = [decision for decision, _ in vera.approvals(post.id)]
    assert said == ["changes_requested", "approved", "withdrawn"]
    with pytest.raises(NotAllowed), vera.parts.db.begin() as session:
        withdraw(session, nadia, post.id)


def test_moves_that_are_not_open_are_refused(vera: Practice) -> None:
    post = vera.post()
    assert post.revision_id is not None
    with pytest.raises(NotAllowed), vera.parts.db.begin() as session:
        approve(session, vera.desk, post.id, post.revision_id)
    with pytest.raises(NotAllowed), vera.parts.db.begin() as session:
        unschedule(session, vera.desk, post.id)
    with pytest.raises(NotAllowed), vera.parts.db.begin() as session:
        move(session, vera.desk, post.id, vera.at(3600))
    with vera.parts.db.begin() as session:
        submit(session, vera.desk, post.id)
    with pytest.raises(NotAllowed), vera.parts.db.begin() as session:
        submit(session, vera.desk, post.id)


def test_eight_that_schedule_the_same_post_at_once_make_one_delivery_a_channel(parts: Parts) -> None:
    vera = make_practice(parts)
    posts = [vera.post(words="Hetzelfde overal") for _ in range(4)]
    at, gate, refused = vera.at(3600), threading.Barrier(8), []

    def one(place: int) -> None:
        gate.wait()
        try:
            with vera.parts.db.begin() as session:
                schedule(session, vera.desk, posts[place % 4].id, at)
        except Exception as error:
            refused.append(error)

    threads = [threading.Thread(target=one, args=(place,)) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = [row for post in posts for row in vera.deliveries(post.id)]
    assert len(made) == 2  # one post won; the same text on the same channels kept the other three out
    assert len(refused) == 6
    assert all("The same text is scheduled" in str(error) for error in refused)


def test_a_post_with_a_time_that_nobody_approved_is_not_scheduled(vera: Practice) -> None:
    post = vera.post(At(vera.at(60)))
    assert (post.state, vera.deliveries(post.id)) == ("in_review", [])
