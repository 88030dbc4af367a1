"""A stored file as an answer: block by block, whole or the range that is asked for, never as anything else than we stored it as."""

from collections.abc import Iterator

from flask import Response, request

from socialq.services.storage import names
from socialq.web import reach

SANDBOX = "default-src 'none'; sandbox"


class _Blocks:
    """Opened when the first block is wanted, from where somebody has sought."""

    def __init__(self, name: str) -> None:
        self._storage, self._name, self._at = reach.parts().storage, name, 0
        self._blocks: Iterator[bytes] | None = None

    def seekable(self) -> bool:
        return True

    def seek(self, at: int) -> None:
        self._at = at

    def tell(self) -> int:
        return self._at

    def __iter__(self) -> "_Blocks":
        return self

    def __next__(self) -> bytes:
        if self._blocks is None:
            self._blocks = self._storage.chunks(self._name, self._at)
        return next(self._blocks)


def answer(name: str) -> Response:
    """Raises NotFound, Unavailable. What a client's picture is stays with those who may see it."""
    size = reach.parts().storage.size(name)
    found = Response(_Blocks(name), mimetype=names.media_type(name), direct_passthrough=True)
    found.content_length = size
    found.set_etag(name)  # another file has another name
    found.make_conditional(request, accept_ranges=True, complete_length=size)
    return _guarded(found)


def small(data: bytes, tag: str) -> Response:
    """A picture for lists and cards."""
    found = Response(data, mimetype="image/webp")
    found.set_etag(tag)
    found.make_conditional(request)
    return _guarded(found)


def _guarded(found: Response) -> Response:
    found.headers["Content-Security-Policy"] = SANDBOX
    found.headers["Cache-Control"] = "private, max-age=3600"
    return found
