"""Names of files: random ones of our own making, and what was made of them. A name that a person sent never reaches a disk."""

import re
import secrets

from socialq.errors import NotFound

MEDIA_TYPES = {
    "jpg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp", "mp4": "video/mp4",
    "mov": "video/quicktime", "webm": "video/webm",
}  # fmt: skip
_SUFFIX = "|".join(MEDIA_TYPES)
_NAME = re.compile(rf"[0-9a-f]{{32}}\.(?:{_SUFFIX})", re.ASCII)
_VARIANT = re.compile(rf"[0-9a-f]{{32}}\.[a-z0-9-]{{1,40}}\.(?:{_SUFFIX})", re.ASCII)
PART = re.compile(r"[0-9a-f]{32}\.part", re.ASCII)
VARIANTS = "variants"


def new(suffix: str) -> str:
    """A name that nobody can guess."""
    return f"{secrets.token_hex(16)}.{suffix}"


def variant(name: str, label: str, suffix: str) -> str:
    """The name of what is made of a file: `label` (a-z, 0-9, -) says what. It goes when the file goes."""
    return key(f"{stem(name)}.{label}.{suffix}").rpartition("/")[2]


def key(name: str) -> str:
    """Its place below the folder or in the bucket. Raises NotFound for anything that is not a name of our own making."""
    if _NAME.fullmatch(name):
        return name
    if _VARIANT.fullmatch(name):
        return f"{VARIANTS}/{name[:32]}/{name}"
    raise NotFound("That file is not there.")


def made_of(name: str) -> str:
    """Where all that is made of a file lies."""
    return f"{VARIANTS}/{stem(name)}"


def is_original(name: str) -> bool:
    """Whether it is a file of ours, not one made of another."""
    return _NAME.fullmatch(name) is not None


def stem(name: str) -> str:
    """What a file shares with all that is made of it. Raises NotFound as `key` does."""
    return key(name).rpartition("/")[2].partition(".")[0]


def media_type(name: str) -> str:
    """By its end, which we wrote ourselves."""
    return MEDIA_TYPES[key(name).rpartition(".")[2]]
