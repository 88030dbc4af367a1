"""Videos made for tests: small ones that play, and files that only pretend. Big ones are big by a promise or by padding."""

import struct
from fractions import Fraction
from pathlib import Path

import av

WHERE = "+52.0907+005.1214/"


def film(
    path: Path, *, width: int = 320, height: int = 180, seconds: float = 2, rate: int = 10, codec: str = "libx264",
    sound: str = "", apart: float = 1, form: str | None = None, metadata: bool = False,
) -> Path:  # fmt: skip
    """`apart`: each picture stays so many times longer, so few of them last for hours."""
    with av.open(str(path), "w", format=form) as out:
        if metadata:
            out.metadata.update({"location": WHERE, "comment": "canary-comment", "title": "canary-title"})
        video = out.add_stream(codec, rate=rate)
        video.width, video.height = width, height
        video.pix_fmt = "yuv420p"
        audio = out.add_stream(sound, rate=48_000) if sound else None
        frames = max(1, round(seconds * rate / apart))
        for number in range(frames):
            frame = av.VideoFrame(width, height, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([number * 5 % 200 + 30]) * plane.buffer_size)
            frame.pts, frame.time_base = round(number * apart), Fraction(1, rate)
            out.mux(video.encode(frame))
        out.mux(video.encode())
        if audio:
            _hum(out, audio, seconds)
    return path


def _hum(out, audio, seconds: float) -> None:  # type: ignore[no-untyped-def]
    size = audio.codec_context.frame_size or 1024
    for number in range(int(seconds * 48_000 / size)):
        frame = av.AudioFrame(format=audio.codec_context.format.name, layout="stereo", samples=size)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.pts, frame.sample_rate, frame.time_base = number * size, 48_000, Fraction(1, 48_000)
        out.mux(audio.encode(frame))
    out.mux(audio.encode())


def sound_only(path: Path) -> Path:
    with av.open(str(path), "w") as out:
        _hum(out, out.add_stream("aac", rate=48_000), 1)
    return path


def turned(path: Path) -> Path:
    """As a telephone that was held upright writes it: the pictures lie, a matrix says how to turn them."""
    data = bytearray(path.read_bytes())
    place = data.index(b"tkhd") + 4 + 4 + (32 if data[data.index(b"tkhd") + 4] else 20) + 16
    data[place : place + 36] = struct.pack(">9i", 0, 65536, 0, -65536, 0, 0, 180 << 16, 0, 1 << 30)
    path.write_bytes(data)
    return path


def padded(path: Path, size: int) -> Path:
    """With a box that says nothing at its end, until the file has that size: it takes no room on a disk that knows holes."""
    there = path.stat().st_size
    with path.open("ab") as file:
        file.write(struct.pack(">I4sQ", 1, b"free", size - there))
        file.truncate(size)
    return path


def stretched(path: Path, pixels: int) -> Path:
    """Its header promises a picture of so many pixels each way."""
    data = bytearray(path.read_bytes())
    place = data.index(b"avc1") + 4 + 24
    data[place : place + 4] = struct.pack(">HH", pixels, pixels)
    path.write_bytes(data)
    return path


def cut(path: Path, share: float) -> Path:
    """As a copy that ended too early. With the index first, so that a player would still begin."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def index_first(path: Path) -> Path:
    """The same streams with what is needed to begin playing first in the file."""
    made = path.with_name(f"first-{path.name}")
    with av.open(str(path)) as source, av.open(str(made), "w", format="mp4", options={"movflags": "+faststart"}) as out:
        streams = {one.index: out.add_stream_from_template(one) for one in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                out.mux(packet)
    made.replace(path)
    return path
