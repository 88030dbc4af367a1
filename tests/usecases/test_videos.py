"""Videos: opened and written again by a process of its own; nothing that was hidden in one stays, nothing that one names is opened."""

import http.server
import io
import threading
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from PIL import Image

from socialq.errors import BadInput
from socialq.services import videos
from socialq.services.media import Accepted, keeping, picture_of, record, sweep
from socialq.services.storage import Storage
from socialq.wiring import Parts
from tests.factories import make_practice
from tests.films import film, turned
from tests.tools.media_films import elsewhere
from tests.usecases.test_media_sweep import older


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    (tmp_path / "media").mkdir()
    return Storage(tmp_path / "media")


def accept(storage: Storage, path: Path) -> Accepted:
    with keeping(storage) as intake:
        return intake.accept(path)


def kept(storage: Storage, one: Accepted) -> bytes:
    with storage.open(one.name) as file:
        return file.read()


def left(storage: Storage) -> list[str]:
    return [one.name for one in storage.folder.rglob("*") if one.is_file()]


def test_a_video_is_written_again_with_its_facts_and_a_poster(storage: Storage, tmp_path: Path) -> None:
    got = accept(storage, film(tmp_path / "a.mp4", width=640, height=360, sound="aac"))
    assert (got.media_type, got.width, got.height, got.codecs) == ("video/mp4", 640, 360, "h264 aac")
    assert 1.9 < got.seconds < 2.2
    data = kept(storage, got)
    assert len(data) == got.size and data.index(b"moov") < data.index(b"mdat"), "it can begin before it is there"
    with storage.open(picture_of(got.name, got.media_type)) as file, Image.open(file) as poster:
        assert (poster.format, poster.size) == ("JPEG", (640, 360))


@pytest.mark.abuse(29)
def test_abuse_29_the_place_where_it_was_taken_is_gone(storage: Storage, tmp_path: Path) -> None:
    path = turned(film(tmp_path / "a.mov", form="mov", metadata=True))
    assert b"canary" in path.read_bytes()
    got = accept(storage, path)
    data = kept(storage, got)
    for hidden in (b"canary", b"+52.09", b"\xa9xyz", b"loci"):
        assert hidden not in data
    assert (got.width, got.height) == (180, 320)
    with av.open(io.BytesIO(data)) as container:
        assert next(container.decode(video=0)).rotation == -90, "players still turn it"
    with storage.open(picture_of(got.name, got.media_type)) as file, Image.open(file) as poster:
        assert poster.size == (180, 320)


def test_the_same_video_twice_has_one_checksum(storage: Storage, tmp_path: Path) -> None:
    for name, codec in (("a.mp4", "libx264"), ("a.webm", "libvpx")):
        path = film(tmp_path / name, codec=codec)
        assert accept(storage, path).sha256 == accept(storage, path).sha256


@pytest.fixture
def asked() -> Iterator[tuple[int, list[str]]]:
    """A server on loopback that notes what is asked of it."""
    seen: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1], seen
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.abuse(27)
@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.webm"])
def test_abuse_27_nothing_that_a_file_names_is_opened(
    storage: Storage, tmp_path: Path, asked: tuple[int, list[str]], name: str
) -> None:
    port, seen = asked
    url = f"http://127.0.0.1:{port}/secret.ts"
    (tmp_path / "secret").write_text("canary")
    for text in (
        f"#EXTM3U\n#EXTINF:10,\n{url}\n#EXT-X-ENDLIST\n",
        f"#EXTM3U\n#EXTINF:10,\nfile://{tmp_path}/secret\n",
        f"ffconcat version 1.0\nfile '{url}'\n",
        f"<?xml version='1.0'?><MPD><BaseURL>{url}</BaseURL></MPD>",
        f"[Reference]\nRef1={url}\n",
    ):
        (tmp_path / name).write_text(text)
        with pytest.raises(BadInput, match="it is no video"):
            accept(storage, tmp_path / name)
    assert seen == [] and left(storage) == []


@pytest.mark.abuse(27)
def test_abuse_27_a_reference_to_another_file_is_not_followed(storage: Storage, tmp_path: Path) -> None:
    got = accept(storage, elsewhere(tmp_path / "a.mp4"))
    assert (got.width, got.height) == (320, 180)


@pytest.mark.abuse(27)
def test_abuse_27_one_that_takes_too_long_is_given_up(
    tmp_path: Path, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(videos, "DEADLINE", 0.05)
    with pytest.raises(BadInput, match="takes too long"):
        accept(storage, film(tmp_path / "a.mp4"))
    assert left(storage) == []


@pytest.mark.parametrize("body", ["while True: pass", "bytes(10 ** 10)", "import os; os.abort()"])
def test_a_process_that_runs_into_its_limits_is_a_plain_no(
    tmp_path: Path, storage: Storage, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    """As if the library had a hole: the limits are the child's own."""
    child = videos.CHILD.read_text().replace("SECONDS = 60", "SECONDS = 1")
    child = child.replace("    import av\n\n    with open(source", f"    {body}\n    with open(source", 1)
    (tmp_path / "child.py").write_text(child)
    monkeypatch.setattr(videos, "CHILD", tmp_path / "child.py")
    with pytest.raises(BadInput, match=r"takes too long|damaged"):
        accept(storage, film(tmp_path / "a.mp4"))
    assert left(storage) == []


def test_too_many_megabytes_are_not_even_opened(tmp_path: Path, storage: Storage) -> None:
    path = tmp_path / "a.mp4"
    with path.open("wb") as file:
        file.truncate(5_000_000)
    with pytest.raises(BadInput, match="4 MB at most"), keeping(storage, 4) as intake:
        intake.accept(path)


def test_the_process_has_nothing_of_ours(tmp_path: Path, storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the program's settings nor its modules."""
    told, child = tmp_path / "told", tmp_path / "child.py"
    child.write_text(
        f"import os, sys\nopen({str(told)!r}, 'w').write(repr((dict(os.environ), 'socialq' in sys.modules)))\n"
        + videos.CHILD.read_text()
    )
    monkeypatch.setenv("SOCIALQ_SECRET_KEY", "canary-key")
    monkeypatch.setattr(videos, "CHILD", child)
    accept(storage, film(tmp_path / "a.mp4"))
    assert "canary-key" not in told.read_text() and told.read_text().endswith("False)")


def test_an_unused_video_goes_with_its_poster(parts: Parts, tmp_path: Path) -> None:
    vera = make_practice(parts)
    with keeping(parts.storage) as intake:
        accepted = intake.accept(film(tmp_path / "a.mp4"))
        with parts.db.begin() as session:
            row = record(session, vera.client.id, accepted)
            assert (row.seconds, row.codecs) == (accepted.seconds, "h264")
    assert len(left(parts.storage)) == 2
    older(parts, 25)
    assert sweep(parts.db, parts.storage) == 1
    assert left(parts.storage) == []


def test_videos_count_towards_what_a_client_may_have(parts: Parts, tmp_path: Path) -> None:
    vera = make_practice(parts)
    with pytest.raises(BadInput, match="0 MB is the most"), keeping(parts.storage) as intake:
        accepted = intake.accept(film(tmp_path / "a.mp4"))
        with parts.db.begin() as session:
            record(session, vera.client.id, accepted, accepted.size - 1)
    assert left(parts.storage) == []
