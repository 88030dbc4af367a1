"""The same installation with its pictures in a bucket: taken in, shown, fetched in parts, swept; and a bucket that is away says so."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from socialq.db import now
from socialq.models import Media
from socialq.services.media import sweep
from socialq.services.storage.bucket import Bucket
from socialq.wiring import Parts, storage_of
from tests import bucket
from tests.factories import Practice, image_bytes
from tests.web.desk import send_picture
from tests.web.door import Browser, opened


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with bucket.running(tmp_path_factory.mktemp("moto") / "log") as place:
        yield {
            "s3_bucket": place.bucket, "s3_endpoint": place.endpoint, "s3_access_key": place.access_key,
            "s3_secret_key": place.secret_key,
        }  # fmt: skip


def sign_in(vera: Browser, app: object) -> Browser:
    """The same person before another application of the same house."""
    browser = Browser(app)  # type: ignore[arg-type]
    browser.client.set_cookie("socialq", vera.cookie())
    return browser


def test_in_a_bucket_all_is_as_in_the_folder(
    parts: Parts, vera: Browser, practice: Practice, settings: dict[str, str]
) -> None:
    with opened(parts, **settings) as app:
        storage = app.extensions["socialq"].storage
        assert isinstance(storage, Bucket)
        browser = sign_in(vera, app)
        made = send_picture(browser, practice.client.id, image_bytes(800, 600), "brood.png").get_json()
        whole = browser.get(made["url"])
        assert (whole.status_code, whole.mimetype) == (200, "image/jpeg")
        assert browser.get(made["small"]).mimetype == "image/webp"
        assert browser.get(made["url"], headers={"Range": "bytes=0-1"}).data == b"\xff\xd8"
        with parts.db.read() as session:
            name = session.get_one(Media, made["id"]).name
        path = app.extensions["socialq"].signed.address(name, parts.db.now()).removeprefix(parts.settings.base_url)
        assert Browser(app).get(path, headers={"Range": "bytes=10-99"}).data == whole.data[10:100]
        assert [one for one in parts.media.rglob("*") if one.is_file()] == []
        with parts.db.begin() as session:
            session.execute(update(Media).values(created_at=now(session) - timedelta(days=2)))
        assert sweep(parts.db, storage) == 1 and not storage.has(name)
        assert browser.get(made["url"]).status_code == 404 and Browser(app).get(path).status_code == 404


def test_a_bucket_that_is_away_is_told_beside_the_pictures(
    parts: Parts, vera: Browser, practice: Practice, settings: dict[str, str]
) -> None:
    with opened(parts, **settings | {"s3_endpoint": "http://127.0.0.1:1"}) as app:
        answer = send_picture(sign_in(vera, app), practice.client.id)
    assert answer.status_code == 503 and "does not answer" in answer.get_json()["error"]
    assert "canary" not in repr(parts.settings.model_copy(update={"s3_secret_key": "canary"}))
    assert not isinstance(storage_of(parts.settings), Bucket)
