"""From Redis to the pool: real jobs arrive, forged ones do nothing and stop nobody, Redis may go and come."""

import json
import pickle
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import select

from socialq.models import Attempt, Event, Heartbeat
from socialq.services.children import Stop
from socialq.wiring import Parts
from tests.workers.installation import Server, add_channel, schedule, states, until
from workers.bench import Bench
from workers.queues import PUBLISH, Bell, connect
from workers.role import listen, open_bench

SING = "tests.workers.canary.sing"


class Bomb:
    """Runs code when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        from tests.workers.canary import sing

        return sing, ()


@pytest.fixture
def canary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CANARY", str(tmp_path / "canary"))
    return tmp_path / "canary"


@pytest.fixture
def listening(quick: Parts, server: Server) -> Iterator[Bench]:
    """The publish role's listener, in a thread of the test."""
    stop = Stop()
    bench = open_bench(PUBLISH, quick, stop)
    with ThreadPoolExecutor(1) as other, connect(quick.settings) as redis:
        ended = other.submit(listen, bench, redis)
        yield bench
        stop.ask()
        ended.result(30)
        assert bench.drain()
        bench.life.close()


def put(redis: Redis, number: int, **fields: Any) -> None:
    """A job as RQ stores it, with what the forger likes."""
    key = f"rq:job:{number:08d}-forged"
    redis.hset(
        key, mapping={"created_at": "2026-01-01T00:00:00.000000Z", "status": "queued", "origin": PUBLISH} | fields
    )
    redis.rpush(f"rq:queue:{PUBLISH}", key.removeprefix("rq:job:"))


def call(*payload: Any) -> bytes:
    return zlib.compress(json.dumps(payload).encode())


def heard(bench: Bench, redis: Redis) -> None:
    """A ping that was put behind all the rest has come through."""
    with bench.parts.db.begin() as session:
        session.query(Heartbeat).delete()
    assert Bell(redis).ring(PUBLISH, "ping", [])
    until(lambda: beats(bench) == ["queue:publish"])


def beats(bench: Bench) -> list[str]:
    with bench.parts.db.read() as session:
        return list(session.scalars(select(Heartbeat.name)))


def test_a_due_delivery_that_is_rung_goes_out(listening: Bench) -> None:
    parts = listening.parts
    ids = [schedule(parts, add_channel(parts, f"bakker{n}"), f"Vers {n}") for n in range(3)]
    with connect(parts.settings) as redis:
        Bell(redis).ring(PUBLISH, "publish", ids)
        until(lambda: set(states(parts).values()) == {"published"})
        until(lambda: not redis.keys("rq:job:*"))
        assert not redis.lrange("rq:queue:publish:intermediate", 0, -1)


@pytest.mark.abuse(5)
@pytest.mark.parametrize(
    "payload",
    [
        (SING, None, [1], {}),
        ("os.system", None, ["true"], {}),
        ("workers.jobs.run", None, [1], {}),
        ("workers.bench.Bench.drain", None, [], {}),
        ("workers.jobs.publish", "an instance", [1], {}),
        ("workers.jobs.publish", None, ["1"], {}),
        ("workers.jobs.publish", None, [True], {}),
        ("workers.jobs.publish", None, [-1], {}),
        ("workers.jobs.publish", None, [2**31], {}),
        ("workers.jobs.publish", None, [1.0], {}),
        ("workers.jobs.publish", None, [[1]], {}),
        ("workers.jobs.publish", None, list(range(1, 102)), {}),
        ("workers.jobs.publish", None, [1], {"account_id": 2}),
        ("workers.jobs.publish", None, 1, {}),
        ("workers.jobs.publish",),
        (),
        None,
    ],
    ids=repr,
)
def test_abuse_05_a_call_that_is_none_of_ours_is_refused_and_written_down(
    listening: Bench, canary: Path, payload: Any
) -> None:
    parts = listening.parts
    due = schedule(parts, add_channel(parts, "bakker"), "Nog niet gebeld")
    with connect(parts.settings) as redis:
        put(redis, 1, data=zlib.compress(json.dumps(payload).encode()))
        heard(listening, redis)
    assert not canary.exists()
    assert states(parts) == {due: "scheduled"}
    assert [verb for verb in events(parts) if verb == "refuse"] == ["refuse"]


