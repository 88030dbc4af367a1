"""Preparing and publishing on a fake Graph API: made unpublished, then made public, once, whatever happens in between."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from socialq import clock
from socialq.domain.outcomes import (
    Absent,
    Found,
    LookFailed,
    Near,
    NotSent,
    Prepared,
    Published,
    Rejected,
)
from socialq.networks.base import Content
from socialq.networks.facebook import NETWORK
from socialq.networks.facebook.client import Unexplained
from tests.networks.desk import KEY, call, picture, prepared, send
from tests.networks.facebook_desk import account, graph, ready, says, wanted
from tests.networks.fake_graph import PAGE, TOKEN, VERSION, FakeGraph
from tests.tools.lossy_proxy import LossyProxy

FEED, PHOTOS, FINAL = f"{VERSION}/{PAGE}/feed", f"{VERSION}/{PAGE}/photos", f"{VERSION}/{PAGE}_"
TEXT = "Goedemorgen! 👩‍👩‍👧 Zie https://www.example.com/een/pad?met=veel&dingen=1 & tot zo #één"


@pytest.fixture
def server() -> Iterator[FakeGraph]:
    with graph() as made:
        yield made


def test_a_text_with_a_link_is_made_unpublished_then_public(server: FakeGraph) -> None:
    waits = ready(server, TEXT)
    assert server.instance.record() == []
    server.requests.clear()
    outcome = NETWORK.publish(waits, account(server))
    assert server.requests == [("POST", f"{VERSION}/{waits.identity}")], "exactly one request"
    (post,) = server.instance.record()
    assert outcome == Published(post["id"], post["permalink_url"])
    assert (post["message"], post["link"]) == (TEXT, "https://www.example.com/een/pad?met=veel&dingen=1")


def test_ten_pictures_with_their_descriptions(server: FakeGraph, tmp_path: Path) -> None:
    media = tuple(picture(tmp_path, f"{n}.png", f"Foto {n}" if n else "") for n in range(10))
    post = Content("Tien foto's https://example.com", media, key=KEY)
    assert NETWORK.problems(post, NETWORK.limits) == []
    assert isinstance(send(NETWORK, post, account(server)), Published)
    (shown,) = server.instance.record()
    photos = [server.instance.photos[one] for one in shown["media"]]
    assert [one["alt"] for one in photos] == [None, *(f"Foto {n}" for n in range(1, 10))]
    assert {one["published"] for one in photos} == {"false"}
    assert shown["link"] is None


def test_an_interrupted_preparation_goes_on_where_it_was(server: FakeGraph, tmp_path: Path) -> None:
    post = Content("hoi", (picture(tmp_path, "1.png"), picture(tmp_path, "2.png")), key=KEY)
    for keep in range(1, 4):  # killed behind each step in turn
        server.reset()
        memory: dict[str, Any] = {}
        steps: list[dict[str, Any]] = []

        def remember(step: dict[str, Any], steps: list[Any] = steps, keep: int = keep, memory: Any = memory) -> None:
            steps.append(step)
            memory.update(step)
            if len(steps) == keep:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            NETWORK.prepare(post, account(server), remember)
        assert isinstance(send(NETWORK, replace(post, memory=memory), account(server)), Published)
        paths = [path for method, path in server.requests if method == "POST"]
        assert (paths.count(PHOTOS), paths.count(FEED)) == (2, 1)
        assert len(server.instance.posts) == 1


def test_a_picture_that_facebook_has_lost_is_uploaded_again(server: FakeGraph, tmp_path: Path) -> None:
    post = Content("hoi", (picture(tmp_path),), key=KEY, memory={"photos": ["999"]})
    memory: dict[str, Any] = {}
    assert isinstance(NETWORK.prepare(post, account(server), memory.update), NotSent)
    assert memory == {"photos": []}
    assert isinstance(send(NETWORK, replace(post, memory=memory), account(server)), Published)


@pytest.mark.parametrize("what", ["cut", "garbage", "hang", "drip", "empty"])
def test_after_a_lost_answer_the_look_is_exact_and_one_copy_stays(server: FakeGraph, what: str) -> None:
    waits = ready(server)
    server.behave("POST", FINAL, {"type": what, "seconds": 30})
    with pytest.raises(Exception) as told:
        NETWORK.publish(waits, account(server, call=call(total=0.5)))
    assert TOKEN not in repr(told.value)
    post = server.instance.posts[waits.identity]
    assert NETWORK.find(waits, wanted(), account(server)) == Found(post["id"], post["permalink_url"])
    assert isinstance(NETWORK.publish(waits, account(server)), Published), "the same call again"
    assert len(server.instance.record()) == len(server.instance.posts) == 1


def test_a_request_that_never_arrived_is_absent_and_goes_again(server: FakeGraph) -> None:
    waits = ready(server)
    server.behave("POST", FINAL, {"type": "cut", "after": False})
    with pytest.raises(Exception, match="connection"):
        NETWORK.publish(waits, account(server))
    assert isinstance(NETWORK.find(waits, wanted(), account(server)), Absent)
    assert NETWORK.repeatable(waits, clock.host_now(), clock.host_now())
    assert isinstance(NETWORK.publish(waits, account(server)), Published)
    assert len(server.instance.record()) == 1


def test_a_lossy_proxy_leaves_exactly_one_copy(server: FakeGraph) -> None:
    proxy = LossyProxy(("127.0.0.1", server.port)).start()
    through = replace(account(server), server=f"http://127.0.0.1:{proxy.port}")
    waits = prepared(NETWORK, Content("hoi", key=KEY), through)
    proxy.drop = lambda line: line.startswith(f"POST {FINAL}".encode())
    final = call()
    with pytest.raises(OSError):
        NETWORK.publish(waits, replace(through, call=final))
    assert final.wrote
    proxy.drop = lambda line: False
    assert isinstance(NETWORK.find(waits, wanted(), account(server)), Found)
    assert isinstance(NETWORK.publish(waits, replace(through, call=call())), Published)
    assert (proxy.dropped, len(server.instance.record())) == (1, 1)
    proxy.stop()


def test_somebody_elses_same_post_is_not_taken_for_ours(server: FakeGraph) -> None:
    waits = ready(server)
    other = ready(server)
    NETWORK.publish(other, account(server))
    assert isinstance(NETWORK.find(waits, wanted(), account(server)), Absent)


def test_what_cannot_be_known_asks_or_says_nothing(server: FakeGraph) -> None:
    waits = ready(server)
    del server.instance.posts[waits.identity]
    assert isinstance(NETWORK.find(waits, wanted(), account(server)), Near), "a person is asked"
    with pytest.raises(Unexplained):
        NETWORK.publish(waits, account(server))
    waits = ready(server)
    for code in (1, 2, 190, 4, 10):
        says(server, "GET", FINAL, code)
        assert isinstance(NETWORK.find(waits, wanted(), account(server)), LookFailed)
    for what in ("garbage", "empty", "cut"):
        server.behave("GET", FINAL, {"type": what})
        assert isinstance(NETWORK.find(waits, wanted(), account(server)), LookFailed)
    assert isinstance(NETWORK.find(Prepared("", {}), wanted(), account(server)), LookFailed)


@pytest.mark.parametrize("what", ["cut", "garbage", "hang", "drip"])
def test_a_lost_answer_in_preparation_leaves_nothing_that_anybody_sees(server: FakeGraph, what: str) -> None:
    server.behave("POST", FEED, {"type": what, "seconds": 30})
    outcome = NETWORK.prepare(Content("hoi", key=KEY), account(server, call=call(total=0.5)), lambda _step: None)
    assert isinstance(outcome, NotSent)
    assert isinstance(send(NETWORK, Content("hoi", key=KEY), account(server)), Published)
    assert (len(server.instance.posts), len(server.instance.record())) == (2, 1)


def test_a_post_that_cannot_be_read_back_is_not_sent(server: FakeGraph) -> None:
    says(server, "GET", FINAL, 2)
    memory: dict[str, Any] = {}
    assert isinstance(NETWORK.prepare(Content("hoi", key=KEY), account(server), memory.update), NotSent)
    assert isinstance(send(NETWORK, Content("hoi", key=KEY, memory=memory), account(server)), Published)
    assert len(server.instance.posts) == 1


def test_a_post_that_somebody_threw_away_is_told(server: FakeGraph) -> None:
    post = Content("hoi", key=KEY, memory={"post": f"{PAGE}_404"})
    assert isinstance(NETWORK.prepare(post, account(server), lambda _step: None), Rejected)


def test_no_thread_is_begun(server: FakeGraph) -> None:
    part = Content("twee", key=KEY, reply_to={"remote_id": f"{PAGE}_1", "url": "", "memory": {}})
    assert isinstance(NETWORK.prepare(part, account(server), lambda _step: None), Rejected)
    assert server.requests == []


def test_no_token_is_in_an_address(server: FakeGraph, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    with caplog.at_level("DEBUG"):
        send(NETWORK, Content("hoi", (picture(tmp_path),), key=KEY), account(server))
    assert "POST /v25.0/1001/feed" in caplog.text
    assert TOKEN not in caplog.text


def test_the_sdk_is_left_as_it_was(server: FakeGraph) -> None:
    import facebook

    ready(server)
    assert facebook.FACEBOOK_GRAPH_URL == "https://graph.facebook.com/"
