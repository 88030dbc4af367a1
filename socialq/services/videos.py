"""Taking in videos: a process of its own (video_child.py) opens and rewrites them, with little memory and time. This one never does."""

import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from socialq.errors import BadInput, Unavailable
from socialq.services.i18n import mark

MAX_BYTES = 512_000_000
MAX_HOURS = 4
EXTENSIONS = ("mp4", "m4v", "mov", "webm")
MEDIA_TYPES = {"mp4": "video/mp4", "mov": "video/quicktime", "webm": "video/webm"}
DEADLINE = 120  # seconds; the child has 60 of the processor
CHILD = Path(__file__).with_name("video_child.py")
TOO_LARGE = mark("%(file)s is too large: a video may have %(most)s MB at most.")
TOO_SLOW = mark("%(file)s takes too long to read: save it again as an ordinary mp4, or make it shorter.")
NOT_THERE = mark("Videos cannot be read here: the program for it does not start. Run `socialq doctor`.")
WHY = {
    "kind": mark("%(file)s is not what its name says: it is no video (mp4, mov or webm)."),
    "picture": mark("%(file)s holds no moving picture, only sound or text: choose another file."),
    "long": mark("%(file)s is too long: a video may last %(hours)s hours at most."),
    "pixels": mark("%(file)s has too large a picture: 4K (3840 × 2160) at most. Save it smaller."),
    "rate": mark("%(file)s has too many pictures a second: 120 at most. Save it with 30 or 60."),
    "codec": mark("%(file)s is encoded in a way that networks do not take: save it as mp4 with H.264 and AAC."),
    "cut": mark("%(file)s is cut off: it is shorter than it says itself. Copy it again from where it came from."),
    "damaged": mark("%(file)s is damaged and cannot be read: save it again and take the new file."),
}
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Video:
    """A video as the child wrote it, upright in width and height. `codecs` like "h264 aac"."""

    suffix: str
    media_type: str
    width: int
    height: int
    seconds: float
    codecs: str


def remade(source: Path, target: Path, poster: Path, shown: str) -> Video:
    """Writes the streams to `target` without anything else that was in the file, and a JPEG of its beginning to `poster`.

    `shown` is the name for messages. Raises BadInput."""
    command = [sys.executable, "-I", str(CHILD), str(source), str(target), str(poster)]
    try:
        with _one_at_a_time:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={},
                timeout=DEADLINE,
            )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise BadInput(TOO_SLOW, file=shown) from None
    except OSError:
        raise Unavailable(NOT_THERE) from None
    return _told(done.returncode, done.stdout, shown)


def _told(code: int, output: bytes, shown: str) -> Video:
    """A child that ended otherwise than by its own word ran into one of its limits."""
    if code < 0:
        raise BadInput(TOO_SLOW, file=shown)
    if code:
        raise Unavailable(NOT_THERE)
    facts = json.loads(output)
    if why := facts.get("refused"):
        raise BadInput(WHY[why], file=shown, **({"hours": MAX_HOURS} if why == "long" else {}))
    codecs = " ".join(one for one in (facts["video"], facts["audio"]) if one)
    suffix = facts["suffix"]
    return Video(suffix, MEDIA_TYPES[suffix], facts["width"], facts["height"], facts["seconds"], codecs)