@pytest.mark.abuse(5)
def test_abuse_05_what_rq_would_run_or_call_beside_the_job_is_not_even_read(listening: Bench, canary: Path) -> None:
    fields = dict.fromkeys(("success_callback_name", "failure_callback_name", "stopped_callback_name"), SING)
    timeouts = {"timeout": "nonsense", "result_ttl": "nonsense", "ttl": "nonsense"}
    hooks = json.dumps([{"url": "http://127.0.0.1:1/", "statuses": ["finished", "failed"]}])
    with connect(listening.parts.settings) as redis:
        put(redis, 1, data=call("workers.jobs.ping", None, [], {}), **fields)
        put(redis, 2, data=call("os.nothing", None, [], {}), **fields, webhooks=hooks)
        put(redis, 3, data=call("workers.jobs.ping", None, [], {}), **timeouts)
        put(
            redis,
            4,
            data=call("workers.jobs.ping", None, [], {}),
            meta=pickle.dumps(Bomb()),
            exc_info=b"x",
            status="odd",
        )
        heard(listening, redis)
    assert not canary.exists()


@pytest.mark.abuse(5)
def test_abuse_05_garbage_is_passed_over(listening: Bench, canary: Path) -> None:
    with connect(listening.parts.settings) as redis:
        put(redis, 1, data=pickle.dumps(Bomb()))
        put(redis, 2, data=zlib.compress(pickle.dumps(Bomb())))
        put(redis, 3, data=zlib.compress(b"[" * 200_000))
        put(redis, 4, data=zlib.compress(b" " * 500_000_000, 1))
        put(redis, 5, data=b"\xff\x00")
        put(redis, 6)
        redis.set("rq:job:a-string", "not a hash")
        for odd in ("a-string", "no such job", "../..", "rq:job:x", "\x00", "ü"):
            redis.rpush(f"rq:queue:{PUBLISH}", odd)
        redis.rpush(f"rq:queue:{PUBLISH}", b"\xff\xfe")
        heard(listening, redis)
    assert not canary.exists()


@pytest.mark.abuse(5)
def test_abuse_05_ids_of_others_give_no_power(listening: Bench) -> None:
    """The row decides: not due, paused, unknown or settled, it stays as it is."""
    parts = listening.parts
    channel = add_channel(parts, "bakker")
    future = schedule(parts, channel, "Morgen", ahead=86_400)
    names = ("publish", "prepare", "reconcile", "poll")
    with connect(parts.settings) as redis:
        for number, name in enumerate(names):
            put(redis, number, data=call(f"workers.jobs.{name}", None, [future, 987_654], {}))
        heard(listening, redis)
        until(lambda: listening.pool.wait(1))
    assert states(parts) == {future: "scheduled"}
    with parts.db.read() as session:
        assert session.scalars(select(Attempt)).all() == []


def test_redis_dies_and_comes_back(listening: Bench, server: Server) -> None:
    parts = listening.parts
    with connect(parts.settings) as redis:
        heard(listening, redis)
        server.kill()
        server.start()
        heard(listening, redis)
        redis.flushall()
        heard(listening, redis)


def test_it_can_neither_be_suspended_nor_commanded_through_redis(listening: Bench) -> None:
    with connect(listening.parts.settings) as redis:
        heard(listening, redis)
        redis.set("rq:suspended", 1)
        heard(listening, redis)
        assert redis.pubsub_channels("*") == []


def test_what_has_not_begun_is_handed_back_when_the_process_leaves(quick: Parts) -> None:
    """Rung and not begun: the mark is taken away, so that another process is rung for at once."""
    from socialq.publishing import ring

    bench = open_bench(PUBLISH, quick, Stop())
    channel = add_channel(quick, "bakker")
    ids = [schedule(quick, channel, f"Nummer {n}") for n in range(3)]
    assert ring.ring(quick.db, quick.settings.times) == ids
    bench.pool.close()
    bench.by_channel("publish", ids, lambda *_: None)
    assert ring.ring(quick.db, quick.settings.times) == ids
    bench.life.close()


def events(parts: Parts) -> list[str]:
    with parts.db.read() as session:
        return list(session.scalars(select(Event.verb)))
