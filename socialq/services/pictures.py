"""Decoding and writing pictures again: what leaves here was made by us, whatever came in. Stores nothing."""

import io
import threading
import warnings
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageCms, ImageOps, ImageSequence, UnidentifiedImageError
from pillow_heif import register_heif_opener

from socialq.errors import BadInput
from socialq.services.gif import measure
from socialq.services.i18n import mark

MAX_PIXELS = (
    50_000_000  # of a JPEG that comes in: a telephone makes 48 megapixels, and it can be decoded at half its size
)
WHOLE_PIXELS = 30_000_000  # of all others: 4 bytes each
HEIF_PIXELS = 26_000_000  # its decoder takes 20 bytes a pixel
HALVED = 20_000_000  # a JPEG with more is decoded at half its size where enough is left
LONGEST = 4000  # of what we keep: with it no picture is above the 16 megapixels that networks take
SMALL = 640
KEPT_BYTES = 8_000_000
GIF_PIXELS = 30_000_000  # over all frames
GIF_FRAMES = 300
JPEG_SCANS = 100  # of a progressive JPEG: each costs the whole picture once more
QUALITIES = (90, 80, 70, 60)
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "HEIF")
EXTENSIONS = {
    "jpg": "JPEG", "jpeg": "JPEG", "jpe": "JPEG", "jfif": "JPEG", "png": "PNG", "gif": "GIF", "webp": "WEBP",
    "heic": "HEIF", "heif": "HEIF",
}  # fmt: skip

UNKNOWN = mark(
    "%(file)s is not a picture or video that can be used: save it as jpg, png, gif, webp or heic, or as mp4."
)
NO_PICTURE = mark("%(file)s is not what its name says: it is no picture (jpg, png, gif, webp or heic).")
OTHER = mark("%(file)s is not what its name says: it is a %(type)s picture. Rename it, or save it again.")
PIXELS = mark("%(file)s has too many pixels: at most %(most)s megapixels. Make it smaller.")
DAMAGED = mark("%(file)s is damaged and cannot be read: save it again and take the new file.")
SCANS = mark("%(file)s is built in an unusual way: save it again as an ordinary JPEG.")
LONG = mark("%(file)s moves for too long: at most %(frames)s frames, %(most)s megapixels in all.")
NO_GIF = mark("%(file)s is a moving %(type)s picture: only GIF may move. Save it as GIF.")
HEAVY = mark("%(file)s moves and is too large: make it shorter or smaller (%(most)s MB at most).")

register_heif_opener(thumbnails=False)
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
# Pillow raises by itself above twice the limit; between the two we refuse below, so its warning has nobody to tell.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
one_at_a_time = threading.Lock()  # a decoded picture takes up to 4 bytes a pixel


@dataclass(frozen=True)
class Picture:
    """A picture as we wrote it: `suffix` is jpg, png or gif."""

    data: bytes
    suffix: str
    media_type: str
    width: int
    height: int


def remade(data: bytes, extension: str, shown: str) -> Picture:
    """Decodes the bytes and writes them again: upright, sRGB, no metadata.

    JPEG, or PNG when something shows through, or GIF when it moves. `extension` is what the name promises, without dot;
    `shown` is the name for messages.
    Raises BadInput, before decoding where the header gives it away."""
    promised = EXTENSIONS.get(extension.lower())
    if promised is None:
        raise BadInput(UNKNOWN, file=shown)
    try:
        with one_at_a_time, _opened(data, promised, shown) as image:
            if image.format == "GIF" and getattr(image, "is_animated", False):
                return _moving(image, shown)
            return _still(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large(shown) from None
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, RuntimeError, MemoryError, OverflowError):
        # What a decoder raises on a damaged file differs from format to format; all of it means the same.
        raise BadInput(DAMAGED, file=shown) from None


def smaller(data: bytes) -> bytes:
    """A picture of ours as lists and cards show it: WebP, SMALL at its longest side; of one that moves the first frame."""
    with one_at_a_time, Image.open(io.BytesIO(data), formats=FORMATS) as image:
        image.draft("RGB", (SMALL, SMALL))  # a JPEG is decoded at half or a quarter of its size, which is faster
        plain = image.convert("RGBA" if image.has_transparency_data else "RGB")
    plain.thumbnail((SMALL, SMALL), Image.Resampling.LANCZOS)
    return _bytes(_bare(plain), "WEBP", quality=80)


