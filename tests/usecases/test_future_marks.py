"""The database's clock was ahead and has been set right: marks that it left in the future count as none. On both databases."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from socialq.domain.states import DeliveryState
from socialq.models import Channel, Host
from socialq.publishing import attention, hosts, lost, prepare, ring
from socialq.publishing.reconcile import reconcile
from tests.usecases.line import Line

HOUR = timedelta(hours=1)


@pytest.fixture
def ahead(line: Line) -> datetime:
    """What the clock said an hour too early."""
    return line.now() + HOUR


def test_a_ring_of_the_future_is_none(line: Line, ahead: datetime) -> None:
    delivery = line.schedule(late=1, rung_at=ahead, rings=5)
    assert line.ring() == [delivery]
    line.set(delivery, rung_at=line.now() + timedelta(seconds=4), due_at=line.now() - timedelta(seconds=1))
    assert line.ring() == [], "a few seconds are no step of the clock"


def test_a_lease_longer_than_a_lease_is_over(line: Line, ahead: datetime) -> None:
    delivery = line.schedule(late=1)
    line.publish()
    line.set(delivery, state="publishing", remote_id=None, published_at=None, lease_until=ahead)
    assert "give_up_lost" in attention.needed(line.parts.db, line.sender.times)
    assert lost.give_up_lost(line.parts.db, line.parts.settings.data_dir, line.sender.times) == 1
    assert line.get(delivery).state == DeliveryState.UNKNOWN


def test_a_look_further_off_than_a_quarantine_may_be_taken_now(line: Line, ahead: datetime) -> None:
    delivery = line.schedule(late=1)
    line.publish()
    line.set(delivery, state="unknown", remote_id=None, published_at=None, look_at=ahead)
    assert ring.looks(line.parts.db, line.sender.times) == [delivery]
    reconcile(line.sender, [delivery])
    assert line.get(delivery).state == "published", "found"


def test_a_reservation_longer_than_a_lease_is_none(line: Line, ahead: datetime) -> None:
    delivery = line.schedule(late=1, reserved_until=ahead)
    assert prepare.begin(line.sender, delivery, ahead=False) is not None
    line.set(delivery, reserved_until=line.now() + timedelta(seconds=30))
    assert prepare.begin(line.sender, delivery, ahead=False) is None, "somebody is at it"


def test_a_poll_further_off_than_its_deadline_may_be_asked_now(line: Line, ahead: datetime) -> None:
    delivery = line.schedule(late=1, state="processing", handle="h", check_at=ahead, process_until=ahead)
    assert ring.polls(line.parts.db, line.sender.times) == []
    line.set(delivery, process_until=line.now() + timedelta(minutes=30))
    assert ring.polls(line.parts.db, line.sender.times) == [delivery], "later than the end of its time is no time"


def test_a_clock_that_was_heard_in_the_future_is_no_witness(line: Line, ahead: datetime) -> None:
    with line.parts.db.begin() as session:
        session.add(Host(name="mastodon.example", timeouts=0, clock_off=5000, clock_at=line.now()))
    with line.parts.db.begin() as session:
        assert hosts.clocks(session) == [5.0]
        session.execute(update(Host).values(clock_at=ahead))
        assert hosts.clocks(session) == []


def test_clocks_are_kept_beside_the_databases(line: Line) -> None:
    hosts.keep_clocks(line.parts.db, {"mastodon.example": 4.0}, machine=-3.0)
    hosts.keep_clocks(line.parts.db, {"mastodon.example": 4.2}, machine=-3.0)
    with line.parts.db.read() as session:
        assert session.scalar(select(Host.clock_off)) == 1200
        assert session.scalar(select(Channel.id)) is not None
