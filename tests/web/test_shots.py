"""Pictures and videos in the composer: what each network will change stands beside it, what it refuses is said and blocks."""

from io import BytesIO
from pathlib import Path

from PIL import Image
from sqlalchemy import update

from socialq.models import Channel, Member
from socialq.wiring import Parts
from tests.factories import Practice, image_bytes
from tests.films import film
from tests.web.desk import day, form, posts, send_picture, the_post
from tests.web.door import Browser

CROPPED = "Practice shows picture 1 cropped to 4:5."


def limited(parts: Parts, **limits: object) -> None:
    with parts.db.begin() as session:
        session.execute(update(Channel).values(limits=limits))


def taken(browser: Browser, client_id: int, data: bytes, name: str) -> int:
    answer = send_picture(browser, client_id, data, name)
    assert answer.status_code == 201, answer.text
    found: int = answer.get_json()["id"]
    return found


def test_what_a_network_changes_stands_beside_the_picture_and_blocks_nothing(
    parts: Parts, vera: Browser, practice: Practice
) -> None:
    limited(parts, image_ratio=[0.8, 1.91])
    media = taken(vera, practice.client.id, image_bytes(300, 500), "hoog.png")
    page = vera.post("/posts", form(practice, media=[media], alt=["Een toren"])).text
    assert page.count(CROPPED) == 1 and "This has to be right first" not in page
    assert page.index(f'data-notes="{media}"') < page.index(CROPPED) < page.index('id="checks"')
    crop = f"/media/{media}?size=small&crop=0-62-300-437"
    assert crop.replace("&", "&amp;") in page
    with Image.open(BytesIO(vera.get(crop).data)) as image:
        assert (image.format, image.size) == ("WEBP", (300, 375))
    for wrong in ("0-0-301-10", "10-0-10-10", "a", "-1-0-5-5", "0-0-10-501", "0-0-10-10-10"):
        assert vera.get(f"/media/{media}?size=small&crop={wrong}").status_code == 404
    fits = taken(vera, practice.client.id, image_bytes(400, 400), "vierkant.png")
    assert "cropped" not in vera.post("/posts", form(practice, media=[fits], alt=["x"])).text
    sent = form(practice, do="schedule", on=day(practice), at="09:00", media=[media], alt=["Een toren"])
    assert vera.post("/posts", sent).status_code == 303 and the_post(parts).state == "scheduled"


def test_a_video_is_shown_by_its_poster_with_its_length(
    parts: Parts, vera: Browser, practice: Practice, tmp_path: Path
) -> None:
    media = taken(vera, practice.client.id, film(tmp_path / "a.mp4", seconds=4).read_bytes(), "deeg.mp4")
    page = vera.post("/posts", form(practice, media=[media], alt=[""])).text
    assert "Video, 0:04" in page and "Alt text of video 1" in page and "Video 1 has no alt text yet" in page
    poster = vera.get(f"/media/{media}?size=small")
    assert (poster.status_code, poster.mimetype) == (200, "image/webp") and poster.data[8:12] == b"WEBP"
    answer = vera.post("/posts", form(practice, do="draft", media=[media], alt=["Deeg dat rijst"]))
    shown = vera.get(answer.location).text
    assert f'<video src="/media/{media}"' in shown and f'poster="/media/{media}?size=small"' in shown
    edited = vera.get(f"/posts/{the_post(parts).id}/edit").text
    assert "Video, 0:04" in edited and "Deeg dat rijst" in edited


def test_what_a_channel_does_not_take_is_said_and_blocks(
    parts: Parts, vera: Browser, practice: Practice, tmp_path: Path
) -> None:
    film_id = taken(vera, practice.client.id, film(tmp_path / "a.mp4", seconds=4).read_bytes(), "deeg.mp4")
    picture = taken(vera, practice.client.id, image_bytes(), "brood.png")
    sent = form(practice, do="schedule", on=day(practice), at="09:00", media=[picture, film_id], alt=["x", "y"])
    for limits, said in (
        ({}, "Pictures and a video cannot stand in one post on Practice."),
        ({"videos": 0}, "socialq cannot post videos on Practice."),
        ({"mixed": True, "video_seconds": [5, 60]}, "Video 1 lasts 4 seconds, Practice takes at least 5."),
    ):
        limited(parts, **limits)
        answer = vera.post("/posts", sent)
        assert answer.status_code == 422 and said in answer.text and posts(parts) == []
    limited(parts, mixed=True)
    assert vera.post("/posts", sent).status_code == 303


def test_a_file_that_is_no_video_is_refused_in_her_language(parts: Parts, vera: Browser, practice: Practice) -> None:
    answer = send_picture(vera, practice.client.id, b"#EXTM3U\n", "lijst.mp4")
    assert answer.status_code == 422
    assert answer.get_json()["error"] == "lijst.mp4 is not what its name says: it is no video (mp4, mov or webm)."
    with parts.db.begin() as session:
        session.execute(update(Member).values(language="nl"))
    answer = send_picture(vera, practice.client.id, b"#EXTM3U\n", "lijst.mp4")
    assert answer.get_json()["error"] == "lijst.mp4 is niet wat de naam zegt: het is geen video (mp4, mov of webm)."
