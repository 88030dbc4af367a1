"""What a browser sends as a file: how large it may be is known before a byte is read; then block by block to the disk."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from flask import abort, request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import ClientDisconnected

from socialq.errors import BadInput
from socialq.services import videos
from socialq.services.media import HEAVY, MAX_BYTES, shown
from socialq.services.storage import BLOCK
from socialq.services.storage.refusals import refused
from socialq.web import reach

STALLED = 60.0  # seconds without a byte; then the thread is needed for others


class TooLarge(BadInput):
    """More than a file of its kind may have."""


def body(name: str) -> FileStorage:
    """The body of this request as one file, of which nothing has been read. Raises TooLarge by what the browser announces."""
    if request.content_length is None:
        abort(411)
    most, _ = _limit(name)
    if request.content_length > most:
        raise _too_large(name)
    request.max_content_length = most
    if line := request.environ.get("gunicorn.socket"):
        line.settimeout(STALLED)
    return FileStorage(request.stream, name)


@contextmanager
def kept(file: FileStorage) -> Iterator[Path]:
    """The file on the disk, for as long as the block lasts. One that was cut off on its way leaves nothing."""
    with reach.parts().storage.arriving() as path:
        _keep(file.stream, path, file.filename or "")
        yield path


def limits() -> dict[str, tuple[int, str]]:
    """For the composer's script, of pictures and of videos: bytes, and the sentence with {file} in it."""
    words, kinds = reach.words(), {"picture": "a.jpg", "video": "a.mp4"}
    return {
        kind: (most, words.text(sentence, file="{file}", most=words.number(most // 1_000_000)))
        for kind, (most, sentence) in ((kind, _limit(name)) for kind, name in kinds.items())
    }


def _keep(stream: IO[bytes], path: Path, name: str) -> None:
    (most, _), size = _limit(name), 0
    with refused(), path.open("xb") as file:
        while block := _block(stream):
            size += len(block)
            if size > most:
                raise _too_large(name)
            file.write(block)
    if stream is request.stream and size != request.content_length:
        abort(400)


def _block(stream: IO[bytes]) -> bytes:
    try:
        return stream.read(BLOCK)
    except (ClientDisconnected, OSError):  # gone, or nothing came for too long
        abort(400)


def _limit(name: str) -> tuple[int, str]:
    """Bytes, and what is said of more."""
    if name.lower().endswith(tuple(f".{one}" for one in videos.EXTENSIONS)):
        return reach.parts().settings.video_mb * 1_000_000, videos.TOO_LARGE
    return MAX_BYTES, HEAVY


def _too_large(name: str) -> TooLarge:
    most, sentence = _limit(name)
    return TooLarge(sentence, file=shown(name), most=most // 1_000_000)
