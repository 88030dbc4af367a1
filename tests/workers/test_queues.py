"""The doorbell: what a job holds, and what happens while Redis is silent."""

import json
import zlib

from redis import Redis

from socialq import clock
from socialq.wiring import Parts
from tests.workers.installation import Server, until
from workers.queues import PUBLISH, Bell


def calls(redis: Redis, queue: str) -> list[object]:
    """What the waiting jobs of a queue would call, first one first."""
    ids = [one.decode() for one in redis.lrange(f"rq:queue:{queue}", 0, -1)]
    return [json.loads(zlib.decompress(redis.hget(f"rq:job:{one}", "data"))) for one in ids]  # type: ignore[arg-type]


def test_a_job_holds_a_name_and_ids_as_json_a_hundred_at_most(server: Server) -> None:
    with server.redis() as redis:
        assert Bell(redis).ring(PUBLISH, "publish", list(range(1, 251)))
        found = calls(redis, PUBLISH)
        key = redis.keys("rq:job:*")[0]
        assert redis.ttl(key) > 0, "a job that nobody takes does not stay for ever"
        assert redis.hget(key, "timeout") == b"-1"
    assert found == [
        ["workers.jobs.publish", None, list(range(1, 101)), {}],
        ["workers.jobs.publish", None, list(range(101, 201)), {}],
        ["workers.jobs.publish", None, list(range(201, 251)), {}],
    ]


def test_a_silent_redis_costs_no_time_and_is_heard_again(server: Server) -> None:
    with server.redis() as redis:
        bell = Bell(redis)
        assert bell.answers()
        server.kill()
        assert not bell.ring(PUBLISH, "publish", [1])
        started = clock.boottime()
        assert not any(bell.answers() for _ in range(1000))
        assert clock.boottime() - started < 0.5
        server.start()
        until(bell.answers, 5)
        assert bell.ring(PUBLISH, "publish", [1])


def test_redis_that_was_never_there_is_only_a_no(quick: Parts) -> None:
    with Server(quick.settings).redis() as redis:
        bell = Bell(redis)
        assert not bell.answers()
        assert bell.answered_at is None
