"""Drafting and scheduling: what becomes a delivery, with which times, and what is refused before anything is stored."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from socialq.domain.message import fingerprint
from socialq.domain.times import Times
from socialq.errors import BadInput, NotAllowed, NotFound, Repeats
from socialq.models import Revision
from socialq.planning.clients import NewClient, add_client
from socialq.planning.content import Draft, Picture
from socialq.planning.creating import At, Later, NextSlot, Now, create, next_slot
from socialq.planning.drafts import revise
from socialq.planning.found import revision_of
from socialq.planning.scheduling import schedule
from socialq.wiring import Parts
from tests.cast import VERA
from tests.factories import Practice, dump, make_channel, make_practice


@pytest.fixture
def vera(parts: Parts) -> Practice:
    return make_practice(parts, slots=("tue 09:00", "thu 16:30"))


def test_a_scheduled_post_has_one_delivery_a_channel(vera: Practice) -> None:
    at = vera.at(3600)
    post = vera.post(At(at), "Vers brood")
    assert (post.state, post.scheduled_at) == ("scheduled", at)
    rows = vera.deliveries(post.id)
    assert [row.channel_id for row in rows] == list(vera.channels)
    for row in rows:
        assert (row.scheduled_at, row.due_at, row.state, row.part) == (at, at, "scheduled", 1)
        assert row.deadline_at == at + timedelta(seconds=7200)
        assert row.prepare_at == at - timedelta(seconds=900)
        assert row.revision_id == post.revision_id
        assert row.fingerprint == fingerprint("Vers brood", [])
        assert row.rung_at is None
    assert vera.verbs(post.id) == ["draft", "schedule"]
    assert vera.approvals(post.id) == [("approved", VERA.actor)]  # nobody else has to: her own word is recorded


def test_the_picture_is_part_of_what_makes_two_posts_the_same(vera: Practice) -> None:
    at = At(vera.at(3600))
    pictures = vera.picture(), vera.picture(colour="blue")
    for picture in pictures:
        with vera.parts.db.begin() as session:
            create(session, vera.desk, vera.client.id, Draft("Brood", vera.channels, (picture,)), at)
    with pytest.raises(BadInput, match="The same text is scheduled"), vera.parts.db.begin() as session:
        create(session, vera.desk, vera.client.id, Draft(" brood ", vera.channels, (pictures[0],)), at)


def test_the_same_text_within_a_day_is_refused_unless_wanted(vera: Practice) -> None:
    vera.scheduled(3600, "Vers brood")
    before = dump(vera.parts)
    with pytest.raises(Repeats, match="The same text is scheduled on @brood already"):
        vera.scheduled(3600 + 23 * 3600, "vers  BROOD")
    assert dump(vera.parts) == before
    assert vera.scheduled(3600 + 25 * 3600, "Vers brood").state == "scheduled"
    again = vera.post(At(vera.at(7200)), "Vers brood", repeat=True)
    assert [row.repeat_allowed for row in vera.deliveries(again.id)] == [True, True]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("", "empty"),
        (" \n\t\u200b", "empty"),
        ("x" * 501, "501 characters, Fake takes 500"),
        ("x" * 100_001, "no network takes"),
        ("NUL \x00", "control character"),
        ("half \ud83d", "half a character"),
    ],
)
def test_abuse_20_a_text_that_cannot_be_sent_is_refused_and_nothing_stored(
    vera: Practice, words: str, told: str
) -> None:
    before = dump(vera.parts)
    for when in (At(vera.at(3600)), Now(), Later()):
        with pytest.raises(BadInput, match=told), vera.parts.db.begin() as session:
            create(session, vera.desk, vera.client.id, Draft(words, vera.channels), when)
    assert dump(vera.parts) == before


@pytest.mark.parametrize(
    "words",
    [
        "a\u202eb\u202cc",
        "één\u200dtwee",
        "👩‍👩‍👧‍👦 🇳🇱",
        "e\u0301",
        "\u200f\u2067שלום\u2069",
        "\ufeffbom",
        "a\U0010ffffb",
    ],
)
def test_abuse_20_a_strange_text_is_stored_as_it_is(vera: Practice, words: str) -> None:
    post = vera.scheduled(3600, words)
    with vera.parts.db.read() as session:
        assert revision_of(session, post).text == words


def test_line_ends_are_made_one(vera: Practice) -> None:
    post = vera.scheduled(3600, "a\r\nb\rc\x0bd")
    with vera.parts.db.read() as session:
        assert revision_of(session, post).text == "a\nb\nc\nd"


def test_times_that_are_no_times_to_send_are_refused(vera: Practice) -> None:
    before = dump(vera.parts)
    naive = vera.at(3600).replace(tzinfo=None)
    for at, told in ((naive, "no offset"), (vera.at(-61), "past"), (vera.at(86400 * 3700), "ten years")):
        with pytest.raises(BadInput, match=told):
            vera.post(At(at))
    assert dump(vera.parts) == before
    assert vera.scheduled(-30).state == "scheduled"  # the form took half a minute


def test_what_belongs_to_another_client_is_not_there(vera: Practice) -> None:
    with vera.parts.db.begin() as session:
        other = add_client(session, Times(), NewClient("Slagerij"), VERA.actor)
        foreign = make_channel(vera.parts, session, other.id, "worst")
    picture = vera.picture()
    before = dump(vera.parts)
    for client_id, channels, pictures in (
        (vera.client.id, (*vera.channels, foreign), ()),
        (other.id, (foreign,), (picture,)),
        (vera.client.id, vera.channels, (Picture(999),)),
        (999, vera.channels, ()),
    ):
        with pytest.raises(NotFound), vera.parts.db.begin() as session:
            create(session, vera.desk, client_id, Draft("Hallo", channels, pictures), Later())
    with pytest.raises(BadInput, match="at least one channel"), vera.parts.db.begin() as session:
        create(session, vera.desk, vera.client.id, Draft("Hallo", ()), Later())
    assert dump(vera.parts) == before


def test_the_same_form_twice_is_one_post(vera: Practice) -> None:
    when, new = At(vera.at(3600)), vera.draft()
    made = []
    for _ in range(2):
        with vera.parts.db.begin() as session:
            made.append(create(session, vera.desk, vera.client.id, new, when, form_token="form-1").id)
    assert made[0] == made[1]
    assert len(vera.deliveries(made[0])) == 2
    with vera.parts.db.begin() as session:  # no token is not a token
        create(session, vera.desk, vera.client.id, vera.draft(), Later())
        create(session, vera.desk, vera.client.id, vera.draft(), Later())


def test_scheduling_twice_changes_nothing_or_is_refused(vera: Practice) -> None:
    at = vera.at(3600)
    post = vera.post()
    for _ in range(2):
        with vera.parts.db.begin() as session:
            schedule(session, vera.desk, post.id, at)
    assert len(vera.deliveries(post.id)) == 2
    with pytest.raises(NotAllowed, match="scheduled already"), vera.parts.db.begin() as session:
        schedule(session, vera.desk, post.id, at + timedelta(hours=1))
    with pytest.raises(NotFound), vera.parts.db.begin() as session:
        schedule(session, vera.desk, 999, at)


def test_now_means_the_database_s_now(vera: Practice) -> None:
    before = vera.at(0)
    post = vera.post(Now())
    assert post.scheduled_at is not None
    assert before <= post.scheduled_at <= vera.at(0)


def test_the_next_slot_is_the_client_s_wall_time_and_never_taken_twice(vera: Practice) -> None:
    posts = [vera.post(NextSlot()) for _ in range(4)]
    there = [post.scheduled_at.astimezone(ZoneInfo("Europe/Amsterdam")) for post in posts if post.scheduled_at]
    assert sorted(there) == there
    assert len(set(there)) == 4
    assert {(at.weekday(), at.hour, at.minute) for at in there} == {(1, 9, 0), (3, 16, 30)}


def test_a_slot_that_a_post_in_review_wishes_for_is_taken(parts: Parts) -> None:
    vera = make_practice(parts, approval_needed=True, slots=("tue 09:00",))
    first, second = vera.post(NextSlot()), vera.post(NextSlot())
    assert first.state == second.state == "in_review"
    assert first.scheduled_at is not None
    assert second.scheduled_at is not None
    assert first.scheduled_at < second.scheduled_at


def test_no_slot_is_said(parts: Parts) -> None:
    vera = make_practice(parts)
    with pytest.raises(BadInput, match="no slots"), vera.parts.db.begin() as session:
        next_slot(session, vera.client.id, vera.channels)


def test_a_revision_is_never_changed(vera: Practice) -> None:
    post = vera.post(words="Een")
    with vera.parts.db.begin() as session:
        revised = revise(session, vera.desk, post.id, vera.draft("Twee"))
        assert revised.revision_id != post.revision_id
    with vera.parts.db.read() as session:
        assert session.get_one(Revision, post.revision_id).text == "Een"
        assert session.get_one(Revision, revised.revision_id).number == 2


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (NewClient(""), "empty"),
        (NewClient("a\x00b"), "control"),
        (NewClient("x" * 201), "201 characters"),
        (NewClient("Bakkerij"), "already"),
        (NewClient("A", timezone="Mars/Base"), "no time zone"),
        (NewClient("A", timezone="../../etc/passwd"), "no time zone"),
        (NewClient("A", language="fr"), "nl or en"),
        (NewClient("A", slots=("someday 9",)), "not a slot"),
        (NewClient("A", lateness_limit=599), "at least"),
        (NewClient("A", colour="red"), "#0B5C63"),
    ],
)
def test_a_client_that_cannot_be_is_refused(vera: Practice, new: NewClient, told: str) -> None:
    before = dump(vera.parts)
    with pytest.raises(BadInput, match=told), vera.parts.db.begin() as session:
        add_client(session, Times(), new, VERA.actor)
    assert dump(vera.parts) == before


def test_the_lateness_limit_leaves_room_for_a_loss_and_its_recovery(vera: Practice) -> None:
    slow = Times(lease=3000, quarantine=90, gap=30, hard=20)
    with pytest.raises(BadInput, match="52 minutes"), vera.parts.db.begin() as session:
        add_client(session, slow, NewClient("A", lateness_limit=3000), VERA.actor)


def test_a_delivery_s_times_do_not_depend_on_the_zone_they_were_typed_in(vera: Practice) -> None:
    typed = datetime.fromisoformat("2031-10-06T09:00:00+02:00")
    post = vera.post(At(typed))
    assert vera.deliveries(post.id)[0].scheduled_at == datetime(2031, 10, 6, 7, tzinfo=UTC)
