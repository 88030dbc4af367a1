"""Pictures made for tests: ordinary ones that move, and bombs that promise more than anybody should unpack."""

import io
import struct
import zlib
from collections.abc import Callable

from PIL import Image

from socialq.services.media import Accepted, keeping
from socialq.services.storage import Storage
from tests.factories import image_bytes


def accept(storage: Storage, data: bytes, name: str) -> Accepted:
    with keeping(storage) as intake:
        return intake.accept(data, name)


def stored(storage: Storage) -> list[str]:
    return sorted(file.name for file in storage.folder.iterdir() if file.is_file())


def png(width: int, height: int, packed: bytes = b"") -> bytes:
    """A PNG whose header promises that size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", packed or zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


def moving(form: str, frames: int = 3, size: int = 40, **options: object) -> bytes:
    images = [Image.new("RGB", (size, size), (place * 7 % 256, 0, 0)) for place in range(frames)]
    buffer = io.BytesIO()
    images[0].save(buffer, form, save_all=True, append_images=images[1:], duration=50, **options)
    return buffer.getvalue()


BOMBS: dict[str, Callable[[], tuple[bytes, str]]] = {
    "png": lambda: (png(20_000, 20_000, zlib.compress(bytes(1_000_000) * 20, 9)), "bomb.png"),
    "png-lies": lambda: (png(100, 100, zlib.compress(bytes(1_000_000) * 200, 9)), "bomb.png"),
    "gif-frames": lambda: (moving("GIF", 2)[:-1] + moving("GIF", 2)[13:-1] * 100_000, "bomb.gif"),
    "gif-frame-size": lambda: (_gif(10, 10, 65535, 65535), "bomb.gif"),
    "gif-canvas": lambda: (_gif(65535, 65535, 1, 1), "bomb.gif"),
    "gif-blocks": lambda: (_gif(10, 10, 10, 10)[:-2] + b"\x01\x00" * 5_000_000, "bomb.gif"),
    "heic": lambda: (_resized(image_bytes(64, 64, "HEIF"), b"ispe", 30_000), "bomb.heic"),
    "jpeg": lambda: (_jpeg(image_bytes(16, 16, "JPEG"), 60_000), "bomb.jpg"),
    "jpeg-scans": lambda: (image_bytes(16, 16, "JPEG")[:-2] + b"\xff\xda\x00\x02" * 1000, "bomb.jpg"),
    "webp": lambda: (b"RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\xff\xff\xff\x0f" + bytes(20), "bomb.webp"),
    "png-text": lambda: (_with_text(zlib.compress(bytes(1_000_000) * 400, 9)), "bomb.png"),
}


def _gif(width: int, height: int, frame_width: int, frame_height: int) -> bytes:
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6)
    frame = b"," + struct.pack("<HHHHB", 0, 0, frame_width, frame_height, 0)
    return head + frame + b"\x02\x02\x4c\x01\x00" + frame + b"\x02\x02\x4c\x01\x00;"


def _resized(data: bytes, box: bytes, size: int) -> bytes:
    place = data.index(box) + 8
    return data[:place] + struct.pack(">II", size, size) + data[place + 8 :]


def _jpeg(data: bytes, size: int) -> bytes:
    place = data.index(b"\xff\xc0") + 5
    return data[:place] + struct.pack(">HH", size, size) + data[place + 4 :]


def _with_text(packed: bytes) -> bytes:
    body = b"k\0\0" + packed
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    plain = image_bytes()
    return plain[:33] + chunk + plain[33:]
