"""Files in a folder and in a bucket: the same calls, the same answers; whole or not at all; never a whole file in memory."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from socialq import clock
from socialq.errors import NotFound, Unavailable
from socialq.services.storage import Storage, names
from socialq.services.storage.bucket import PIECE, Bucket, Place
from tests import bucket
from tests.big import sparse

MB = 1_000_000
OURS = "a" * 32
FOREIGN = [
    "", "../keys", "/etc/passwd", "a.jpg", f"{OURS}.jpg/../../keys", f"{OURS}.php", f"{OURS}.jpg\0", f"{OURS}.jpg\n",
    f"{OURS.upper()}.jpg", f"{OURS}..jpg", f"variants/{OURS}.jpg", "a" * 300, f"{OURS}.part",
]  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with bucket.running(tmp_path_factory.mktemp("moto") / "log") as found:
        yield found


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    folder = tmp_path / "media"
    folder.mkdir()
    if request.param == "folder":
        return Storage(folder)
    return Bucket(folder, request.getfixturevalue("place"))


def left(storage: Storage) -> list[Path]:
    """What lies in the folder and is no stored file."""
    return [one for one in storage.folder.rglob("*") if one.is_file() and names.PART.fullmatch(one.name)]


def test_bytes_come_back_and_go(storage: Storage) -> None:
    name = storage.put(b"a picture", "jpg")
    assert storage.has(name) and storage.size(name) == 9
    with storage.open(name) as file:
        assert file.read() == b"a picture"
    storage.remove(name)
    storage.remove(name)
    assert not storage.has(name)
    for ask in (storage.open, storage.size, storage.chunks):
        with pytest.raises(NotFound):
            ask(name)
    with pytest.raises(NotFound), storage.local(name):
        pass
    assert left(storage) == []


def test_ranges_are_read_where_they_lie(storage: Storage, tmp_path: Path) -> None:
    data = bytes(range(256)) * (PIECE // 128)
    (tmp_path / "a.mp4").write_bytes(data)
    name = storage.put_file(tmp_path / "a.mp4", "mp4")
    assert (tmp_path / "a.mp4").exists()  # it is hers
    assert b"".join(storage.chunks(name)) == data
    assert b"".join(storage.chunks(name, 300, 1000)) == data[300:1000]
    assert b"".join(storage.chunks(name, PIECE - 5, PIECE + 70_000)) == data[PIECE - 5 : PIECE + 70_000]
    assert b"".join(storage.chunks(name, len(data))) == b""
    with storage.open(name) as file:
        file.seek(-3, 2)
        assert (file.read(10), file.tell(), file.seek(PIECE - 1), file.read(2)) == (
            data[-3:], len(data), PIECE - 1, data[PIECE - 1 : PIECE + 1],
        )  # fmt: skip


def test_who_needs_a_path_gets_one_for_so_long(storage: Storage) -> None:
    name = storage.put(b"moving" * 1000, "mp4")
    with storage.local(name) as path:
        assert path.read_bytes() == b"moving" * 1000
    assert left(storage) == [] and storage.has(name)


def test_what_arrives_is_stored_or_gone(storage: Storage) -> None:
    with storage.arriving() as path:
        path.write_bytes(b"video")
        name = storage.put_file(path, "mp4")
    with storage.open(name) as file:
        assert file.read() == b"video"
    with pytest.raises(KeyboardInterrupt), storage.arriving() as path:
        path.write_bytes(b"half")
        raise KeyboardInterrupt
    assert left(storage) == []


def test_what_is_made_of_a_file_goes_with_it(storage: Storage) -> None:
    name, other = storage.put(b"one", "jpg"), storage.put(b"two", "jpg")
    assert storage.small(name, lambda data: data + b" smaller") == b"one smaller"
    assert storage.small(name, lambda data: b"made anew") == b"one smaller"
    tall = storage.keep(name, "tall-4x5", "jpg", b"one tall")
    kept = storage.keep(other, "tall-4x5", "jpg", b"two tall")
    assert tall == names.variant(name, "tall-4x5", "jpg") and storage.has(tall)
    assert storage.keep(name, "tall-4x5", "jpg", b"again") == tall and storage.size(tall) == 5
    storage.remove(name)
    assert not storage.has(tall) and not storage.has(name) and storage.has(kept)


def test_the_sweep_sees_originals_only(storage: Storage) -> None:
    name = storage.put(b"one", "jpg")
    storage.keep(name, "small", "webp", b"smaller")
    with storage.arriving() as path:
        half = path.with_name(f"{'b' * 32}.part")
    half.write_bytes(b"x")
    assert storage.older_than(clock.host_now() - timedelta(hours=1)) == [] and half.exists()
    found = storage.older_than(clock.host_now() + timedelta(hours=1))
    assert name in found and all(map(names.is_original, found)) and not half.exists()


@pytest.mark.abuse(28)
@pytest.mark.parametrize("name", FOREIGN)
def test_abuse_28_only_names_of_our_own_making(storage: Storage, name: str) -> None:
    for ask in (storage.open, storage.size, storage.chunks, storage.has, storage.remove, storage.path):
        with pytest.raises(NotFound):
            ask(name)
    with pytest.raises(NotFound):
        names.variant(f"{'a' * 32}.jpg", "../..", "jpg")


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"bucket": "nobodys"}, "no bucket"), ({"endpoint": "http://127.0.0.1:1"}, "does not answer")],
)
def test_a_bucket_that_is_not_there_says_so(place: Place, tmp_path: Path, changed: dict[str, str], said: str) -> None:
    storage = Bucket(tmp_path, Place(**{**vars(place), **changed}))
    for tried in (storage.try_out, lambda: storage.put(b"x", "jpg")):
        with pytest.raises(Unavailable, match=said) as caught:
            tried()
        assert "testing" not in str(caught.value)
    assert "testing-and-secret" not in repr(place)


def test_a_bucket_can_be_tried_out(place: Place, tmp_path: Path) -> None:
    Bucket(tmp_path, place).try_out()


FLAT = """
import hashlib, json, resource, sys
from pathlib import Path
from socialq.services.storage import Storage
from socialq.services.storage.bucket import Bucket, Place
folder, file, place = Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])
storage = Bucket(folder, Place(**place)) if place else Storage(folder)
storage.remove(storage.put(b"x", "jpg"))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
name = storage.put_file(file, "mp4")
with storage.local(name) as path:
    size = path.stat().st_size
checksum = hashlib.sha256()
for block in storage.chunks(name):
    checksum.update(block)
print(size, checksum.hexdigest(), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.parametrize(("home", "size"), [("folder", 400 * MB), ("bucket", 120 * MB)])
def test_memory_stays_flat(request: pytest.FixtureRequest, tmp_path: Path, home: str, size: int) -> None:
    place = vars(request.getfixturevalue("place")) if home == "bucket" else {}
    file = sparse(tmp_path / "long.mp4", size)
    (tmp_path / "media").mkdir()
    command = [sys.executable, "-c", FLAT, str(tmp_path / "media"), str(file), json.dumps(place)]
    told = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True).stdout.split()
    with file.open("rb") as whole:
        assert told[:2] == [str(size), hashlib.file_digest(whole, "sha256").hexdigest()]
    assert int(told[2]) < 100
