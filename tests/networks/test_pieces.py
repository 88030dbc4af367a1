"""A file in pieces: all of it arrives once, whatever is killed or lost on the way, and memory stays flat."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from socialq import clock
from socialq.domain.outcomes import Deferred
from socialq.networks.call import Overrun
from socialq.networks.call.pieces import Piece, forgotten, send_pieces, share
from tests.big import sparse
from tests.networks.desk import call
from tests.networks.sink import Sink, sink

MB = 1_000_000


@pytest.fixture
def server() -> Iterator[Sink]:
    with sink() as found:
        yield found


def checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def command(server: Sink, file: Path, how: str, each: int) -> list[str]:
    memory = file.with_suffix(".memory")
    return [sys.executable, "-m", "tests.networks.sending", server.url, str(file), str(memory), how, str(each)]


@pytest.mark.parametrize(("how", "each", "size"), [("put", 32 * MB, 400 * MB), ("json", 4 * MB, 60 * MB)])
def test_all_of_it_arrives_and_memory_stays_flat(server: Sink, tmp_path: Path, how: str, each: int, size: int) -> None:
    file = sparse(tmp_path / "long.mp4", size)
    ran = subprocess.run(command(server, file, how, each), capture_output=True, text=True, timeout=300, check=True)
    ended, grown = ran.stdout.split()
    assert (ended, server.there, server.whole.hexdigest()) == ("None", size, checksum(file))
    assert server.starts == list(range(0, size, each))
    assert int(grown) < 100
    assert share(json.loads(file.with_suffix(".memory").read_text())) == 1


def test_killed_on_the_way_it_goes_on_behind_what_is_there(server: Sink, tmp_path: Path) -> None:
    file, each = sparse(tmp_path / "long.mp4", 40 * MB), 2 * MB
    for part in (10 * MB, 25 * MB):
        with subprocess.Popen(command(server, file, "put", each), stdout=subprocess.DEVNULL) as sender:
            assert server.has(part)
            sender.kill()
    before = len(server.starts)
    subprocess.run(command(server, file, "put", each), stdout=subprocess.DEVNULL, timeout=120, check=True)
    assert server.whole.hexdigest() == checksum(file)
    assert server.starts[before] >= 24 * MB - each and len(server.starts) <= 20 + 2


def put(server: Sink, **options: Any) -> Any:
    def send(piece: Piece) -> None:
        session = call(**options).session()
        session.put(server.url, data=piece.stream(), headers={"Content-Range": piece.range}).raise_for_status()

    return send


def test_a_lost_answer_repeats_one_piece_only(server: Sink, tmp_path: Path) -> None:
    file, memory = sparse(tmp_path / "a.mp4", 5 * MB + 17), dict[str, Any]()
    server.lose = {2 * MB}
    with pytest.raises(requests.ConnectionError):
        send_pieces(file, MB, put(server), memory=memory, remember=memory.update)
    assert memory == {"upload": {"sent": 2 * MB, "of": 5 * MB + 17}}
    assert send_pieces(file, MB, put(server), memory=memory, remember=memory.update) is None
    assert server.starts == [0, MB, 2 * MB, 2 * MB, 3 * MB, 4 * MB, 5 * MB]
    assert server.whole.hexdigest() == checksum(file)


def test_the_network_may_say_how_far_it_is(server: Sink, tmp_path: Path) -> None:
    file, memory = sparse(tmp_path / "a.mp4", 5 * MB), dict[str, Any]()
    server.lose = {2 * MB}
    with pytest.raises(requests.ConnectionError):
        send_pieces(file, MB, put(server), memory=memory, remember=memory.update)

    def arrived() -> int:
        return int(call().session().get(server.url).json()["there"])

    assert send_pieces(file, MB, put(server), memory=memory, remember=memory.update, arrived=arrived) is None
    assert server.starts == [0, MB, 2 * MB, 3 * MB, 4 * MB]


def test_a_no_ends_it_and_what_is_there_stays_known(tmp_path: Path) -> None:
    file, memory = sparse(tmp_path / "a.mp4", 3 * MB), dict[str, Any]()
    full = Deferred(clock.host_now() + timedelta(minutes=5), "the network takes no more for now")
    answers: list[Deferred | int | None] = [None, full]
    assert send_pieces(file, MB, lambda _: answers.pop(0), memory=memory, remember=memory.update) is full
    assert share(memory) == pytest.approx(1 / 3)
    memory.update(forgotten())
    assert share(memory) is None


def test_another_file_begins_anew_and_one_that_does_not_move_on_ends(tmp_path: Path) -> None:
    file, seen = sparse(tmp_path / "a.mp4", 3 * MB), list[Piece]()
    memory: dict[str, Any] = {"upload": {"sent": MB, "of": 7 * MB}}
    assert send_pieces(file, MB, seen.append, memory=memory, remember=memory.update) is None
    assert [(one.number, one.start, one.last) for one in seen] == [(0, 0, False), (1, MB, False), (2, 2 * MB, True)]
    assert send_pieces(file, MB, seen.append, memory=memory, remember=memory.update) is None and len(seen) == 3
    for stuck in (0, 3 * MB + 1):
        with pytest.raises(ValueError, match="further"):
            send_pieces(file, MB, lambda _, said=stuck: said, memory={}, remember=memory.update)


def test_a_piece_that_stalls_ends_by_its_own_deadline(server: Sink, tmp_path: Path) -> None:
    file, memory = sparse(tmp_path / "a.mp4", 3 * MB), dict[str, Any]()
    server.stall = {MB}
    with pytest.raises(Overrun):
        send_pieces(file, MB, put(server, total=1), memory=memory, remember=memory.update)
    assert memory == {"upload": {"sent": MB, "of": 3 * MB}}
    server.stall.clear()
    assert send_pieces(file, MB, put(server), memory=memory, remember=memory.update) is None
    assert server.whole.hexdigest() == checksum(file)