def part(data: bytes, shares: tuple[float, float, float, float]) -> bytes:
    """Of a small one what a network shows, as WebP: left, top, right, bottom as shares of its width and height."""
    left, top, right, bottom = shares
    with one_at_a_time, Image.open(io.BytesIO(data), formats=FORMATS) as image:
        width, height = image.size
        first = min(width - 1, round(left * width)), min(height - 1, round(top * height))
        last = max(first[0] + 1, round(right * width)), max(first[1] + 1, round(bottom * height))
        return _bytes(_bare(image.crop((*first, *last))), "WEBP", quality=80)


def _opened(data: bytes, promised: str, shown: str) -> Image.Image:
    """Reads the header only. Refuses what is something else, too large, or made to be expensive."""
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError:
        raise BadInput(NO_PICTURE, file=shown) from None
    found = "JPEG" if image.format == "MPO" else image.format
    if found != promised:
        raise BadInput(OTHER, file=shown, type=found)
    if image.width * image.height > (most := {"JPEG": MAX_PIXELS, "HEIF": HEIF_PIXELS}.get(found, WHOLE_PIXELS)):
        raise _too_large(shown, most)
    if found == "JPEG" and data.count(b"\xff\xda") > JPEG_SCANS:
        raise BadInput(SCANS, file=shown)
    if found == "GIF":
        frames, pixels = measure(data, GIF_FRAMES)
        if frames > GIF_FRAMES or pixels > (GIF_PIXELS if frames > 1 else WHOLE_PIXELS):
            raise BadInput(LONG, file=shown, frames=GIF_FRAMES, most=GIF_PIXELS // 1_000_000)
    elif getattr(image, "n_frames", 1) > 1 and found in ("PNG", "WEBP"):
        raise BadInput(NO_GIF, file=shown, type=found)
    return image


def _still(image: Image.Image) -> Picture:
    if image.mode in ("P", "1"):  # colour numbers cannot be averaged
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    elif image.mode.startswith("I;16"):
        image = image.convert("I").point([value // 256 for value in range(65536)], "L")
    if image.width * image.height > HALVED:
        image.draft(image.mode, (LONGEST * 3 // 4, LONGEST * 3 // 4))  # a JPEG only; others are as they were
    image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS, reducing_gap=None)  # before anything that copies
    ImageOps.exif_transpose(image, in_place=True)
    plain = _srgb(image)
    if plain.mode == "RGBA":
        return _png(plain)
    for quality in QUALITIES:
        data = _bytes(plain, "JPEG", quality=quality, optimize=True)
        if len(data) <= KEPT_BYTES:
            break
    return Picture(data, "jpg", "image/jpeg", *plain.size)


def _png(image: Image.Image) -> Picture:
    """Smaller until it fits: a see-through photograph is rare, and PNG knows no quality."""
    data = _bytes(image, "PNG", optimize=False)
    while len(data) > KEPT_BYTES:
        image = image.resize((max(1, image.width * 3 // 4), max(1, image.height * 3 // 4)), Image.Resampling.LANCZOS)
        data = _bytes(image, "PNG", optimize=False)
    return Picture(data, "png", "image/png", *image.size)


def _moving(image: Image.Image, shown: str) -> Picture:
    size = image.size
    frames, durations = [], []
    for frame in ImageSequence.Iterator(image):
        durations.append(max(20, min(60_000, int(frame.info.get("duration", 100)))))
        frames.append(_bare(frame.convert("RGBA").crop((0, 0, *size))))
    data = _bytes(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=durations, loop=0, disposal=2)
    if len(data) > KEPT_BYTES:
        raise BadInput(HEAVY, file=shown, most=KEPT_BYTES // 1_000_000)
    return Picture(data, "gif", "image/gif", *size)


def _srgb(image: Image.Image) -> Image.Image:
    """RGB, or RGBA when something shows through; colours as the profile in the file meant them."""
    alpha = image.convert("RGBA").getchannel("A") if image.has_transparency_data else None
    profile = image.info.get("icc_profile")
    kept = image.mode == "RGB" or (profile and image.mode in ("CMYK", "L"))
    plain = image if kept else image.convert("RGB")
    plain = _from_profile(plain, profile) if profile else plain
    if alpha is not None and alpha.getextrema() != (255, 255):
        plain.putalpha(alpha)
    return _bare(plain)


def _from_profile(image: Image.Image, profile: bytes) -> Image.Image:
    """A profile that does not fit its picture is left aside, as browsers do."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        made = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return image.convert("RGB")
    return made if made is not None else image.convert("RGB")


def _bare(image: Image.Image) -> Image.Image:
    """Without anything that a file brought along: Pillow writes some of it (comments, profiles) by itself."""
    image.info = {}
    return image


def _bytes(image: Image.Image, form: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def _too_large(shown: str, most: int = WHOLE_PIXELS) -> BadInput:
    return BadInput(PIXELS, file=shown, most=most // 1_000_000)
