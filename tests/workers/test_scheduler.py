"""The scheduler: the timetable, what a failing entry may not do, silence of Redis and database, two at once."""

from collections import Counter

import pytest
from redis import Redis
from sqlalchemy import select

from socialq.domain.clocks import ALERT
from socialq.errors import Unavailable
from socialq.models import Heartbeat, Incident
from socialq.publishing import hosts, ring
from socialq.services.incidents import resolve_incidents
from socialq.wiring import Parts
from tests.workers.installation import Server, add_channel, schedule, states
from tests.workers.test_queues import calls
from workers import desk as workers_desk
from workers.desk import Desk
from workers.queues import PUBLISH, QUEUES, Bell, connect
from workers.scheduler import Entry, Scheduler


def rung(redis: Redis) -> Counter[int]:
    """How often each delivery was rung on the publish queue."""
    found: Counter[int] = Counter()
    for name, _instance, ids, _named in calls(redis, PUBLISH):  # type: ignore[misc]
        if name == "workers.jobs.publish":
            found.update(ids)
    return found


def test_a_failing_entry_delays_only_itself() -> None:
    done: Counter[str] = Counter()

    def fails() -> None:
        done["fails"] += 1
        raise Unavailable("the database is busy")

    def works() -> None:
        done["works"] += 1

    entries = [Entry(0.25, fails), Entry(0.25, works)]
    for tick in range(40):
        for entry in entries:
            entry.run(tick * 0.25)
    assert done["works"] == 40
    assert 6 <= done["fails"] <= 9, "tried again after 0.25, 0.5, 1, 2, 2 … s"
    entries[0].function = works
    entries[0].run(100.0)
    assert (entries[0].next_at, entries[0].said_at) == (100.25, None)


def test_a_tick_rings_what_is_due_once_and_pings_every_queue(quick: Parts, server: Server) -> None:
    due = {schedule(quick, add_channel(quick, f"bakker{n}"), f"Vers {n}") for n in range(5)}
    schedule(quick, add_channel(quick, "later"), "Later", ahead=3600)
    with server.redis() as redis:
        scheduler = Scheduler(Desk(quick, Bell(redis)))
        scheduler.tick(1000.0)
        scheduler.tick(1000.0 + quick.settings.tick)
        assert rung(redis) == dict.fromkeys(due, 1)
        assert all(["workers.jobs.ping", None, [], {}] in calls(redis, queue) for queue in QUEUES)


def test_two_schedulers_are_harmless(quick: Parts, server: Server) -> None:
    due = {schedule(quick, add_channel(quick, f"bakker{n}"), f"Vers {n}") for n in range(5)}
    with server.redis() as redis:
        for name in ("one", "two"):
            Scheduler(Desk(quick, Bell(redis), name=f"scheduler:{name}")).tick(1000.0)
        assert rung(redis) == dict.fromkeys(due, 1)
    with quick.db.read() as session:
        assert set(session.scalars(select(Heartbeat.name))) == {"scheduler:one", "scheduler:two"}


def test_more_than_one_statements_worth_is_rung_in_one_tick(
    quick: Parts, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ring, "AT_ONCE", 10)
    channel = add_channel(quick, "bakker")
    due = {schedule(quick, channel, f"Nummer {n}") for n in range(25)}
    with server.redis() as redis:
        Desk(quick, Bell(redis)).ring()
        assert rung(redis) == dict.fromkeys(due, 1)


def test_without_redis_slots_are_missed_and_nothing_is_marked_as_rung(quick: Parts) -> None:
    missed = schedule(quick, add_channel(quick, "bakker"), "Te laat", ahead=-900, limit=600)
    due = schedule(quick, add_channel(quick, "slager"), "Op tijd")
    server = Server(quick.settings)
    with connect(quick.settings) as redis:
        desk = Desk(quick, Bell(redis), name="scheduler:here")
        Scheduler(desk).tick(1000.0)
        assert states(quick) == {missed: "failed", due: "scheduled"}
        assert _beats(quick)["scheduler:here"]["redis_at"] is None
        server.start()
        desk.bell = Bell(redis)
        desk.ring()
        assert rung(redis) == {due: 1}
        desk.beat()
    server.kill()
    assert _beats(quick)["scheduler:here"]["redis_at"] is not None
    with quick.db.read() as session:
        assert session.scalars(select(Incident.kind)).all() == ["delivery_missed"]


def test_a_redis_that_dies_between_mark_and_bell_costs_no_wait(quick: Parts, server: Server) -> None:
    due = schedule(quick, add_channel(quick, "bakker"), "Vers")
    with server.redis() as redis:
        bell = Bell(redis)
        assert bell.answers()
        answers, bell.answers = bell.answers, lambda: True  # type: ignore[method-assign]
        server.kill()
        Desk(quick, bell).ring()
        server.start()
        bell.answers = answers  # type: ignore[method-assign]
        Desk(quick, Bell(redis)).ring()
        assert rung(redis) == {due: 1}, "the mark was taken back, so the next tick rings"


def test_clocks_that_differ_are_told_until_they_agree(installed: Parts, server: Server) -> None:
    with server.redis() as redis:
        desk = Desk(installed, Bell(redis))
        desk.compare_clocks()
        assert desk.clock_off is not None and abs(desk.clock_off) < ALERT
    with installed.db.read() as session:
        assert session.scalars(select(Incident)).all() == []


def test_the_odd_clock_is_named(installed: Parts, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine's clock 5 s ahead; the network agrees with the database, then with the machine."""
    hosts.keep_clocks(installed.db, {"mastodon.example": 5.0}, machine=0.0)
    with server.redis() as redis:
        desk = Desk(installed, Bell(redis))
        for machine, who in ((5.0, "database"), (-5.0, "unsure"), (0.0, None)):
            monkeypatch.setattr(workers_desk, "skew", lambda _db, off=machine: -off)
            desk.compare_clocks()
            with installed.db.begin() as session:
                told = session.scalars(select(Incident).where(Incident.resolved_at.is_(None))).all()
                assert [one.facts["who"] for one in told] == ([who] if who else [])
                resolve_incidents(session, told[0].subject if told else "", "test")


def _beats(parts: Parts) -> dict[str, dict[str, object]]:
    with parts.db.read() as session:
        return {row.name: row.facts for row in session.scalars(select(Heartbeat))}
