"""What a network is handed: pictures as its limits ask, made once for all channels that ask the same, gone with the picture."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from PIL import Image

from socialq.domain.fitting import Recipe
from socialq.domain.outcomes import Outcome, Prepared
from socialq.models import Media, RevisionMedia
from socialq.networks.base import Account, Content, Limits, Remember
from socialq.services import variants
from socialq.services.media import keeping, record
from socialq.services.storage import Storage
from socialq.services.variants import variant
from tests.fakes import FakeNetwork
from tests.tools.media_pictures import grain, logo
from tests.usecases.line import Line

NARROW = Limits(500, image_types=("image/jpeg",), image_ratio=(1, 1), image_pixels=10_000, image_bytes=20_000)


@dataclass
class Shown(FakeNetwork):
    """Keeps what it was shown while the files were there."""

    seen: list[tuple[str, tuple[int, int], int]] = field(default_factory=list)

    def prepare(self, post: Content, account: Account, remember: Remember) -> Prepared | Outcome:
        for one in post.media:
            data = one.path.read_bytes()
            with Image.open(io.BytesIO(data)) as image:
                assert (image.size, len(data)) == ((one.width, one.height), one.size)
            self.seen.append((one.media_type, (one.width, one.height), one.size))
        return super().prepare(post, account, remember)


def with_picture(line: Line, data: bytes, limits: Limits = NARROW) -> tuple[int, Shown, Media]:
    network = Shown(limits=limits)
    line.parts = replace(line.parts, networks={"fake": network})
    with keeping(line.parts.storage) as intake:
        accepted = intake.accept(data, "a.png")
    delivery = line.schedule(late=1)
    with line.parts.db.begin() as session:
        media = record(session, line.client_id, accepted)
        revision = line.get(delivery).revision_id
        session.add(RevisionMedia(revision_id=revision, position=1, media_id=media.id, alt="x"))
    return delivery, network, media


def test_a_picture_arrives_as_the_network_takes_it(line: Line) -> None:
    delivery, network, media = with_picture(line, logo())
    line.publish(delivery)
    assert line.get(delivery).state == "published"
    ((media_type, size, weight),) = network.seen
    assert (media_type, size) == ("image/jpeg", (100, 100)) and weight <= NARROW.image_bytes
    assert len(made_of(line.parts.storage, media.name)) == 1
    line.parts.storage.remove(media.name)
    assert made_of(line.parts.storage, media.name) == []


def test_one_that_fits_goes_as_it_is(line: Line) -> None:
    delivery, network, media = with_picture(line, logo(), Limits(500))
    line.publish(delivery)
    assert network.seen == [("image/png", (media.width, media.height), media.size)]
    assert made_of(line.parts.storage, media.name) == []


def test_a_picture_that_is_gone_is_refused_and_said(line: Line) -> None:
    delivery, network, media = with_picture(line, logo())
    line.parts.storage.remove(media.name)
    line.publish(delivery)
    failed = line.get(delivery)
    assert (failed.state, failed.reason) == (
        "failed",
        "A picture or video cannot be read or made to fit; add it again.",
    )
    assert network.seen == [] and network.out == []


def test_the_same_wish_is_made_once(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, media = with_picture(line, logo())
    recipe = Recipe((100, 0, 500, 400), 200, 200, "image/jpeg", 50_000)
    made: list[Recipe] = []
    make: Callable[[bytes, Recipe], bytes] = variants.made

    def counted(data: bytes, wanted: Recipe) -> bytes:
        made.append(wanted)
        return make(data, wanted)

    monkeypatch.setattr(variants, "made", counted)
    first, second = (variant(line.parts.storage, media.name, recipe) for _ in range(2))
    assert first == second and len(made) == 1
    other = variant(line.parts.storage, media.name, replace(recipe, most=10_000))
    assert other.name != first.name and other.size <= 10_000


def test_what_packs_badly_becomes_light_enough_in_its_own_shape() -> None:
    data = grain(800, 400, "RGBA")
    light = variants.made(data, Recipe(None, 800, 400, "image/png", 100_000))
    with Image.open(io.BytesIO(light)) as image:
        assert (image.format, image.mode) == ("PNG", "RGBA")
        assert abs(image.width - 2 * image.height) <= 2
    assert len(light) <= 100_000
    with pytest.raises(ValueError, match="small enough"):
        variants.made(data, Recipe(None, 800, 400, "image/png", 10))


def test_what_shows_through_becomes_white() -> None:
    clear = Image.new("RGBA", (20, 20), (200, 0, 0, 0))
    buffer = io.BytesIO()
    clear.save(buffer, "PNG")
    with Image.open(io.BytesIO(variants.made(buffer.getvalue(), Recipe(None, 20, 20, "image/jpeg", 10_000)))) as image:
        assert image.getpixel((10, 10)) == (255, 255, 255)


def made_of(storage: Storage, name: str) -> list[str]:
    stem = name.partition(".")[0]
    return [one.name for one in storage.folder.rglob(f"{stem}.*") if one.name != name]
