"""Pictures: only what was decoded and written again is kept, under a name of ours; everything else is refused in a sentence."""

import io
from pathlib import Path

import pytest
from PIL import ExifTags, Image, ImageCms
from sqlalchemy.exc import OperationalError

from socialq.errors import BadInput
from socialq.services import pictures
from socialq.services.gif import measure
from socialq.services.media import keeping, record, shown
from socialq.services.storage import Storage
from socialq.wiring import Parts
from tests.factories import image_bytes, make_practice
from tests.pictures import accept, moving, stored


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(tmp_path)


@pytest.mark.parametrize(
    ("form", "name", "media_type"),
    [
        ("JPEG", "a.jpg", "image/jpeg"),
        ("JPEG", "A.JPEG", "image/jpeg"),
        ("PNG", "a.png", "image/jpeg"),
        ("WEBP", "a.webp", "image/jpeg"),
        ("GIF", "a.gif", "image/jpeg"),
        ("HEIF", "IMG_0001.HEIC", "image/jpeg"),
    ],
)
def test_what_is_a_picture_is_written_again(storage: Storage, form: str, name: str, media_type: str) -> None:
    got = accept(storage, image_bytes(60, 40, form), name)
    assert (got.media_type, got.width, got.height) == (media_type, 60, 40)
    assert stored(storage) == [got.name]
    data = storage.path(got.name).read_bytes()
    assert len(data) == got.size
    with Image.open(io.BytesIO(data)) as image:
        assert (image.format, image.size, image.mode) == ("JPEG", (60, 40), "RGB")


def test_what_shows_through_stays_so(storage: Storage) -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (20, 10), (1, 2, 3, 100)).save(buffer, "WEBP", lossless=True)
    got = accept(storage, buffer.getvalue(), "a.webp")
    with Image.open(storage.path(got.name)) as image:
        assert (image.format, image.mode, image.getpixel((5, 5))) == ("PNG", "RGBA", (1, 2, 3, 100))
    assert got.media_type == "image/png"


def test_what_moves_moves_still(storage: Storage) -> None:
    got = accept(storage, moving("GIF", 5, comment=b"made by me"), "a.gif")
    data = storage.path(got.name).read_bytes()
    with Image.open(io.BytesIO(data)) as image:
        assert (image.format, getattr(image, "n_frames", 0), image.info["duration"]) == ("GIF", 5, 50)
    assert b"made by me" not in data


@pytest.mark.parametrize(("form", "name"), [("PNG", "a.png"), ("WEBP", "a.webp")])
def test_only_a_gif_may_move(storage: Storage, form: str, name: str) -> None:
    with pytest.raises(BadInput, match="only GIF may move"):
        accept(storage, moving(form), name)
    assert stored(storage) == []


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "I;16", "CMYK", "RGBA"])
def test_every_kind_of_pixel_is_read(storage: Storage, mode: str) -> None:
    buffer = io.BytesIO()
    form = "JPEG" if mode == "CMYK" else "PNG"
    Image.new(mode, (30, 20)).save(buffer, form)
    assert accept(storage, buffer.getvalue(), "a.jpg" if form == "JPEG" else "a.png").width == 30


def test_sixteen_bits_keep_their_brightness(storage: Storage) -> None:
    buffer = io.BytesIO()
    Image.new("I;16", (30, 20), 0x8000).save(buffer, "PNG")
    got = accept(storage, buffer.getvalue(), "a.png")
    with Image.open(storage.path(got.name)) as image:
        assert image.getpixel((5, 5)) == (128, 128, 128)


def test_a_large_one_is_made_as_small_as_networks_take(storage: Storage) -> None:
    got = accept(storage, image_bytes(6000, 3000, "JPEG"), "a.jpg")
    assert (got.width, got.height) == (4000, 2000)


def test_abuse_29_the_place_where_it_was_taken_is_gone_and_it_stands_upright(storage: Storage) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.ImageDescription] = "canary-description"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (52.0, 5.0, 26.0)
    for form, name in (("JPEG", "a.jpg"), ("PNG", "a.png"), ("WEBP", "a.webp")):
        got = accept(storage, image_bytes(60, 40, form, exif=exif.tobytes()), name)
        data = storage.path(got.name).read_bytes()
        with Image.open(io.BytesIO(data)) as image:
            assert dict(image.getexif()) == {}
            assert image.size == (40, 60)
        assert b"canary" not in data
        assert b"Exif" not in data


def test_colours_are_those_of_the_screen(storage: Storage) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    got = accept(storage, image_bytes(60, 40, "JPEG", icc_profile=lab), "a.jpg")
    with Image.open(storage.path(got.name)) as image:
        assert "icc_profile" not in image.info
    broken = accept(storage, image_bytes(60, 40, "JPEG", icc_profile=b"no profile"), "a.jpg")
    assert broken.width == 60


def test_two_of_the_same_have_two_names(storage: Storage) -> None:
    one, two = (accept(storage, image_bytes(), "a.png") for _ in range(2))
    assert one.name != two.name
    with storage.open(one.name) as file:
        assert len(file.read()) == one.size
    assert one.sha256 == two.sha256


def test_a_file_without_a_row_goes_again(parts: Parts) -> None:
    vera = make_practice(parts)
    storage = Storage(parts.media)
    with pytest.raises(BadInput), keeping(storage) as intake:
        accepted = intake.accept(image_bytes(), "a.png")
        with parts.db.begin() as session:
            record(session, vera.client.id, accepted)
            raise BadInput("something else was wrong")
    assert stored(storage) == []
    lost = OperationalError("COMMIT", None, Exception("gone"), connection_invalidated=True)
    with pytest.raises(OperationalError), keeping(storage) as intake:  # the commit may have happened: the file stays
        intake.accept(image_bytes(), "a.png")
        raise lost
    assert len(stored(storage)) == 1


def test_a_picture_s_row_says_what_lies_there(parts: Parts) -> None:
    vera = make_practice(parts)
    storage = Storage(parts.media)
    with keeping(storage) as intake:
        accepted = intake.accept(image_bytes(80, 50), "a.png")
        with parts.db.begin() as session:
            row = record(session, vera.client.id, accepted)
    assert (row.width, row.height, row.size) == (80, 50, storage.path(row.name).stat().st_size)


def test_counting_frames_is_exact() -> None:
    assert measure(moving("GIF", 7, 40), 100) == (7, 7 * 1600)
    assert measure(moving("GIF", 7, 40), 3)[0] == 4
    with pytest.raises(ValueError, match="without a picture"):
        measure(b"GIF89a" + bytes(7) + b";", 10)


def test_names_are_shown_short_and_plain() -> None:
    assert shown("/home/vera/broodje.png") == "broodje.png"
    assert shown("") == "The file"
    assert shown("a\x1b[31m\n.png") == "a?[31m?.png"
    assert len(shown("x" * 300)) == 60


def test_the_limits_fit_one_another() -> None:
    assert pictures.LONGEST**2 <= 16_000_000
