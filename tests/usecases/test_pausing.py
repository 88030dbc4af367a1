"""Pause and resume: nothing is claimed in between; what is inside its limit then goes, what has passed it is told. On both databases."""

from datetime import timedelta

from socialq.models import Client
from socialq.planning.pausing import Resumed, pause, resume
from socialq.publishing.missed import miss_slots
from tests.usecases.line import Line


def paused(line: Line) -> int:
    with line.parts.db.begin() as session:
        return pause(session, [line.client_id], "member:1")


def resumed(line: Line) -> Resumed:
    with line.parts.db.begin() as session:
        return resume(session, [line.client_id], "member:1")


def test_what_is_inside_its_limit_goes_by_itself(line: Line) -> None:
    delivery = line.schedule(late=5)
    assert (paused(line), paused(line)) == (1, 0)
    assert line.ring() == []
    line.publish(delivery)
    assert line.get(delivery).state == "scheduled"
    assert resumed(line) == Resumed(1, 1, 0)
    assert line.ring() == [delivery]
    line.publish(delivery)
    assert line.get(delivery).state == "published"
    assert resumed(line) == Resumed(0, 0, 0), "a second time changes nothing"


def test_a_bell_that_rang_before_the_pause_is_rung_again_at_once(line: Line) -> None:
    delivery = line.schedule(late=5)
    assert line.ring() == [delivery]
    paused(line)
    resumed(line)
    assert line.ring() == [delivery]


def test_what_has_passed_its_limit_has_failed_with_one_incident(line: Line) -> None:
    delivery = line.schedule(late=5)
    paused(line)
    line.set(delivery, deadline_at=line.now() - timedelta(seconds=1))
    miss_slots(line.parts.db, line.sender.times)
    late = line.schedule("Nog een", late=5)
    line.set(late, deadline_at=line.now() - timedelta(seconds=1))
    assert resumed(line) == Resumed(1, 0, 2), "one is told, one will be at the next tick"
    miss_slots(line.parts.db, line.sender.times)
    assert [line.get(one).state for one in (delivery, late)] == ["failed", "failed"]
    assert [one.kind for one in line.incidents()] == ["delivery_missed"] * 2


def test_other_clients_go_on(line: Line) -> None:
    delivery = line.schedule(late=5)
    with line.parts.db.begin() as session:
        other = Client(name="Ander", timezone="Europe/Amsterdam", language="nl", created_at=line.now())
        session.add(other)
        session.flush()
        assert pause(session, [other.id], "member:1") == 1
    assert line.ring() == [delivery]
