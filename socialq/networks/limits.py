"""What a network takes, declared once: counters, checks and previews derive from it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from socialq.networks.text import Way, size

STILL = ("image/jpeg", "image/png", "image/gif", "image/webp")
# Channels that were connected earlier keep their server's numbers under these names.
_EARLIER = {"media": "images", "media_types": "image_types"}

Range = tuple[float, float]


@dataclass(frozen=True)
class Limits:
    """Everything that is counted or measured. A server's own numbers, read at connect, replace the declared ones."""

    # Text. `counted` names the way of counting, see networks/text/ways.py.
    characters: int
    counted: Way = "characters"
    url_characters: int | None = None  # every link counts so many, where the way knows links; None: as written
    text_bytes: int | None = None  # UTF-8, besides the characters
    hashtags: int | None = None
    mentions: int | None = None
    needs_media: bool = False  # a text alone is none
    alt_characters: int = 1500
    alt_counted: Way = "points"
    # Still pictures. Ratios are width : height as one number.
    images: int = 4
    image_types: tuple[str, ...] = STILL
    image_bytes: int = 8_000_000
    image_pixels: int = 16_000_000
    image_ratio: Range | None = None
    # Moving pictures. `gifs` None: they count as pictures.
    gifs: int | None = None
    gif_bytes: int | None = None  # None: as a picture
    # Videos. 0: none are taken.
    videos: int = 0
    video_types: tuple[str, ...] = ("video/mp4",)
    video_codecs: tuple[str, ...] = ()  # of the pictures in it: "h264", "hevc"; empty: any that comes in here
    video_bytes: int = 0
    video_seconds: Range = (0, 0)
    video_ratio: Range | None = None
    mixed: bool = False  # pictures and videos may stand in one post

    def size(self, text: str) -> int:
        """How long the text is there; at most `characters`."""
        return size(text, self.counted, self.url_characters)

    def updated(self, found: Mapping[str, Any]) -> "Limits":
        """With what the server said (a channel's `limits`), unknown names left out."""
        named = {_EARLIER.get(key, key): value for key, value in found.items()}
        known: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value
            for key, value in named.items()
            if key in Limits.__dataclass_fields__
        }
        return replace(self, **known)
