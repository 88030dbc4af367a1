"""A thread that does not come back: the process gives it up and leaves; not while the database is away."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from socialq import clock
from socialq.models import Worker
from socialq.publishing.life import Life
from socialq.services.children import Stop
from socialq.wiring import open_parts
from tests.workers.installation import add_channel, fast, schedule, until
from workers import watch as watching
from workers.bench import Bench
from workers.queues import PUBLISH, SLOW
from workers.role import open_bench
from workers.watch import Watch

TINY = {"start": 1.0, "hard": 0.1, "record": 0.1, "journal_after": 0.1, "lease": 2.0, "rering": 0.1, "upload": 0.01}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    parts = open_parts(fast(tmp_path / "data", **TINY))
    bench = open_bench(PUBLISH, parts, Stop())
    yield bench
    bench.pool.close()
    bench.life.close()
    parts.db.dispose()


@pytest.fixture
def hanging(bench: Bench) -> Iterator[threading.Event]:
    """One delivery hangs in the hands of its network, for longer than anything may take."""
    gate = threading.Event()
    delivery = schedule(bench.parts, add_channel(bench.parts, "bakker"), "Hangt")
    bench.by_channel("publish", [delivery], lambda *_: gate.wait(60))
    until(lambda: bench.pool.overstayed(bench.longest))
    yield gate
    gate.set()


def test_it_says_that_the_process_lives_and_when_redis_answered(bench: Bench) -> None:
    bench.heard()
    Watch(bench).look(clock.boottime())
    with bench.parts.db.read() as session:
        worker = session.scalars(select(Worker)).one()
        assert worker.redis_at is not None and worker.redis_at >= worker.started_at
        assert worker.beat_at >= worker.started_at


def test_a_thread_that_does_not_come_back_makes_the_process_leave(bench: Bench, hanging: threading.Event) -> None:
    watch, started = Watch(bench), clock.boottime()
    watch.look(started)
    assert not bench.leaving(), "the database must have answered for a while"
    watch.look(started + 60)
    assert bench.leaving()
    assert bench.drain() is False, "the process must leave without it"


def test_a_process_that_has_grown_and_rests_makes_room_for_a_fresh_one(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "IDLE", 0.0)
    slow = replace(bench, role=SLOW)
    watches = [Watch(bench), Watch(slow)]
    libraries = bytearray(2 * watching.GROWN)
    for watch in watches:
        watch.look(clock.boottime())
    assert slow.leaving() and not bench.leaving(), "who publishes is not replaced in the middle of the day"
    assert len(libraries) == 2 * watching.GROWN


@dataclass
class Away(Life):
    """The database does not answer it."""

    def beat(self, redis_at: datetime | None = None) -> None:
        raise OperationalError("beat", {}, ConnectionError("away"))


def test_not_while_the_database_is_away(bench: Bench, hanging: threading.Event) -> None:
    """It may hold the answer of a network, which nobody else has."""
    away = replace(bench, life=Away(bench.life.id, bench.life.db, bench.life.lock))
    watch, started = Watch(away), clock.boottime()
    for later in range(0, 3600, 60):
        watch.look(started + later)
    assert not away.leaving()
