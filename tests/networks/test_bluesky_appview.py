"""Numbers as Bluesky's own AppView counts them, asked through the account's server. It brings its own database and Redis."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from socialq.domain.outcomes import Published
from socialq.networks.base import Account, Content
from socialq.networks.bluesky import NETWORK
from tests.networks.desk import call, send
from tests.networks.pds import Pds, free_port, running
from workers import embedded

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)


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
    create("app.bsky.feed.post", text="Mooi!", reply={"root": subject, "parent": subject})
    create("app.bsky.feed.post", text="Kijk", embed={"$type": "app.bsky.embed.record", "record": subject})


def test_counts_of_a_post_and_of_the_account(empty_postgres_url: str, tmp_path: Path) -> None:
    database = empty_postgres_url.replace("+psycopg", "")
    with redis(tmp_path) as address:
        needs = {"DB_POSTGRES_URL": database, "DB_POSTGRES_SCHEMA": "bsky", "REDIS_HOST": address}
        with running(tmp_path, needs) as pds:
            kept: dict[str, Any] = {"access_token": pds.app_password("vera.test")}
            typed = Account(pds.url, "", "vera.test", kept, call(), kept.update)
            account = replace(typed, remote_id=NETWORK.connect(typed).remote_id, call=call())
            outcome = send(NETWORK, Content("Vers brood", key="a" * 32, promised_at=AT), account)
            assert isinstance(outcome, Published)
            where = {"repo": account.remote_id, "collection": "app.bsky.feed.post", "rkey": outcome.remote_id[-13:]}
            found = call().session().get(f"{pds.url}/xrpc/com.atproto.repo.getRecord", params=where).json()
            react(pds, {"uri": found["uri"], "cid": found["cid"]}, account.remote_id)
            pds.indexed()
            gone = f"at://{account.remote_id}/app.bsky.feed.post/3mk2222222222"
            numbers = NETWORK.metrics([outcome.remote_id, gone], account)
            told = numbers[outcome.remote_id]
            assert told is not None
            assert told.common == {"likes": 1, "comments": 1, "shares": 2, "saves": 0}
            assert numbers[gone] is None
            assert NETWORK.account_metrics(account).followers == 1
