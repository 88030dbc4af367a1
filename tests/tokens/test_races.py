"""Two real workers, one expiring access whose refresh token serves once: renewed once, in a thousand races; and killed at each step."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from subprocess import Popen

import pytest
from sqlalchemy import func, select, update

from socialq.connecting.refreshing import LOST
from socialq.db import now
from socialq.models import Channel, Incident
from socialq.settings import Settings
from socialq.wiring import Parts, open_parts
from tests.tokens import points
from tests.tokens.desk import add
from tests.tokens.server import TokenServer
from tests.workers.installation import Server, fast, processes, running, until
from workers.queues import PULL, Bell

RACES = {"sqlite": 1000, "postgresql": 200}  # TOKEN_RACES: so many on each
AT_ONCE = 100


@pytest.fixture
def settings(database_url: str, tmp_path: object) -> Settings:
    return fast(tmp_path / "data", database_url, allow_private_hosts=True, log_level="DEBUG", ping_every=30.0)  # type: ignore[operator]


@pytest.fixture
def parts(settings: Settings) -> Iterator[Parts]:
    opened = open_parts(settings)
    yield opened
    opened.db.dispose()


@pytest.fixture
def redis(settings: Settings) -> Iterator[Server]:
    server = Server(settings)
    server.start()
    yield server
    server.kill()


def renewed(parts: Parts) -> int:
    with parts.db.read() as session:
        return session.scalar(select(func.count()).where(Channel.credentials_version > 1)) or 0


def log_of(worker: Popen[str]) -> str:
    """Read all the while: a full pipe would hold it up."""
    assert worker.stdout is not None
    return worker.stdout.read()


def whole(parts: Parts, server: TokenServer) -> list[str]:
    """Names of accounts whose row is not what the server gave last."""
    with parts.db.read() as session:
        rows = list(session.scalars(select(Channel)))
    stored = {one.remote_id: parts.secrets.open(one.owner, one.credentials or b"") for one in rows}
    return [name for name, family in server.families.items() if family.revoked or stored[name] != family.tokens[-1]]


def test_two_workers_race_a_thousand_times_and_each_access_is_renewed_once(
    parts: Parts, redis: Server, server: TokenServer
) -> None:
    server.takes = 0.01  # so that the other one surely meets it under way
    races = int(os.environ.get("TOKEN_RACES", RACES[parts.db.engine.dialect.name]))
    ids = [add(parts, server, f"account{number}") for number in range(races)]
    with ExitStack() as stack, redis.redis() as connection, ThreadPoolExecutor(2) as pool:
        workers = [stack.enter_context(running(parts.settings, PULL, more=points.environment())) for _ in range(2)]
        heard = [pool.submit(log_of, worker) for worker in workers]
        until(lambda: len(processes(parts.settings, "workers", PULL)) == 2)
        bell = Bell(connection)
        for start in range(0, races, AT_ONCE):
            batch = ids[start : start + AT_ONCE]
            assert bell.ring(PULL, "refresh", batch) and bell.ring(PULL, "refresh", batch)
            until(lambda: renewed(parts) >= start + len(batch), 120)  # noqa: B023
        for worker in workers:
            worker.terminate()
        logs = [one.result(60) for one in heard]
    met = sum(log.count("somebody else renews this access") for log in logs)
    took = [log.count("access is renewed") for log in logs]
    print(
        f"\n{races} races on {parts.db.engine.dialect.name}: {server.requests} requests, {took} by each worker, met {met} times"
    )
    assert server.requests == races and all(len(family.tokens) == 2 for family in server.families.values())
    assert whole(parts, server) == [] and renewed(parts) == races
    assert sum(took) == races and min(took) > 0 and met > 0, "they did meet"
    assert "canary" not in "".join(logs)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # where a process dies is the same on each
@pytest.mark.parametrize("point", points.POINTS)
def test_the_tokens_survive_a_kill_at_each_step(parts: Parts, redis: Server, server: TokenServer, point: str) -> None:
    channel_id = add(parts, server, "brood")
    with running(parts.settings, PULL, more=points.environment(point)) as first:
        ring(redis, channel_id)
        until(lambda: first.poll() is not None)
        assert first.returncode == -signal.SIGKILL
    with parts.db.begin() as session:  # as if the lease were over
        past = now(session) - timedelta(seconds=1)
        under_way = Channel.refreshing_until.is_not(None)
        session.execute(update(Channel).where(under_way).values(refreshing_until=past))
    redis.kill()  # what a process leaves behind is killed with it, its Redis too
    redis.start()
    with running(parts.settings, PULL, more=points.environment()):
        ring(redis, channel_id)
        until(lambda: settled(parts))
    answered = len(server.family("brood").tokens) == 2
    if point in ("after the answer", "the journal half written"):
        with parts.db.read() as session:
            told = session.scalars(select(Incident)).one()
        assert (told.kind, told.facts["reason"]) == ("channel_disconnected", LOST), (
            "nobody has it any more: told as what it is"
        )
    else:
        assert whole(parts, server) == [] and server.requests == 1 and answered


def ring(redis: Server, channel_id: int) -> None:
    with redis.redis() as connection:
        assert Bell(connection).ring(PULL, "refresh", [channel_id])


def settled(parts: Parts) -> bool:
    with parts.db.read() as session:
        channel = session.scalars(select(Channel)).one()
    return channel.disconnected_at is not None or (channel.credentials_version > 1 and channel.refreshing_until is None)
