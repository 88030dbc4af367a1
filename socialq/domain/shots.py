"""What is known of a picture or video, and what a network takes of them: the words of `fitting` and `objecting`."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Protocol

Range = tuple[float, float]
GIF = "image/gif"
NEAR = 0.005  # a ratio off by a rounding of pixels is none


class Takes(Protocol):
    """The part of a network's declared limits that is about pictures and videos."""

    @property
    def images(self) -> int: ...
    @property
    def image_types(self) -> tuple[str, ...]: ...
    @property
    def image_bytes(self) -> int: ...
    @property
    def image_pixels(self) -> int: ...
    @property
    def image_ratio(self) -> Range | None: ...
    @property
    def gifs(self) -> int | None: ...
    @property
    def gif_bytes(self) -> int | None: ...
    @property
    def videos(self) -> int: ...
    @property
    def video_types(self) -> tuple[str, ...]: ...
    @property
    def video_codecs(self) -> tuple[str, ...]: ...
    @property
    def video_bytes(self) -> int: ...
    @property
    def video_seconds(self) -> Range: ...
    @property
    def video_ratio(self) -> Range | None: ...
    @property
    def mixed(self) -> bool: ...


class Shot(Protocol):
    """What is known of a stored picture or video. `size` in bytes; 0 for what is not known. `codecs` like "h264 aac"."""

    @property
    def media_type(self) -> str: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def size(self) -> int: ...
    @property
    def seconds(self) -> float: ...
    @property
    def codecs(self) -> str: ...


@dataclass(frozen=True)
class Said:
    """A sentence with its values, for whoever reads it in her language."""

    msgid: str
    values: dict[str, object]

    def __str__(self) -> str:
        """In English."""
        return self.msgid % self.values


def is_video(one: Shot) -> bool:
    return one.media_type.startswith("video/")


def written_as(one: Shot, takes: Takes) -> str | None:
    """Its own type where that is taken, else JPEG; what is no JPEG shows through somewhere."""
    return next((kind for kind in (one.media_type, "image/jpeg") if kind in takes.image_types), None)


def ratio(number: float | Fraction) -> str:
    """As people write it: 4:5, 16:9, 1.91:1."""
    near = Fraction(number).limit_denominator(21)
    if abs(float(near) - float(number)) < NEAR / 10 and near.numerator <= 21:
        return f"{near.numerator}:{near.denominator}"
    return f"{float(number):.3g}:1"


def up(size: int) -> int:
    return ceil(size / 1e6)


def down(size: int) -> float | int:
    """Whole megabytes, or tenths of one where a network counts in these."""
    return size // 1_000_000 if size >= 1_000_000 else round(size / 1e6, 1)
