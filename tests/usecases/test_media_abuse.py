"""Files that mean harm: no picture at all, something hidden in one, bombs, and names that point elsewhere."""

import subprocess
import sys
from pathlib import Path

import pytest

from socialq.errors import BadInput, NotFound
from socialq.services.media import MAX_BYTES, keeping
from socialq.services.storage import Storage
from tests.factories import image_bytes
from tests.pictures import BOMBS, accept, moving, stored
from tests.structure.tree import ROOT

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
PHP = b"<?php system($_GET['c']); ?>"
MEASURED = """
import resource, sys, time
from pathlib import Path
from socialq.errors import BadInput
from socialq.services.media import keeping
from socialq.services.storage import Storage
folder = Path(sys.argv[1])
with keeping(Storage(folder)) as intake:
    intake.accept(folder.parent / "warm.png")
before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
try:
    with keeping(Storage(folder)) as intake:
        intake.accept(Path(sys.argv[2]))
    print("accepted")
except BadInput as error:
    print(error)
print(time.process_time() - started)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(tmp_path)


@pytest.mark.abuse(25)
@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (SVG, "a.svg", "save it as jpg"),
        (SVG, "a.png", "not what its name says"),
        (HTML, "a.jpg", "not what its name says"),
        (HTML, "a.html", "save it as jpg"),
        (PHP, "a.php", "save it as jpg"),
        (image_bytes(), "a.php", "save it as jpg"),
        (image_bytes(), "a.png.php", "save it as jpg"),
        (image_bytes(), "noname", "save it as jpg"),
        (image_bytes(form="JPEG"), "a.png", "it is a JPEG picture"),
        (image_bytes(form="BMP"), "a.png", "not what its name says"),
        (image_bytes(form="TIFF"), "a.jpg", "not what its name says"),
        (b"GIF89a" + HTML, "a.gif", "not what its name says"),
        (b"\xff\xd8\xff\xe0" + PHP, "a.jpg", "damaged"),
        (b"", "a.png", "not what its name says"),
        (b"%PDF-1.4", "a.jpg", "not what its name says"),
        (image_bytes(400, 300, "JPEG")[:600], "a.jpg", "damaged"),
        (image_bytes(form="PNG")[:60], "a.png", "damaged"),
        (moving("GIF")[:70], "a.gif", "damaged"),
    ],
)
def test_abuse_25_what_is_no_picture_is_refused(storage: Storage, data: bytes, name: str, told: str) -> None:
    with pytest.raises(BadInput, match=told) as caught:
        accept(storage, data, name)
    assert stored(storage) == []
    assert "\n" not in str(caught.value)


@pytest.mark.abuse(25)
@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "HEIF"])
def test_abuse_25_what_hides_in_a_picture_is_gone(storage: Storage, form: str) -> None:
    name = {"JPEG": "a.jpg", "PNG": "a.png", "GIF": "a.gif", "WEBP": "a.webp", "HEIF": "a.heic"}[form]
    options = {"comment": PHP} if form in ("JPEG", "GIF") else {}
    got = accept(storage, image_bytes(form=form, **options) + PHP + HTML, name)
    data = storage.path(got.name).read_bytes()
    assert b"<?php" not in data
    assert b"<script" not in data


@pytest.mark.abuse(26)
@pytest.mark.parametrize("bomb", BOMBS)
def test_abuse_26_a_bomb_is_refused_in_a_second_and_200_mb(tmp_path: Path, bomb: str) -> None:
    """In a process of its own, or the memory of other tests would hide what it takes."""
    data, name = BOMBS[bomb]()
    (tmp_path / "warm.png").write_bytes(image_bytes())
    (tmp_path / name).write_bytes(data)
    (tmp_path / "media").mkdir()
    command = [sys.executable, "-c", MEASURED, str(tmp_path / "media"), str(tmp_path / name)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    told, seconds, grown = done.stdout.splitlines()
    assert float(seconds) < 1
    assert float(grown) < 200
    if bomb not in ("png-lies", "png-text"):  # these two may be read as what their header says
        assert name in told
        assert len(stored(Storage(tmp_path / "media"))) == 1


def test_a_file_above_the_limit_is_not_read(storage: Storage, tmp_path: Path) -> None:
    sparse = tmp_path / "huge.png"
    with sparse.open("wb") as file:
        file.truncate(10**12)
    with pytest.raises(BadInput, match="20 MB"), keeping(Storage(tmp_path)) as intake:
        intake.accept(sparse)
    with pytest.raises(BadInput, match="20 MB"):
        accept(storage, bytes(MAX_BYTES + 1), "a.png")


@pytest.mark.parametrize("name", ["/dev/zero", "/proc/self/mem", "/", "/nowhere/a.png", "nul\0.png"])
def test_only_an_ordinary_file_is_read(storage: Storage, name: str) -> None:
    with pytest.raises(BadInput, match="not a file|cannot be read"), keeping(storage) as intake:
        intake.accept(Path(name))


@pytest.mark.abuse(28)
@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/cron.d/a.png",
        "/etc/a.png",
        "..\\..\\windows\\a.png",
        "C:\\a.png",
        "a\0.png",
        "x" * 300 + ".png",
        "🐟\u202egnp.png",
        "a\nb.png",
        ".png.png",
        "CON.png",
        "a.png/../b.png",
    ],
)
def test_abuse_28_a_sender_s_name_never_reaches_the_disk(storage: Storage, name: str) -> None:
    got = accept(storage, image_bytes(), name)
    assert stored(storage) == [got.name]
    assert storage.path(got.name).parent == storage.folder
    stem, _, suffix = got.name.partition(".")
    assert (len(stem), set(stem) <= set("0123456789abcdef"), suffix) == (32, True, "jpg")
    with pytest.raises(BadInput) as caught:
        accept(storage, b"no picture", name)
    assert len(str(caught.value)) < 200
    assert str(caught.value).isprintable()


@pytest.mark.abuse(28)
@pytest.mark.parametrize(
    "name", ["../keys", "/etc/passwd", "a.jpg", "", "0" * 32 + ".php", "0" * 32 + ".jpg/../x", "0" * 32 + ".jpg\n"]
)
def test_abuse_28_only_names_of_our_own_making_are_opened(storage: Storage, name: str) -> None:
    for look in (storage.path, storage.open, storage.remove):
        with pytest.raises(NotFound):
            look(name)
