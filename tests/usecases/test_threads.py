"""A post with parts: planned as a chain on every channel, sent one after the other as answers, changed and cancelled as one."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from socialq.domain.outcomes import Rejected
from socialq.errors import BadInput
from socialq.models import Delivery
from socialq.planning.changing import unschedule
from socialq.planning.content import MOST_PARTS
from socialq.planning.creating import At, Now, create
from socialq.planning.reworking import rework
from socialq.publishing import life
from socialq.publishing.publish import publish
from socialq.publishing.sender import Sender
from socialq.wiring import Parts
from tests.factories import Practice, make_practice

PARTS = ("  En dit volgt erop.  ", "", "Bestel op brood.example")


@pytest.fixture
def practice(parts: Parts) -> Practice:
    return make_practice(parts)


def thread(practice: Practice, *, words: str = "Deel een", when: object = None, parts: tuple[str, ...] = PARTS) -> int:
    new = replace(practice.draft(words), parts=parts)
    with practice.parts.db.begin() as session:
        return create(session, practice.desk, practice.client.id, new, when or At(practice.at(3600))).id  # type: ignore[arg-type]


def sent(practice: Practice) -> None:
    worker = life.register(practice.parts.db, practice.parts.settings.data_dir, "publish")
    sender = Sender(practice.parts, worker.id)
    for _ in range(3):
        with practice.parts.db.read() as session:
            ids = list(session.scalars(select(Delivery.id).order_by(Delivery.part, Delivery.id)))
        publish(sender, ids)
    worker.close()


def test_each_part_waits_for_the_one_before_it_on_its_channel(practice: Practice) -> None:
    found = practice.deliveries(thread(practice))
    by_channel = {one: [row for row in found if row.channel_id == one] for one in practice.channels}
    for rows in by_channel.values():
        assert [row.part for row in rows] == [1, 2, 3]
        assert [row.after_id for row in rows] == [None, rows[0].id, rows[1].id]
        assert len({row.fingerprint for row in rows}) == 3 and len({row.scheduled_at for row in rows}) == 1


def test_they_go_out_in_order_each_as_an_answer(practice: Practice) -> None:
    answered = []
    network = practice.network
    prepare = network.prepare

    def noting(post, account, remember):  # type: ignore[no-untyped-def]
        answered.append((account.remote_id, post.text, post.reply_to and post.reply_to["remote_id"]))
        return prepare(post, account, remember)

    network.prepare = noting  # type: ignore[method-assign]
    made = thread(practice, when=Now())
    sent(practice)
    texts = ["Deel een", "En dit volgt erop.", "Bestel op brood.example"]
    assert {row.state for row in practice.deliveries(made)} == {"published"}
    for handle in ("brood", "taart"):
        out = [copy for copy in network.out if copy.account == handle]
        assert [copy.text for copy in out] == texts
        mine = [one[1:] for one in answered if one[0] == handle]
        assert mine == [(texts[0], None), (texts[1], out[0].remote_id), (texts[2], out[1].remote_id)]


def test_the_same_words_may_follow_another_post(practice: Practice) -> None:
    first, second = thread(practice, when=Now()), thread(practice, words="Een ander bericht", when=Now())
    sent(practice)
    assert {row.state for row in practice.deliveries(first) + practice.deliveries(second)} == {"published"}


def test_a_part_that_is_refused_leaves_the_rest_waiting(practice: Practice) -> None:
    made = thread(practice, when=Now())
    with practice.parts.db.begin() as session:
        session.execute(update(Delivery).where(Delivery.channel_id != practice.channels[0]).values(state="cancelled"))
    practice.network.script = [lambda *given: practice.network.put_out(*given[1:]), lambda *_: Rejected("no")]
    sent(practice)
    states = [row.state for row in practice.deliveries(made) if row.channel_id == practice.channels[0]]
    assert states == ["published", "failed", "scheduled"] and practice.incidents() == ["delivery_rejected"]


@pytest.mark.parametrize(
    ("following", "told"),
    [
        (("kort", "x" * 501), "Part 3: The text has 501 characters, Fake takes 500."),
        (("x",) * MOST_PARTS, f"The post has {MOST_PARTS + 1} parts: it may have {MOST_PARTS}."),
    ],
)
def test_what_a_network_has_against_a_part_is_said_with_its_number(
    practice: Practice, following: tuple[str, ...], told: str
) -> None:
    with pytest.raises(BadInput, match=told):
        thread(practice, parts=following)
    with practice.parts.db.read() as session:
        assert session.scalars(select(Delivery)).all() == []


def test_a_network_without_answers_takes_one_part(practice: Practice) -> None:
    practice.network.chains = False
    with pytest.raises(BadInput, match="Fake takes only one part"):
        thread(practice)
    assert thread(practice, parts=("", " "))


def test_another_part_is_another_revision_and_all_are_taken_off_together(practice: Practice) -> None:
    made = thread(practice)
    post = practice.get(made)
    at = post.scheduled_at
    with practice.parts.db.begin() as session:
        same = replace(practice.draft("Deel een"), parts=PARTS)
        kept = rework(session, practice.desk, made, post.revision_id or 0, same, at, onward=True)
        assert kept.revision_id == post.revision_id
        longer = replace(same, parts=(*PARTS, "Nog een"))
        again = rework(session, practice.desk, made, post.revision_id or 0, longer, at, onward=True)
        assert again.revision_id != post.revision_id
    alive = [row for row in practice.deliveries(made) if row.state == "scheduled"]
    assert sorted(row.part for row in alive) == [1, 1, 2, 2, 3, 3, 4, 4]
    with practice.parts.db.begin() as session:
        unschedule(session, practice.desk, made)
    assert {row.state for row in practice.deliveries(made)} == {"cancelled"}
