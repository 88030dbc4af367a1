"""Pictures, GIFs and videos to a fake X: each step remembered, a killed preparation goes on where it was."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from socialq import clock
from socialq.domain.outcomes import Deferred, NotSent, Outcome, Prepared, Published, Rejected
from socialq.networks.base import Attachment, Content
from socialq.networks.x import NETWORK, media
from tests.networks.desk import KEY, call, picture, send
from tests.networks.fake_x import FakeX
from tests.networks.recordings.x import status
from tests.networks.x_desk import POSTS, account, fake_x, signing

UPLOAD = media.UPLOAD


@pytest.fixture
def server() -> Iterator[FakeX]:
    with fake_x() as made:
        yield made


def film(folder: Path, kind: str = "video/mp4", size: int = 9_000_001, alt: str = "") -> Attachment:
    path = folder / f"film.{kind.partition('/')[2]}"
    path.write_bytes(b"x" * size)
    return Attachment(path, kind, alt, width=640, height=480, size=size, seconds=5.0)


def step(server: FakeX, post: Content, memory: dict[str, Any]) -> Prepared | Outcome:
    return NETWORK.prepare(replace(post, memory=dict(memory)), account(server), memory.update)


def paths(server: FakeX) -> list[str]:
    return [path.rpartition("/")[2] for method, path in server.requests]


def test_four_pictures_with_descriptions(server: FakeX, tmp_path: Path) -> None:
    shots = tuple(picture(tmp_path, f"{n}.png", f"Foto {n}" if n != 2 else "") for n in range(4))
    assert isinstance(send(NETWORK, Content("hoi", shots, key=KEY), account(server)), Published)
    (record,) = server.instance.record()
    assert record["alts"] == ["Foto 0", "Foto 1", "", "Foto 3"]
    assert record["kinds"] == ["tweet_image"] * 4
    assert [path for _, path in server.requests].count("/2/media/metadata") == 3


def test_a_picture_without_a_word(server: FakeX, tmp_path: Path) -> None:
    assert isinstance(send(NETWORK, Content("", (picture(tmp_path),), key=KEY), signing(server)), Published)
    assert server.instance.record()[0]["text"] == ""


@pytest.mark.parametrize(("kind", "category"), [("video/mp4", "tweet_video"), ("image/gif", "tweet_gif")])
def test_what_moves_goes_in_pieces_and_is_waited_for(server: FakeX, tmp_path: Path, kind: str, category: str) -> None:
    server.instance.pending = 2
    post = Content("hoi", (film(tmp_path, kind, alt="Een oven"),), key=KEY)
    memory: dict[str, Any] = {}
    found = [step(server, post, memory) for _ in range(4)]
    assert [type(one) for one in found] == [Deferred, Deferred, Deferred, Prepared]
    (uploaded,) = server.instance.media.values()
    assert (uploaded["pieces"], uploaded["size"], uploaded["alt"]) == ([0, 1, 2], 9_000_001, "Een oven")
    assert isinstance(found[-1], Prepared)
    NETWORK.publish(found[-1], account(server))
    assert server.instance.record()[0]["kinds"] == [category]


def test_killed_after_any_step_it_goes_on_and_nothing_is_sent_twice(server: FakeX, tmp_path: Path) -> None:
    post = Content("hoi", (picture(tmp_path, alt="een"), film(tmp_path, alt="twee")), key=KEY)
    memory: dict[str, Any] = {}
    kills = 0

    def remember(found: dict[str, Any]) -> None:
        memory.update(found)
        raise KeyboardInterrupt

    while True:
        try:
            ready = NETWORK.prepare(replace(post, memory=dict(memory)), account(server), remember)
        except KeyboardInterrupt:
            kills += 1
            continue
        if isinstance(ready, Prepared):
            break
    assert kills >= 8
    sent = paths(server)
    assert [sent.count(one) for one in ("upload", "initialize", "append", "finalize", "metadata")] == [2, 1, 3, 1, 2]
    assert len(server.instance.media) == 2
    assert server.instance.record() == []


def test_what_x_cannot_use_is_refused_for_good(server: FakeX, tmp_path: Path) -> None:
    server.instance.failing = True
    post, memory = Content("hoi", (film(tmp_path, size=10),), key=KEY), dict[str, Any]()
    step(server, post, memory)
    assert isinstance(step(server, post, memory), Rejected)


def test_an_upload_that_x_has_lost_begins_anew(server: FakeX, tmp_path: Path) -> None:
    post, memory = Content("hoi", (film(tmp_path, size=10),), key=KEY), dict[str, Any]()
    server.behave("POST", f"{UPLOAD}/1880000000000000001/append", status(404, {"detail": "gone"}))
    assert isinstance(step(server, post, memory), NotSent)
    assert isinstance(step(server, post, memory), Deferred)
    assert isinstance(step(server, post, memory), Prepared)
    assert paths(server).count("initialize") == 2


def test_a_preparation_of_yesterday_is_not_sent_but_made_anew(server: FakeX, tmp_path: Path) -> None:
    post, memory = Content("hoi", (picture(tmp_path),), key=KEY), dict[str, Any]()
    ready = step(server, post, memory)
    assert isinstance(ready, Prepared)
    stale = [dict(one) | {"ends": int(clock.host_now().timestamp()) - 1} for one in ready.memory["media"]]
    server.requests.clear()
    assert NETWORK.publish(replace(ready, memory=ready.memory | {"media": stale}), account(server)) == NotSent(
        "the preparation was too old"
    )
    assert server.requests == []
    assert isinstance(send(NETWORK, replace(post, memory=ready.memory | {"media": stale}), account(server)), Published)
    assert [path for _, path in server.requests] == [UPLOAD, POSTS]


@pytest.mark.parametrize(
    ("effect", "kind"),
    [
        (status(401, {"detail": "Unauthorized"}), "Disconnected"), (status(429, {}), "Deferred"),
        (status(400, {"detail": "bad picture"}), "Rejected"), (status(503, {}), "NotSent"), ({"type": "cut"}, "NotSent"),
        ({"type": "garbage"}, "NotSent"), ({"type": "empty"}, "NotSent"), ({"type": "hang", "seconds": 30}, "NotSent"),
    ],
)  # fmt: skip
def test_whatever_goes_wrong_while_preparing_nothing_is_out(
    server: FakeX, tmp_path: Path, effect: dict[str, Any], kind: str
) -> None:
    server.behave("POST", UPLOAD, effect)
    who = account(server, call=call(total=0.7))
    found = NETWORK.prepare(Content("hoi", (picture(tmp_path),), key=KEY), who, lambda _: None)
    assert type(found).__name__ == kind
    assert server.instance.record() == []
