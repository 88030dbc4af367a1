"""The videos of the media table: real ones, and files that only pretend to be one."""

import struct
from collections.abc import Callable
from pathlib import Path

from tests.films import cut, film, index_first, padded, sound_only, stretched, turned
from tests.tools.media_pictures import HTML, photo

Maker = Callable[[Path], Path]
LIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:9/secret.ts\n#EXT-X-ENDLIST\n"


def with_html(path: Path) -> Path:
    """A box that players skip holds a page."""
    film(path)
    with path.open("ab") as file:
        file.write(struct.pack(">I4s", 8 + len(HTML), b"free") + HTML)
    return path


def elsewhere(path: Path) -> Path:
    """Its pictures lie in another file, says its index: a data reference to this machine's own."""
    data = film(path).read_bytes()
    place = data.index(b"url \0\0\0\1") - 4
    path.write_bytes(data[: place + 11] + b"\0" + data[place + 12 :])
    return path


def written(data: bytes) -> Maker:
    def write(path: Path) -> Path:
        path.write_bytes(data)
        return path

    return write


FILMS: dict[str, tuple[str, Maker]] = {
    "video, 16:9, H.264 and AAC": ("film.mp4", lambda p: film(p, width=640, height=360, seconds=8, sound="aac")),
    "iPhone video, upright, with its place": ("IMG_1.MOV", lambda p: turned(film(p, form="mov", seconds=4, metadata=True))),
    "video, HEVC": ("hevc.mp4", lambda p: film(p, codec="libx265", seconds=4)),
    "video, MOV with plain sound": ("camera.mov", lambda p: film(p, sound="pcm_s16le", seconds=4)),
    "video, WebM": ("browser.webm", lambda p: film(p, codec="libvpx-vp9", sound="libopus", seconds=4)),
    "video, 9:16": ("reel.mp4", lambda p: film(p, width=180, height=320, seconds=8)),
    "video, 4:1": ("banner.mp4", lambda p: film(p, width=640, height=160, seconds=8)),
    "video, 4K": ("uhd.mp4", lambda p: film(p, width=3840, height=2160, seconds=3, rate=2)),
    "video of 8K": ("8k.mp4", lambda p: film(p, width=7680, height=4320, seconds=1, rate=1)),
    "video of half a second": ("blink.mp4", lambda p: film(p, seconds=0.4)),
    "video of 5 minutes": ("talk.mp4", lambda p: film(p, seconds=300, apart=20)),
    "video of 3 hours": ("evening.mp4", lambda p: film(p, seconds=10_800, apart=600)),
    "video of 10 hours": ("night.mp4", lambda p: film(p, seconds=36_000, apart=600)),
    "video of 400 MB": ("heavy.mp4", lambda p: padded(film(p, seconds=8), 400_000_000)),
    "video of 600 MB": ("heavier.mp4", lambda p: padded(film(p, seconds=8), 600_000_000)),
    "header of 16,000 pixels each way": ("liar.mp4", lambda p: stretched(film(p, seconds=4), 16_000)),
    "MP4 without its index": ("lost.mp4", lambda p: cut(film(p), 0.5)),
    "MP4 cut off": ("cut.mp4", lambda p: cut(index_first(film(p, seconds=10)), 0.6)),
    "playlist (m3u8) named mp4": ("list.mp4", written(LIST)),
    "ffmpeg concat script named mp4": ("concat.mp4", written(b"ffconcat version 1.0\nfile '/etc/passwd'\n")),
    "MP4 whose pictures lie in another file": ("elsewhere.mp4", elsewhere),
    "MP4 and HTML (polyglot)": ("poly.mp4", with_html),
    "sound without pictures": ("song.mp4", sound_only),
    "Matroska named webm": ("rip.webm", lambda p: film(p, form="matroska")),
    "AVI named mp4": ("tape.mp4", lambda p: film(p, codec="mpeg4", form="avi")),
    "JPEG named mp4": ("photo.mp4", written(photo(400, 300))),
    "empty video": ("empty.mp4", written(b"")),
}  # fmt: skip
