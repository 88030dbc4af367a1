"""Facebook through the whole line, against the fake Graph API: log in, choose among three Pages, post once, numbers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from socialq.connecting import arriving, authorization
from socialq.connecting.choices import Choice
from socialq.db import now
from socialq.domain.states import DeliveryState
from socialq.errors import BadInput
from socialq.metrics.pull import pull
from socialq.models import Channel, ChannelSnapshot, Client, PostSnapshot
from socialq.publishing import life
from socialq.services.accounts import open_account
from socialq.settings import Settings
from socialq.wiring import open_parts
from tests.networks.desk import call
from tests.networks.facebook_desk import graph
from tests.networks.fake_graph import APP, ENDS, NAME, PAGE, SECRET, VERSION, FakeGraph
from tests.usecases.line import Line

BACK = "http://127.0.0.1:9/connect/facebook/callback"


@pytest.fixture
def server() -> Iterator[FakeGraph]:
    with graph() as made:
        tasks = {"1002": ["MANAGE"], "1003": ["ANALYZE"]}
        for number, can in tasks.items():
            made.instance.pages.append(
                {"id": number, "name": f"Page {number}", "access_token": f"t-{number}", "tasks": can}
            )
        yield made


@pytest.fixture
def line(database_url: str, tmp_path: Path, server: FakeGraph, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """The product as it is, with Facebook on loopback; no channel yet."""
    monkeypatch.setenv("SOCIALQ_FACEBOOK_CLIENT_ID", APP)
    monkeypatch.setenv("SOCIALQ_FACEBOOK_CLIENT_SECRET", SECRET)
    where = {"data_dir": tmp_path / "data", "database_url": database_url, "graph_api_url": server.url}
    parts = open_parts(Settings(allow_private_hosts=True, hard=1, **where))
    with parts.db.begin() as session:
        client = Client(
            name="Bakkerij", timezone="Europe/Amsterdam", language="nl", approval_needed=False, created_at=now(session)
        )
        session.add(client)
        session.flush()
        number = client.id
    worker = life.register(parts.db, parts.settings.data_dir, "publish")
    made = Line(parts, parts.networks["facebook"], worker, number, 0)  # type: ignore[arg-type]
    yield made
    made.worker.close()
    parts.db.dispose()


def tools(line: Line) -> arriving.Tools:
    parts = line.parts
    return arriving.Tools(parts.db, parts.networks, parts.secrets, parts.settings)


def log_in(line: Line, channel_id: int = 0) -> int | Choice:
    parts = line.parts
    trip = authorization.leave(parts.db, parts.networks, parts.secrets, parts.settings, "facebook", "", BACK)
    goal = arriving.Goal(line.client_id, "user:1", channel_id)
    return arriving.arrive(tools(line), trip, "the-code", goal)


def connected(line: Line) -> Line:
    """With the bakery's Page as its channel."""
    found = log_in(line)
    assert isinstance(found, Choice)
    goal = arriving.Goal(line.client_id, "user:1")
    (line.channel_id,) = arriving.connect_chosen(tools(line), found, [PAGE], goal).channels
    return line


def channel(line: Line) -> Channel:
    with line.parts.db.read() as session:
        return session.get_one(Channel, line.channel_id)


def test_one_log_in_and_a_choice_among_three(line: Line, server: FakeGraph) -> None:
    found = log_in(line)
    assert isinstance(found, Choice)
    assert [(one.name, bool(one.why_not)) for one in found.offers] == [
        (NAME, False),
        ("Page 1002", False),
        ("Page 1003", True),
    ]
    goal = arriving.Goal(line.client_id, "user:1")
    done = arriving.connect_chosen(tools(line), found, [PAGE, "1002", "1003"], goal)
    assert (len(done.channels), done.refused) == (2, [])
    with line.parts.db.read() as session:
        made = {one.remote_id: one for one in session.scalars(select(Channel))}
    assert set(made) == {PAGE, "1002"}
    assert (made[PAGE].handle, made[PAGE].server) == (NAME, server.url)
    assert made[PAGE].expires_at and int(made[PAGE].expires_at.timestamp()) == ENDS
    assert made[PAGE].refresh_at is None, "a person is told ahead of its end"
    kept = open_account(made[PAGE], line.parts.secrets, call()).credentials
    assert sorted(kept) == ["access_token", "account_id", "appsecret_proof", "expires_at"]


def test_the_same_page_again_and_another_one_instead(line: Line, server: FakeGraph) -> None:
    number = connected(line).channel_id
    version = channel(line).credentials_version
    assert log_in(line, number) == number
    assert channel(line).credentials_version == version + 1
    server.instance.pages = server.instance.pages[1:]
    with pytest.raises(BadInput, match="is not among the accounts"):
        log_in(line, number)


def test_a_post_goes_out_once(line: Line, server: FakeGraph) -> None:
    number = connected(line).schedule("Vers brood! https://example.com/brood")
    line.publish(number)
    done = line.get(number)
    (post,) = server.instance.record()
    assert (done.state, done.remote_id, done.url) == (DeliveryState.PUBLISHED, post["id"], post["permalink_url"])
    assert line.incidents() == []


@pytest.mark.parametrize("arrived", [True, False])
def test_a_lost_answer_ends_as_exactly_one_copy(line: Line, server: FakeGraph, arrived: bool) -> None:
    number = connected(line).schedule("Vers brood!")
    server.behave("POST", f"{VERSION}/{PAGE}_", {"type": "cut", "after": arrived})
    line.publish(number)
    assert line.get(number).state == DeliveryState.UNKNOWN
    line.look(number)
    if not arrived:
        line.look(number)
        assert line.get(number).state == DeliveryState.SCHEDULED
        line.publish(number)
    assert line.get(number).state == DeliveryState.PUBLISHED
    assert len(server.instance.record()) == len(server.instance.posts) == 1


def test_a_lost_task_disconnects_and_nothing_is_out(line: Line, server: FakeGraph) -> None:
    number = connected(line).schedule("Vers brood!")
    server.instance.token = "another"
    server.instance.pages = server.instance.pages[1:]
    line.publish(number)
    assert channel(line).disconnected_at is not None
    assert [one.kind for one in line.incidents()] == ["channel_disconnected"]
    assert server.instance.posts == {}


def test_its_numbers_come_though_some_names_are_dead(line: Line, server: FakeGraph) -> None:
    number = connected(line).schedule("Vers brood!")
    line.publish(number)
    server.instance.dead = {"post_media_view"}
    server.instance.numbers = {"shares": {"count": 2}, "post_total_media_view_unique": 90}
    parts = line.parts
    pulled = pull(
        parts.db, parts.networks, lambda one: open_account(one, parts.secrets, call()), line.channel_id, everything=True
    )
    assert (pulled.posts, pulled.account, pulled.problem) == (1, True, "")
    with parts.db.read() as session:
        (taken,) = session.scalars(select(PostSnapshot))
        (page,) = session.scalars(select(ChannelSnapshot))
    assert (taken.reach, taken.shares, taken.views, page.followers) == (90, 2, None, 12)
