"""Files on their way in: refused by their announced size, streamed to the disk, and when cut off they leave nothing."""

import io
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from socialq.models import Media
from socialq.wiring import Parts
from tests.factories import Practice, image_bytes
from tests.web.desk import another, send_picture
from tests.web.door import Browser


def lying(parts: Parts) -> list[Path]:
    return [one for one in parts.media.rglob("*") if one.is_file()]


def rows(parts: Parts) -> int:
    with parts.db.read() as session:
        return session.scalar(select(func.count()).select_from(Media)) or 0


class Counted(io.BytesIO):
    """A body that says how much of it was read; it may end earlier than announced."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        found = super().read(size)
        self.taken += len(found)
        return found


def send(browser: Browser, client: object, name: str, stream: io.BytesIO, announced: object) -> int:
    headers = {"X-CSRF-Token": browser.token(), "Content-Type": "application/octet-stream"}
    length = {"HTTP_TRANSFER_ENCODING": "chunked"} if announced is None else {"CONTENT_LENGTH": str(announced)}
    path = f"/media?{urlencode({'client': client, 'name': name})}"
    answer = browser.bare_post(path, headers=headers, input_stream=stream, environ_overrides=length)
    return answer.status_code


@pytest.mark.abuse(29)
@pytest.mark.parametrize(("name", "size"), [("a.jpg", 20_000_001), ("a.mp4", 512_000_001), ("a.exe", 20_000_001)])
def test_abuse_29_too_large_is_refused_before_a_byte_is_read(
    parts: Parts, vera: Browser, practice: Practice, name: str, size: int
) -> None:
    body = Counted(b"x" * 100_000)
    assert send(vera, practice.client.id, name, body, size) == 413
    assert body.taken == 0 and lying(parts) == [] and rows(parts) == 0


@pytest.mark.abuse(29)
def test_abuse_29_cut_off_on_its_way_nothing_stays(parts: Parts, vera: Browser, practice: Practice) -> None:
    whole = image_bytes(800, 600, "JPEG")
    assert send(vera, practice.client.id, "a.jpg", Counted(whole[:-100]), len(whole)) == 400
    assert send(vera, practice.client.id, "a.jpg", Counted(whole), None) == 411
    assert lying(parts) == [] and rows(parts) == 0
    assert send(vera, practice.client.id, "a.jpg", Counted(whole), len(whole)) == 201
    assert len(lying(parts)) == 1 and rows(parts) == 1


@pytest.mark.abuse(4)
def test_abuse_4_for_anothers_client_nothing_is_read(parts: Parts, vera: Browser, practice: Practice) -> None:
    whole, gone = Counted(image_bytes()), another(parts) + 1
    for client, told in ((gone, 404), (2**31, 400), (-1, 400), ("x", 400), ("", 400)):
        assert send(vera, client, "a.jpg", whole, len(whole.getvalue())) == told
    assert whole.taken == 0 and lying(parts) == []


@pytest.mark.abuse(28)
@pytest.mark.parametrize("name", ["../../keys.jpg", "/etc/cron.d/x.jpg", "a\0.jpg", "x" * 300 + ".jpg", "con.jpg", "<b>.jpg"])  # fmt: skip
def test_abuse_28_the_name_that_came_along_names_nothing(
    parts: Parts, vera: Browser, practice: Practice, name: str
) -> None:
    before = {one.name for one in parts.settings.data_dir.iterdir()}
    assert send_picture(vera, practice.client.id, image_bytes(form="JPEG"), name).status_code == 201
    (kept,) = lying(parts)
    assert kept.parent == parts.media and {one.name for one in parts.settings.data_dir.iterdir()} == before


def test_what_is_no_picture_says_so_and_leaves_nothing(parts: Parts, vera: Browser, practice: Practice) -> None:
    answer = send_picture(vera, practice.client.id, b"no picture", "a.jpg")
    assert answer.status_code == 422 and "a.jpg" in answer.get_json()["error"]
    assert lying(parts) == []
