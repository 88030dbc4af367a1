"""Pictures as a network takes them, made of the stored one and kept beside it: channels that ask for the same share one."""

import hashlib
import io
from dataclasses import dataclass

from PIL import Image

from socialq.domain.fitting import Recipe
from socialq.errors import NotFound
from socialq.services.pictures import one_at_a_time
from socialq.services.storage import Storage, names

QUALITIES = (90, 82, 74, 66)
STEPS = 12  # each at least a quarter smaller: 16 megapixels end at 16,000 pixels
FORMS = {"image/jpeg": ("JPEG", "jpg"), "image/png": ("PNG", "png"), "image/webp": ("WEBP", "webp")}


@dataclass(frozen=True)
class Variant:
    """What was made. `name` in storage; it goes when the picture goes."""

    name: str
    media_type: str
    width: int
    height: int
    size: int
    sha256: str


def variant(storage: Storage, name: str, recipe: Recipe) -> Variant:
    """From the shelf, else made now. Raises NotFound or Unavailable as storage does, ValueError when nothing makes it fit."""
    _, suffix = FORMS[recipe.media_type]
    label = f"fit-{hashlib.sha256(recipe.key.encode()).hexdigest()[:16]}"
    kept = names.variant(name, label, suffix)
    try:
        with storage.open(kept) as file:
            data = file.read()
    except NotFound:
        with storage.open(name) as file:
            data = made(file.read(), recipe)
        storage.keep(name, label, suffix, data)
    with Image.open(io.BytesIO(data)) as image:
        width, height = image.size
    return Variant(kept, recipe.media_type, width, height, len(data), hashlib.sha256(data).hexdigest())


def made(data: bytes, recipe: Recipe) -> bytes:
    """Cut out, then smaller, then encoded until it is light enough. Both sides always shrink alike."""
    form, _ = FORMS[recipe.media_type]
    with one_at_a_time, Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as whole:
        image = whole.crop(recipe.box) if recipe.box else whole
        if image.size != (recipe.width, recipe.height):
            image = image.resize((recipe.width, recipe.height), Image.Resampling.LANCZOS)
        return _light(_opaque(image) if form == "JPEG" else image, form, recipe.most)


def _light(image: Image.Image, form: str, most: int) -> bytes:
    for _ in range(STEPS):
        for quality in (0,) if form == "PNG" else QUALITIES:
            out = io.BytesIO()
            image.save(out, form, **({} if form == "PNG" else {"quality": quality}))
            if out.tell() <= most:
                return out.getvalue()
        share = min(0.75, 0.95 * (most / out.tell()) ** 0.5)
        smaller = max(1, round(image.width * share)), max(1, round(image.height * share))
        image = image.resize(smaller, Image.Resampling.LANCZOS)
    raise ValueError("nothing makes this picture small enough")


def _opaque(image: Image.Image) -> Image.Image:
    """What shows through becomes white."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    seen = image.convert("RGBA")
    white = Image.new("RGB", seen.size, "white")
    white.paste(seen, mask=seen.getchannel("A"))
    return white
