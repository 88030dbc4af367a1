"""The bell, the preparation before the final call, and what is told when nothing goes out. On both databases."""

from datetime import timedelta

from socialq.domain.outcomes import NotSent, Outcome, Prepared, Rejected
from socialq.publishing import prepare, ring, silence
from socialq.publishing.claim import claim
from tests.usecases.line import Line


def test_a_ring_is_not_repeated_until_its_time(line: Line) -> None:
    first = line.schedule("een", late=2)
    assert line.ring() == [first]
    assert line.ring() == []
    line.set(first, rung_at=line.now() - timedelta(seconds=line.sender.times.rering * 1.1))
    assert line.ring() == [first]
    line.set(first, rung_at=line.now() + timedelta(hours=1))
    assert line.ring() == [first], "a mark in the future is no mark"


def test_what_could_go_out_and_does_not_is_told_once_until_it_does(line: Line) -> None:
    delivery = line.schedule(late=59)
    assert not silence.notice_silence(line.parts.db)
    line.set(delivery, due_at=line.now() - timedelta(seconds=61))
    assert silence.notice_silence(line.parts.db) and silence.notice_silence(line.parts.db)
    assert [(i.kind, i.facts["waiting"]) for i in line.incidents()] == [("nothing_going_out", 1)]
    line.publish(delivery)
    assert not silence.notice_silence(line.parts.db) and line.incidents() == []


def test_a_preparation_that_ends_after_the_bell_rings_again(line: Line) -> None:
    """It was due while it was being prepared: rung, reserved, and passed by. It must not wait for the bell's back-off."""
    delivery = line.schedule(late=-0.2)

    def slow() -> Prepared:
        line.set(delivery, due_at=line.now())
        assert line.ring() == [delivery]
        line.publish(delivery)
        assert line.get(delivery).attempt == 0, "somebody else prepares it"
        return Prepared("x", {"text": "Hallo", "media": 0})

    line.network.prepare_script = [slow]
    prepare.prepare(line.sender, [delivery])
    assert line.ring() == [delivery]
    line.publish(delivery)
    assert line.get(delivery).state == "published"


def test_a_row_that_kills_its_process_is_given_up(line: Line) -> None:
    delivery = line.schedule(prep_tries=3)
    line.publish()
    assert line.get(delivery).state == "failed" and [i.kind for i in line.incidents()] == ["delivery_rejected"]


def test_a_failing_preparation_never_claims(line: Line) -> None:
    delivery = line.schedule()
    line.network.prepare_script = [lambda: Rejected("no such file")]
    line.publish()
    assert (line.get(delivery).state, line.get(delivery).attempt) == ("failed", 0)


def test_a_preparation_that_raises_is_tried_again(line: Line) -> None:
    delivery = line.schedule()

    def broken() -> Outcome:
        raise OSError("upload cut")

    line.network.prepare_script = [broken]
    line.publish()
    found = line.get(delivery)
    assert (found.state, found.attempt, found.prep_tries) == (
        "scheduled",
        0,
        0,
    ) and found.due_at > line.now() - timedelta(seconds=1)


def test_a_reservation_ends_with_a_claim_that_failed(line: Line) -> None:
    """Prepared, but another one of the channel is in flight: it goes as soon as the channel is free."""
    first, second = line.schedule("een", late=2), line.schedule("twee", late=1)

    def meanwhile() -> Prepared:
        assert claim(line.sender, first, Prepared("x", {"text": "een", "media": 0})) is not None
        return Prepared("y", {"text": "twee", "media": 0})

    line.network.prepare_script = [meanwhile]
    line.publish(second)
    found = line.get(second)
    assert (found.state, found.attempt, found.reserved_until) == (
        "scheduled",
        0,
        None,
    ) and found.prepared_at is not None
    line.set(first, state="failed")
    assert line.ring() == [second]
    line.publish(second)
    assert line.get(second).state == "published"


def test_a_long_upload_stays_reserved_from_step_to_step(line: Line) -> None:
    """Piece after piece for longer than one reservation: nobody else begins the same upload meanwhile."""
    delivery = line.schedule(late=1)

    def meanwhile() -> NotSent:
        line.set(delivery, reserved_until=line.now() + timedelta(seconds=1))
        prepare._remember(line.sender, work, {"upload": {"sent": 1, "of": 2}})
        found = line.get(delivery)
        assert found.reserved_until is not None
        assert found.reserved_until > line.now() + timedelta(seconds=line.sender.times.upload)
        assert prepare.begin(line.sender, delivery, ahead=False) is None, "somebody is at it"
        return NotSent("cut")

    line.network.prepare_script = [meanwhile]
    work = prepare.begin(line.sender, delivery, ahead=False)
    assert work is not None and prepare.carry_out(line.sender, work, ahead=False) is None
    assert line.get(delivery).memory["upload"] == {"sent": 1, "of": 2} and not line.network.prepare_script


def test_a_part_is_prepared_only_when_it_knows_what_it_answers(line: Line) -> None:
    first = line.schedule("een", late=1)
    second = line.schedule("twee", late=-60, after_id=first, part=2)
    assert ring.preparations(line.parts.db, line.sender.times) == []
    prepare.prepare(line.sender, [second])
    assert line.get(second).prepared_at is None
    line.publish(first)
    line.set(second, due_at=line.now() + timedelta(minutes=1))
    assert ring.preparations(line.parts.db, line.sender.times) == [second]
