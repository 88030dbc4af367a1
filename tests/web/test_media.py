"""Pictures on the web: taken in, shown as we wrote them, never those of another client."""

import re
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import func, select

from socialq.models import Media
from socialq.services.storage import Storage
from socialq.wiring import Parts
from tests.cast import STAN
from tests.factories import Practice, dump, image_bytes
from tests.web.desk import another, day, form, send_picture, upload
from tests.web.door import Browser, join


def test_pictures_come_back_as_we_wrote_them(parts: Parts, vera: Browser, practice: Practice) -> None:
    made = upload(vera, practice.client.id)
    answer = vera.get(str(made["url"]), buffered=True)
    assert answer.status_code == 200 and answer.mimetype == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"] and "private" in answer.headers["Cache-Control"]
    refused = send_picture(vera, practice.client.id, b"<svg onload=alert(1)>", "brood.png")
    assert refused.status_code == 422 and refused.get_json()["error"]
    with parts.db.read() as session:
        assert session.scalar(select(func.count()).select_from(Media)) == 1
        (parts.media / session.scalars(select(Media.name)).one()).unlink()
    assert vera.get(str(made["url"])).status_code == 404


def test_lists_get_a_small_one_that_goes_with_its_picture(parts: Parts, vera: Browser, practice: Practice) -> None:
    made = send_picture(vera, practice.client.id, image_bytes(2000, 1500), "brood.png").get_json()
    whole, small = vera.get(made["url"], buffered=True), vera.get(made["small"], buffered=True)
    assert small.mimetype == "image/webp" and small.headers["Cache-Control"] == whole.headers["Cache-Control"]
    with Image.open(BytesIO(small.data)) as image:
        assert (image.size, len(small.data) < len(whole.data)) == ((640, 480), True)
    (kept,) = (parts.media / "variants").rglob("*.webp")
    kept.write_bytes(b"kept")
    assert vera.get(made["small"], buffered=True).data == b"kept"
    Storage(parts.media).remove(next(parts.media.glob("*.jpg")).name)
    assert not kept.exists() and vera.get(made["small"]).status_code == 404


def test_without_the_script_pictures_come_with_the_form(parts: Parts, vera: Browser, practice: Practice) -> None:
    file = (BytesIO(image_bytes()), "brood.png")
    answer = vera.post("/posts", form(practice, do="look", files=[file]))
    media = re.findall(r'name="media" value="(\d+)"', answer.text)
    assert len(media) == 1 and "Picture 1 has no alt text yet" in answer.text
    gone = vera.post("/posts", form(practice, media=media, alt=["Bol"], remove=media[0]))
    assert gone.status_code == 200 and not re.findall(r'name="media" value="(\d+)"', gone.text)
    bad = vera.post("/posts", form(practice, do="draft", files=[(BytesIO(b"no"), "a.png")]))
    assert bad.status_code == 422 and "Vers brood" in bad.text
    kept = vera.post("/posts", form(practice, do="draft", media=media, alt=["Een bol"]))
    assert "Een bol" in vera.get(kept.location).text


@pytest.mark.abuse(4)
def test_abuse_4_a_picture_of_b_does_not_come_into_a_post_of_a(parts: Parts, vera: Browser, practice: Practice) -> None:
    other = another(parts)
    media = upload(vera, other)
    before = dump(parts)
    for do in ("draft", "schedule", "look", "now"):
        sent = form(practice, do=do, on=day(practice), at="09:00", media=[media["id"]], alt=["x"])
        assert vera.post("/posts", sent).status_code == 404
    assert dump(parts) == before


@pytest.mark.abuse(4)
def test_abuse_4_nor_a_channel_or_a_post_of_b(parts: Parts, vera: Browser, practice: Practice) -> None:
    post, other = practice.scheduled(), another(parts)
    join(parts, STAN, [other])
    stan = Browser(vera.client.application)
    stan.sign_in(STAN.email)
    picture = practice.picture()
    before = dump(parts)
    sent = form(practice, do="draft", client=other)
    assert vera.post("/posts", sent).status_code == 404  # channels of A
    hers = f"client={practice.client.id}"
    for path in (
        f"posts/{post.id}",
        f"posts/{post.id}/edit",
        f"media/{picture.media_id}",
        f"posts/new?{hers}",
        f"posts?{hers}",
    ):
        assert stan.get(f"/{path}").status_code == 404
    assert stan.get(f"/calendar?{hers}").status_code == 404
    assert stan.post(f"/posts/{post.id}", form(practice, do="draft", revision=1, client=other)).status_code == 404
    assert stan.post("/posts", form(practice, do="draft")).status_code == 404
    assert send_picture(stan, practice.client.id).status_code == 404
    assert "Vers brood" not in stan.get("/posts").text + stan.get("/posts/new").text
    kept = ("sessions",)
    assert {k: v for k, v in dump(parts).items() if k not in kept} == {k: v for k, v in before.items() if k not in kept}


def test_another_client_leaves_the_pictures_behind(parts: Parts, vera: Browser, practice: Practice) -> None:
    media = upload(vera, practice.client.id)
    other = another(parts)
    answer = vera.post("/posts", form(practice, client=other, was=practice.client.id, media=[media["id"]], alt=["Bol"]))
    assert answer.status_code == 200 and "were left out" in answer.text and "Vers brood" in answer.text
