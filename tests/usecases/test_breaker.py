"""More posts on a channel than anybody plans: the next one waits, and somebody is told at once. On both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from socialq.domain.outcomes import Prepared
from socialq.errors import BadInput
from socialq.models import Channel
from socialq.publishing import breaker, silence
from socialq.publishing.claim import claim
from tests.usecases.line import Line


@pytest.fixture
def waiting(line: Line) -> int:
    """The 26th within an hour."""
    for number in range(25):
        delivery = line.schedule(f"bericht {number}", late=100)
        line.set(
            delivery, state="published", remote_id=f"old-{number}", published_at=line.now() - timedelta(minutes=30)
        )
    return line.schedule("het zesentwintigste", late=90)


def test_the_twenty_sixth_waits_and_is_told_at_once(line: Line, waiting: int) -> None:
    assert line.ring() == []
    line.publish(waiting)
    assert claim(line.sender, waiting, Prepared("x")) is None and line.network.out == []
    assert not silence.notice_silence(line.parts.db), "told by its own name"
    assert breaker.notice(line.parts.db) == 1 == breaker.notice(line.parts.db)
    assert [(one.kind, one.facts["limit"], one.facts["waiting"]) for one in line.incidents()] == [("breaker", 25, 1)]


def test_go_on_lets_it_out_for_an_hour(line: Line, waiting: int) -> None:
    breaker.notice(line.parts.db)
    with line.parts.db.begin() as session:
        breaker.go_on(session, line.channel_id, "member:1")
    assert line.incidents() == [] and breaker.notice(line.parts.db) == 0
    line.publish()
    assert line.get(waiting).state == "published"
    again = line.schedule("het zevenentwintigste", late=1)
    with line.parts.db.begin() as session:
        session.execute(update(Channel).values(breaker_until=line.now() - timedelta(seconds=1)))
    assert line.ring() == [] and breaker.notice(line.parts.db) == 1
    with line.parts.db.begin() as session:
        session.execute(update(Channel).values(breaker_until=line.now() + timedelta(hours=2)))
    assert line.ring() == [], "a mark in the future is none"
    assert line.get(again).state == "scheduled"


def test_it_goes_on_by_itself_when_the_hour_has_moved_on(line: Line, waiting: int) -> None:
    breaker.notice(line.parts.db)
    line.set(1, published_at=line.now() - timedelta(minutes=61))
    assert breaker.notice(line.parts.db) == 0 and line.incidents() == []
    assert line.ring() == [waiting]


def test_each_channel_has_its_own_number(line: Line, waiting: int) -> None:
    with line.parts.db.begin() as session:
        breaker.limit(session, line.channel_id, 26, "cli")
    assert line.ring() == [waiting]
    with line.parts.db.begin() as session, pytest.raises(BadInput):
        breaker.limit(session, line.channel_id, 0, "cli")
