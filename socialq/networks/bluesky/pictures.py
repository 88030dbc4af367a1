"""Pictures as Bluesky takes them: made smaller in memory until they fit, whole, never cropped. Writes no file."""

import io
import logging

from PIL import Image

from socialq.networks.base import Attachment

log = logging.getLogger(__name__)
MOST = 1_000_000  # bytes; the lexicon now says 2,000,000, servers of a year ago still refuse more than this
QUALITIES = (90, 82, 74, 66)
STEPS = 12  # each a quarter smaller: 8 megapixels end at 8,000 pixels


def fitting(attachment: Attachment) -> tuple[bytes, str, tuple[int, int]]:
    """Bytes, media type and size to upload. As it is when it fits; else a JPEG (what shows through becomes white).

    Raises OSError when the file is gone or cannot be read, ValueError when nothing makes it fit."""
    data = attachment.path.read_bytes()
    with Image.open(io.BytesIO(data)) as image:
        size = image.size
        if len(data) <= MOST:
            return data, attachment.media_type, size
        made, small = _smaller(_opaque(image))
    log.warning(
        "a picture was made smaller for Bluesky: %s bytes, %s to %s bytes, %s", len(data), size, len(made), small
    )
    return made, "image/jpeg", small


def _smaller(image: Image.Image) -> tuple[bytes, tuple[int, int]]:
    for _ in range(STEPS):
        for quality in QUALITIES:
            out = io.BytesIO()
            image.save(out, "JPEG", quality=quality, optimize=True)
            if out.tell() <= MOST:
                return out.getvalue(), image.size
        image = image.resize((max(1, image.width * 3 // 4), max(1, image.height * 3 // 4)), Image.Resampling.LANCZOS)
    raise ValueError("nothing makes this picture small enough")


def _opaque(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    seen = image.convert("RGBA")
    white = Image.new("RGBA", seen.size, "white")
    return Image.alpha_composite(white, seen).convert("RGB")
