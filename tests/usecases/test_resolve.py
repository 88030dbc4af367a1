"""What a person may say of a delivery that nobody knows about, and what a stale page may not. On both databases."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from socialq.domain.outcomes import Near
from socialq.errors import BadInput, NotAllowed, NotFound, OutOfDate, Repeats, SocialqError
from socialq.models import Attempt, Delivery, Event, Post
from socialq.publishing.held import tell_held
from socialq.publishing.missed import miss_slots
from socialq.publishing.resolve import Answer, Choice, resolve
from tests.usecases.line import Line
from tests.usecases.test_unknown import never_out, unknown


def asked(line: Line, text: str = "Hallo") -> int:
    """And the quarantine is over."""
    delivery = unknown(line, text=text)
    line.network.find_script = [lambda: Near("like another one")]
    line.look(delivery)
    assert line.get(delivery).ask_at is not None
    rested(line)
    return delivery


def rested(line: Line) -> None:
    with line.parts.db.begin() as session:
        session.execute(update(Attempt).values(ended_at=line.now() - timedelta(minutes=5)))


def say(line: Line, delivery: int, attempt: int | None, choice: Choice, **more: object) -> Delivery:
    with line.parts.db.begin() as session:
        return resolve(session, delivery, attempt, Answer(choice, **more), line.sender.times, "member:1")  # type: ignore[arg-type]


def verbs(line: Line, delivery: int) -> list[str]:
    with line.parts.db.read() as session:
        mine = select(Event.verb).where(Event.subject == f"delivery:{delivery}").order_by(Event.id)
        return list(session.scalars(mine))


def test_a_person_says_it_is_out(line: Line) -> None:
    delivery = asked(line)
    with pytest.raises(BadInput, match="link"):
        say(line, delivery, 1, "published", url="javascript:alert(1)")
    say(line, delivery, 1, "published", url="https://fake.example/9")
    assert (line.get(delivery).state, line.get(delivery).url) == ("published", "https://fake.example/9")
    assert line.incidents() == []


def test_a_person_says_it_is_out_without_a_link(line: Line) -> None:
    delivery = asked(line)
    say(line, delivery, 1, "published")
    assert (line.get(delivery).state, line.get(delivery).url) == ("published", "")


def test_a_person_gives_what_failed_another_time(line: Line) -> None:
    delivery = line.schedule(late=7300)
    miss_slots(line.parts.db, line.sender.times)
    assert line.get(delivery).state == "failed"
    later = line.now() + timedelta(days=1)
    with pytest.raises(BadInput, match="past"):
        say(line, delivery, 0, "retry", at=line.now() - timedelta(seconds=1))
    with pytest.raises(BadInput, match="ten years"):
        say(line, delivery, 0, "retry", at=later + timedelta(days=4000))
    say(line, delivery, 0, "retry", at=later)
    with line.parts.db.read() as session:
        assert session.get_one(Post, line.get(delivery).post_id).scheduled_at == later
    row = line.get(delivery)
    assert (row.state, row.scheduled_at, row.due_at) == ("scheduled", later, later)
    assert (row.deadline_at - later, later - row.prepare_at) == (timedelta(hours=2), timedelta(minutes=15))
    assert line.incidents() == [] and line.ring() == []


def test_a_person_sends_it_again(line: Line) -> None:
    delivery = asked(line)
    say(line, delivery, 1, "retry")
    line.publish()
    assert line.get(delivery).state == "published" and line.incidents() == []


def test_not_before_what_was_sent_has_stopped_moving(line: Line) -> None:
    delivery = asked(line)
    with line.parts.db.begin() as session:
        session.execute(update(Attempt).values(ended_at=line.now() - timedelta(seconds=60)))
    with pytest.raises(NotAllowed, match="may still be on its way"):
        say(line, delivery, 1, "retry")
    assert line.get(delivery).state == "unknown"
    with line.parts.db.begin() as session:  # its sender is not proved dead: the page warns, the person decides
        session.execute(update(Attempt).values(ended_at=None))
    assert say(line, delivery, 1, "retry").state == "scheduled"


def test_a_person_leaves_it(line: Line) -> None:
    delivery = asked(line)
    say(line, delivery, 1, "failed")
    assert line.get(delivery).state == "failed" and line.incidents() == []


def test_left_while_it_is_looked_for_it_does_not_go_again(line: Line) -> None:
    delivery = unknown(line)
    for _ in range(2):
        assert say(line, delivery, 1, "failed").state == "unknown"
    assert line.get(delivery).stop_at is not None and verbs(line, delivery).count("stop") == 1
    line.look(delivery)
    line.look(delivery)
    assert line.get(delivery).state == "cancelled"
    with line.parts.db.read() as session:
        assert session.get_one(Post, line.get(delivery).post_id).state == "approved", "nothing of it is left to send"


def test_a_stale_page_changes_nothing(line: Line) -> None:
    delivery = asked(line)
    say(line, delivery, 1, "retry")
    line.network.script = [never_out]
    line.publish()
    with pytest.raises(OutOfDate):
        say(line, delivery, 1, "retry")
    with pytest.raises(NotAllowed, match="still being looked for"):
        say(line, delivery, 2, "retry")
    assert line.get(delivery).state == "unknown"


def test_there_is_nothing_to_decide_about_what_is_settled(line: Line) -> None:
    delivery = line.schedule()
    with pytest.raises(OutOfDate, match="nothing to decide"):
        say(line, delivery, 0, "retry")
    line.publish()
    for choice in ("retry", "failed", "published"):
        with pytest.raises(OutOfDate, match="nothing to decide"):
            say(line, delivery, 1, choice)
    with pytest.raises(NotFound):
        say(line, 999, None, "retry")


@pytest.mark.parametrize("second", ["retry", "failed", "published"])
def test_of_two_persons_one_wins(line: Line, second: Choice) -> None:
    delivery, gate, refused = asked(line), threading.Barrier(2), []

    def one(choice: Choice) -> None:
        gate.wait()
        try:
            say(line, delivery, 1, choice, seen="unknown")
        except SocialqError as error:
            refused.append(error)

    threads = [threading.Thread(target=one, args=(choice,)) for choice in ("retry", second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    said = [verb for verb in verbs(line, delivery) if verb in ("again", "leave", "good news")]
    assert (len(said), len(refused)) == (1, 1), said


def test_what_was_changed_since_is_not_sent_as_it_was(line: Line) -> None:
    delivery = line.schedule(late=7300)
    miss_slots(line.parts.db, line.sender.times)
    with line.parts.db.begin() as session:
        session.execute(update(Post).values(state="draft"))
    with pytest.raises(NotAllowed, match="from its own page"):
        say(line, delivery, 0, "retry")
    assert line.get(delivery).state == "failed"


def test_sent_again_although_the_same_text_is_there_only_when_said(line: Line) -> None:
    line.schedule("zelfde", late=5)
    line.publish()
    delivery = line.schedule("zelfde", late=2)
    line.set(delivery, state="failed")
    with pytest.raises(Repeats, match="The same text went out on @bakkerij"):
        say(line, delivery, 0, "retry")
    assert line.get(delivery).state == "failed"
    say(line, delivery, 0, "retry", repeat=True)
    line.publish()
    assert line.get(delivery).state == "published" and len(line.network.out) == 2


def test_the_same_text_that_came_out_meanwhile_is_told_at_once(line: Line) -> None:
    """Nobody was asked, for it was not so when it was scheduled."""
    first, second = line.schedule("zelfde", late=3), line.schedule("zelfde", late=2)
    line.publish(first)
    assert line.ring() == [] and tell_held(line.parts.db) == 1 and tell_held(line.parts.db) == 0
    (told,) = line.incidents()
    assert (told.kind, told.subject, told.facts["url"]) == (
        "delivery_repeat",
        f"delivery:{second}",
        "https://fake.example/1",
    )
    with pytest.raises(Repeats):
        say(line, second, 0, "retry")
    say(line, second, 0, "retry", repeat=True)
    assert line.incidents() == []
    line.publish()
    assert line.get(second).state == "published" and verbs(line, second)[:2] == ["hold", "again"]


def test_held_and_left_it_is_cancelled_and_the_post_free_again(line: Line) -> None:
    first, second = line.schedule("zelfde", late=3), line.schedule("zelfde", late=2)
    line.publish(first)
    tell_held(line.parts.db)
    assert say(line, second, 0, "failed").state == "cancelled" and line.incidents() == []
    with line.parts.db.read() as session:
        assert session.get_one(Post, line.get(second).post_id).state == "approved"


def test_held_until_its_slot_is_over_is_told_once(line: Line) -> None:
    first, second = line.schedule("zelfde", late=3), line.schedule("zelfde", late=2)
    line.publish(first)
    tell_held(line.parts.db)
    line.set(second, deadline_at=line.now() - timedelta(seconds=1))
    miss_slots(line.parts.db, line.sender.times)
    assert [one.kind for one in line.incidents()] == ["delivery_missed"]


def test_what_waits_behind_an_unknown_is_said_with_it(line: Line) -> None:
    line.schedule("zelfde", late=-3600)
    asked(line, "zelfde")
    (told,) = line.incidents()
    assert (told.kind, told.facts["waiting"]) == ("delivery_unsure", 1)
    assert tell_held(line.parts.db) == 0
