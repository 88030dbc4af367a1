"""Abuse 31: what Redis holds, before and after the work, is names of jobs and ids: no token, no text, no address, no result."""

import json
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis

from socialq.models import Channel
from socialq.services.children import Stop
from socialq.wiring import Parts
from tests.workers.installation import Server, add_channel, schedule, states, until
from workers.queues import PUBLISH, QUEUES, Bell, connect
from workers.role import listen, open_bench

CANARY = "canary-of-the-token-5f2c"
WORDS = "Vers brood om negen uur"


def held(redis: Redis) -> str:
    """Every key and value, unpacked."""
    found = []
    for key in redis.keys("*"):
        kind = redis.type(key).decode()
        value = {
            "hash": redis.hgetall, "string": redis.get, "set": redis.smembers, "list": lambda k: redis.lrange(k, 0, -1),
            "zset": lambda k: redis.zrange(k, 0, -1),
        }[kind](key)  # fmt: skip
        found.append((key, value))
        if kind == "hash" and b"data" in value:
            found.append((key, zlib.decompress(value[b"data"])))
    return repr(found)


@pytest.mark.abuse(31)
def test_abuse_31_redis_holds_ids_and_nothing_else(quick: Parts, server: Server) -> None:
    channel = add_channel(quick, "bakker")
    with quick.db.begin() as session:
        row = session.get_one(Channel, channel)
        row.credentials = quick.secrets.seal(row.owner, {"access_token": CANARY})
    ids = [schedule(quick, channel, f"{WORDS} {n}") for n in range(2)]
    stop = Stop()
    bench = open_bench(PUBLISH, quick, stop)
    with server.redis() as redis, connect(quick.settings) as other, ThreadPoolExecutor(1) as pool:
        bell = Bell(redis)
        assert bell.ring(PUBLISH, "publish", ids) and all(bell.ring(queue, "ping", []) for queue in QUEUES)
        before = held(redis)
        ended = pool.submit(listen, bench, other)
        until(lambda: set(states(quick).values()) == {"published"})
        after = held(redis)
        stop.ask()
        ended.result(30)
    assert bench.drain()
    bench.life.close()
    assert json.dumps(["workers.jobs.publish", None, ids, {}])[1:-1] in before.replace('\\"', '"')
    for secret in (CANARY, WORDS, "bakker"):
        assert secret not in before + after
    assert "workers.jobs.publish" not in after, "what was done is gone, its result with it"
