"""Bluesky's server with the AppView that counts: its own database and Redis, and others who like what they read there."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.networks.pds import Pds, free_port, running
from workers import embedded

POST = "app.bsky.feed.post"


@contextmanager
def counting(folder: Path, database_url: str) -> Iterator[Pds]:
    """`database_url`: an empty PostgreSQL. Skips as `running` does."""
    with redis(folder) as address:
        database = database_url.replace("+psycopg", "")
        needs = {"DB_POSTGRES_URL": database, "DB_POSTGRES_SCHEMA": "bsky", "REDIS_HOST": address}
        with running(folder, needs) as pds:
            yield pds


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """A Redis on a port of its own, in memory."""
    port = str(free_port())
    options = ["--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen([embedded.program(), *options], stdout=subprocess.DEVNULL)
    try:
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def react(pds: Pds, subject: dict[str, str], author: str) -> None:
    """A fan likes, reposts, answers, quotes and follows."""
    fan = pds.call(
        "com.atproto.server.createAccount", handle="fan.test", email="fan@example.com", password="the fan's own"
    )

    def create(kind: str, **fields: Any) -> None:
        record = {"$type": kind, "createdAt": "2026-11-02T10:00:00.000Z", **fields}
        pds.call("com.atproto.repo.createRecord", fan["accessJwt"], repo=fan["did"], collection=kind, record=record)

    create("app.bsky.feed.like", subject=subject)
    create("app.bsky.feed.repost", subject=subject)
    create("app.bsky.graph.follow", subject=author)
    create(POST, text="Mooi!", reply={"root": subject, "parent": subject})
    create(POST, text="Kijk", embed={"$type": "app.bsky.embed.record", "record": subject})
