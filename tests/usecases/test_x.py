"""The whole line on a fake X, on both databases: lost answers, copies of other people, threads, caps, tokens that rotate."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import requests

from socialq import clock
from socialq.connecting import apps
from socialq.connecting.arriving import Goal, Tools, arrive, connect
from socialq.connecting.authorization import leave
from socialq.connecting.refreshing import Refresher
from socialq.db import now
from socialq.metrics.pull import pull
from socialq.models import Channel, Client, PostSnapshot
from socialq.networks.call import Call
from socialq.networks.x import NETWORK
from socialq.publishing.publish import publish
from socialq.publishing.sender import Sender
from socialq.services.accounts import open_account
from tests.networks.fake_x import ME, TOKEN, FakeX
from tests.networks.fake_x_doors import CLIENT, KEYS
from tests.networks.recordings.x import CAP, status
from tests.networks.x_desk import POSTS, fake_x
from tests.usecases.line import Line

TIMELINE = f"/2/users/{ME}/tweets"


@pytest.fixture
def server() -> Iterator[FakeX]:
    with fake_x() as made:
        yield made


@pytest.fixture
def x(line: Line, server: FakeX) -> Line:
    """The line with its one channel on the fake X."""
    settings = line.parts.settings.model_copy(update={"allow_private_hosts": True, "x_api_url": server.url})
    line.parts = replace(line.parts, networks={"x": NETWORK}, settings=settings)
    with line.parts.db.begin() as session:
        channel = session.get_one(Channel, line.channel_id)
        channel.network, channel.server, channel.remote_id, channel.handle = "x", server.url, ME, "@vera"
        channel.credentials = line.parts.secrets.seal(
            channel.owner, {"access_token": TOKEN, "refresh_token": "refresh-0"}
        )
        apps.keep(session, line.parts.secrets, "x", *CLIENT, "cli")
    return line


def channel(line: Line) -> Channel:
    with line.parts.db.read() as session:
        return session.get_one(Channel, line.channel_id)


def kinds(line: Line) -> list[str]:
    return [one.kind for one in line.incidents()]


def state(line: Line, delivery: int) -> str:
    return str(line.get(delivery).state)


def test_a_lost_answer_is_found_by_reading_back_and_there_is_one_copy(x: Line, server: FakeX) -> None:
    delivery = x.schedule("Vers brood & koek: https://example.com/a?b=1&c=2")
    server.behave("POST", POSTS, {"type": "cut"})
    x.publish(delivery)
    assert state(x, delivery) == "unknown"
    x.look(delivery)
    (record,) = server.instance.record()
    assert (state(x, delivery), x.get(delivery).remote_id) == ("published", record["id"])
    assert kinds(x) == []


def test_what_never_arrived_goes_once_more(x: Line, server: FakeX) -> None:
    delivery = x.schedule("Vers brood")
    server.behave("POST", POSTS, {"type": "cut", "after": False})
    x.publish(delivery)
    x.look(delivery)
    x.look(delivery)
    x.publish(delivery)
    assert (state(x, delivery), len(server.instance.record())) == ("published", 1)


def test_a_list_that_lags_makes_no_second_post(x: Line, server: FakeX) -> None:
    """Twice it is not there yet; sent again, X knows the text, and that is looked at rather than believed."""
    delivery = x.schedule("Vers brood")
    server.behave("POST", POSTS, {"type": "cut"})
    x.publish(delivery)
    server.instance.posts.hidden = 1
    x.look(delivery)
    x.look(delivery)
    x.publish(delivery)
    assert state(x, delivery) == "unknown"
    server.instance.posts.hidden = 0
    x.look(delivery)
    assert (state(x, delivery), len(server.instance.record())) == ("published", 1)


def test_a_list_that_is_down_sends_nothing_and_asks_a_person_once(x: Line, server: FakeX) -> None:
    delivery = x.schedule("Vers brood")
    server.behave("POST", POSTS, {"type": "cut"})
    x.publish(delivery)
    server.behave("GET", TIMELINE, status(503, {}), 99)
    x.look(delivery)
    x.set(delivery, look_failed_at=x.now() - timedelta(hours=2))
    x.look(delivery)
    x.look(delivery)
    assert (state(x, delivery), len(server.instance.record())) == ("unknown", 1)
    assert len(kinds(x)) == 1


def test_somebodys_own_copy_of_before_is_asked_about_or_refused(x: Line, server: FakeX) -> None:
    server.instance.posts.add("Vers brood", clock.host_now() - timedelta(hours=2), [], ME)
    delivery = x.schedule("Vers brood")
    x.publish(delivery)
    assert state(x, delivery) == "failed"
    assert x.incidents()[0].facts["reason"] == "X refuses the same text twice, and it is there already."
    assert server.instance.record() == []


@pytest.mark.parametrize("lost", [1, 3, 5])
def test_a_thread_of_five_goes_in_order_once_whichever_answer_is_lost(x: Line, server: FakeX, lost: int) -> None:
    ids = [x.schedule("Deel 1", late=5)]
    for part in range(2, 6):
        ids.append(x.schedule(f"Deel {part}", after_id=ids[-1], part=part, late=5 - part * 0.1))
    for part, delivery in enumerate(ids, 1):
        if part == lost:
            server.behave("POST", POSTS, {"type": "cut"})
        x.publish(delivery)
        if part == lost:
            x.look(delivery)
    assert [state(x, one) for one in ids] == ["published"] * 5
    record = server.instance.record()
    assert [one["in_reply_to_id"] for one in record] == [None, *(one["id"] for one in record[:-1])]
    assert [x.get(one).remote_id for one in ids] == [one["id"] for one in record]


def test_a_used_up_cap_is_told_and_the_post_waits(x: Line, server: FakeX) -> None:
    delivery, other = x.schedule("Vers brood"), x.schedule("Vlaai", late=-60)
    server.behave("POST", POSTS, status(429, CAP))
    x.publish(delivery)
    assert (state(x, delivery), server.instance.record()) == ("scheduled", [])
    assert "budget_spent" in kinds(x)
    wait = timedelta(minutes=25)
    assert x.get(delivery).due_at > x.now() + wait and x.get(other).due_at > x.now() + wait


def test_a_token_that_died_early_is_renewed_once_and_the_post_goes(x: Line, server: FakeX) -> None:
    with x.parts.db.begin() as session:
        row = session.get_one(Channel, x.channel_id)
        row.expires_at = now(session) + timedelta(hours=1)
        row.refresh_at = row.expires_at
    server.instance.doors.tokens = {"another"}
    delivery = x.schedule("Vers brood")
    _publish(x, delivery)
    assert (state(x, delivery), server.instance.record()) == ("scheduled", [])
    x.set(delivery, due_at=x.now() - timedelta(seconds=1))
    _publish(x, delivery)
    assert (state(x, delivery), len(server.instance.record())) == ("published", 1)
    assert server.instance.doors.used == {"refresh-0"}
    found = channel(x)
    kept = x.parts.secrets.open(found.owner, found.credentials or b"")
    assert kept["refresh_token"] == server.instance.doors.refreshing


def test_a_channel_by_logging_in_there(x: Line, server: FakeX) -> None:
    tools, client = _tools(x), _another_client(x)
    trip = leave(
        x.parts.db,
        x.parts.networks,
        x.parts.secrets,
        x.parts.settings,
        "x",
        "",
        "http://127.0.0.1:8000/connect/x/callback",
    )
    back = requests.get(trip.address, allow_redirects=False, timeout=5).headers["Location"]
    made = arrive(tools, trip, back.rpartition("code=")[2], Goal(client, "vera"))
    assert isinstance(made, int)
    with x.parts.db.read() as session:
        found = session.get_one(Channel, made)
        assert (found.handle, found.remote_id, found.server) == ("@vera", ME, server.url)
        assert found.expires_at is not None and found.refresh_at is not None and found.refresh_at < found.expires_at


def test_a_channel_by_four_part_tokens_never_ends(x: Line, server: FakeX) -> None:
    made = connect(_tools(x), "x", "", json.dumps(KEYS), Goal(_another_client(x), "vera"))
    with x.parts.db.read() as session:
        found = session.get_one(Channel, made)
        assert (found.handle, found.expires_at, found.refresh_at) == ("@vera", None, None)


def test_numbers_are_pulled(x: Line, server: FakeX) -> None:
    delivery = x.schedule("Vers brood")
    x.publish(delivery)
    server.instance.posts.kept[0]["counts"]["like_count"] = 8

    def opened(read: Channel) -> Any:
        return open_account(read, x.parts.secrets, Call(connect_within=2, total=5, allow_private=True))

    done = pull(x.parts.db, x.parts.networks, opened, x.channel_id, everything=True)
    assert (done.posts, done.account, done.problem) == (1, True, "")
    with x.parts.db.read() as session:
        (row,) = session.query(PostSnapshot).all()
        assert (row.likes, row.views, row.reach, row.clicks) == (8, 0, None, 2)


def _publish(x: Line, delivery: int) -> None:
    """As a worker does that may renew."""
    parts = x.parts
    refresher = Refresher(parts.db, parts.networks, parts.secrets, parts.settings, parts.journal)
    publish(Sender(parts, x.worker.id, refresher), [delivery])


def _tools(x: Line) -> Tools:
    return Tools(x.parts.db, x.parts.networks, x.parts.secrets, x.parts.settings)


def _another_client(x: Line) -> int:
    with x.parts.db.begin() as session:
        made = Client(name="Slagerij", timezone="Europe/Amsterdam", language="nl", created_at=now(session))
        session.add(made)
        session.flush()
        return int(made.id)
