"""A video is opened here, in a process of its own with little memory and time: `python -I video_child.py IN OUT POSTER`.

Only what it says on its output is believed. Imports nothing of ours; its maker stands in videos.py."""

import contextlib
import json
import os
import resource
import sys
from fractions import Fraction
from itertools import islice
from typing import Any

MEMORY = 1 << 30  # of addresses, most of which are the libraries themselves
SECONDS = 60  # of the processor
OPEN_FILES = 32
SPARE = 64_000_000  # bytes that may be written beyond what was read
LONGEST = 4 * 3600
MAX_PIXELS = 9_000_000  # 4K as cameras and telephones make it
MAX_RATE = 120
POSTER = 1280
LOOKED_AT = 400  # packets until there is a picture
OURS = {  # what may stand inside, by what comes out
    "mp4": ({"h264", "hevc", "av1", "mpeg4"}, {"aac", "mp3"}),
    "mov": ({"h264", "hevc", "av1", "mpeg4"}, {"aac", "mp3", "alac", "pcm_s16le", "pcm_s24le", "pcm_s16be"}),
    "webm": ({"vp8", "vp9", "av1"}, {"opus", "vorbis"}),
}
OPTIONS = {"protocol_whitelist": "file", "enable_drefs": "0"}  # nothing that a file names is opened


class Refused(Exception):
    """Why, as one word; the maker has the sentence."""


def main() -> None:
    source, target, poster = sys.argv[1:]
    _confine(source)
    try:
        facts = remade(source, target, poster)
    except Refused as error:
        facts = {"refused": str(error)}
    except (OSError, ValueError, ArithmeticError, LookupError, RuntimeError, MemoryError, TypeError, AttributeError):
        facts = {"refused": "damaged"}  # what a demuxer raises differs from file to file
    sys.stdout.write(json.dumps(facts))


def _confine(source: str) -> None:
    """From here on this process can neither grow nor write nor run for ever, and posts come before it."""
    os.nice(10)
    for what, most in (
        (resource.RLIMIT_FSIZE, os.stat(source).st_size + SPARE),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(OSError, ValueError):  # a system without it, or a lower one already
            resource.setrlimit(what, (most, most))


def kind(head: bytes) -> str:
    """What the first bytes are, whatever the name says: the demuxer is named, so no playlist is ever understood."""
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "webm" if b"webm" in head[:64] else ""
    if head[4:8] == b"ftyp":
        return "mov" if head[8:12] == b"qt  " else "mp4"
    return "mov" if head[4:8] in (b"moov", b"mdat", b"wide") else ""


def remade(source: str, target: str, poster: str) -> dict[str, Any]:
    """Checks, takes a picture out, and writes the streams anew without anything else that was in the file."""
    import av

    with open(source, "rb") as file:
        found = kind(file.read(64))
    if not found:
        raise Refused("kind")
    with av.open(source, format=found, options=OPTIONS, metadata_errors="ignore") as container:
        video = _checked(container)
        facts = _shape(container, video, poster)
        audio = container.streams.audio[0] if container.streams.audio else None
        suffix = _suffix(found, video.codec_context.name, audio.codec_context.name if audio else "")
        container.seek(0)
        seconds = _copied(container, [one for one in (video, audio) if one], target, suffix)
        if container.duration and seconds < container.duration / av.time_base * 0.9 - 0.5:
            raise Refused("cut")
    return facts | {
        "suffix": suffix, "seconds": round(seconds, 3), "video": video.codec_context.name,
        "audio": audio.codec_context.name if audio else "",
    }  # fmt: skip


def _checked(container: Any) -> Any:
    """The video stream, when what the header promises is within the limits."""
    import av

    if not (streams := [one for one in container.streams.video if one.codec_context]):
        raise Refused("picture")
    video = streams[0]
    if container.duration and container.duration / av.time_base > LONGEST:
        raise Refused("long")
    if not video.width or not video.height:
        raise Refused("damaged")
    if video.width * video.height > MAX_PIXELS or max(video.width, video.height) > 8192:
        raise Refused("pixels")
    if video.average_rate and video.average_rate > MAX_RATE:
        raise Refused("rate")
    return video


def _shape(container: Any, video: Any, poster: str) -> dict[str, Any]:
    """Width and height as it is shown, and a picture of it: of its first second, upright, small."""
    video.codec_context.thread_count = 1
    with contextlib.suppress(OSError):
        container.seek(int(min(1.0, (container.duration or 0) / 4e6) * 1_000_000))
    frame = _first(container, video)
    stretched = Fraction(video.sample_aspect_ratio or 1)
    width, height = round(frame.width * stretched), frame.height
    share = min(1, POSTER / max(width, height))
    image = frame.to_image(width=max(2, round(width * share)), height=max(2, round(height * share)))
    turned = frame.rotation or 0
    if turned % 90 == 0 and turned:
        image = image.rotate(turned, expand=True)
    image.save(poster, "JPEG", quality=85)
    if turned % 180:
        width, height = height, width
    return {"width": width, "height": height, "rotation": -turned % 360}


def _first(container: Any, video: Any) -> Any:
    for packet in islice(container.demux(video), LOOKED_AT):
        for frame in packet.decode():
            return frame
    raise Refused("damaged")


def _copied(container: Any, streams: list[Any], target: str, suffix: str) -> float:
    """Seconds of what was copied: packet by packet, undecoded, what is needed to begin playing first in the file."""
    import av

    end = 0.0
    options = {"fflags": "+bitexact"} | ({} if suffix == "webm" else {"movflags": "+faststart"})
    with av.open(target, "w", format=suffix, options=options) as out:
        made = {one.index: out.add_stream_from_template(one) for one in streams}
        for packet in container.demux(*streams):
            if packet.dts is None:
                continue
            end = max(end, float((packet.pts or packet.dts) + (packet.duration or 0)) * float(packet.time_base))
            if end > LONGEST:
                raise Refused("long")
            packet.stream = made[packet.stream.index]
            out.mux(packet)
    return end


def _suffix(found: str, video: str, audio: str) -> str:
    """mp4 for whatever can stand in one, for every network takes that."""
    for one in ("webm",) if found == "webm" else ("mp4", "mov"):
        if video in OURS[one][0] and (not audio or audio in OURS[one][1]):
            return one
    raise Refused("codec")


if __name__ == "__main__":
    main()
