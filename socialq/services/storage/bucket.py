"""The same files in an S3 bucket (docs/decisions/0011). The library is loaded with the first use; nothing it says is passed on."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from socialq.errors import NotFound, Unavailable
from socialq.services.i18n import mark
from socialq.services.storage import Storage, names, sweep
from socialq.services.storage.refusals import refused

if TYPE_CHECKING:
    from obstore.store import S3Store

log = logging.getLogger(__name__)
PIECE = 5 << 20  # bytes of one request, each under its own deadline; S3 takes no smaller ones
AT_ONCE = 2  # pieces on their way at the same time: so many lie in memory
CLIENT: Any = {"timeout": "60s", "connect_timeout": "10s"}
RETRY: Any = {"max_retries": 3}
AWAY = mark(
    "The bucket for pictures and videos does not answer. Try again in a minute; then look at SOCIALQ_S3_ENDPOINT."
)
CLOSED = mark(
    "The bucket for pictures and videos refuses our keys: look at SOCIALQ_S3_ACCESS_KEY and SOCIALQ_S3_SECRET_KEY."
)
NO_BUCKET = mark("There is no bucket of that name for pictures and videos: look at SOCIALQ_S3_BUCKET.")


@dataclass(frozen=True)
class Place:
    """Which bucket, and how it is opened. Without keys the machine's own role counts, as AWS has it."""

    bucket: str
    endpoint: str = ""
    region: str = ""
    access_key: str = ""
    secret_key: str = field(default="", repr=False)

    @property
    def options(self) -> dict[str, Any]:
        named = {"endpoint": self.endpoint, "region": self.region or "us-east-1"}
        keys = {"access_key_id": self.access_key, "secret_access_key": self.secret_key}
        given = {name: value for name, value in {**named, **keys}.items() if value}
        return {**given, "virtual_hosted_style_request": not self.endpoint}


class Bucket(Storage):
    """Objects under the same names. What arrives, and what somebody needs as a path, lies in the folder for so long."""

    def __init__(self, folder: Path, place: Place) -> None:
        super().__init__(folder)
        self._place = place

    def has(self, name: str) -> bool:
        names.key(name)
        try:
            return self.size(name) >= 0
        except NotFound:
            return False

    def size(self, name: str) -> int:
        key = names.key(name)
        with _asked():
            return int(self._store.head(key)["size"])

    def open(self, name: str) -> BinaryIO:
        return io.BufferedReader(_Pieces(self, name, self.size(name)), PIECE)

    def piece(self, name: str, start: int, size: int) -> bytes:
        """So many bytes from there, in one request."""
        with _asked():
            return bytes(self._store.get_range(names.key(name), start=start, length=size))

    @contextmanager
    def local(self, name: str) -> Iterator[Path]:
        with self.arriving() as path:
            blocks = self.chunks(name)
            with refused(), path.open("xb") as file:
                for block in blocks:
                    file.write(block)
            yield path

    def remove(self, name: str) -> None:
        with _asked():
            self._store.delete([names.key(name), *(key for key, _ in self._listed(names.made_of(name)))])

    def older_than(self, moment: datetime) -> list[str]:
        sweep(moment, self.folder, self._beside)
        with _asked():
            return [key for key, at in self._listed() if names.is_original(key) and at < moment]

    def try_out(self) -> None:
        """Writes, reads and deletes a small file. Raises Unavailable."""
        key = f"{names.VARIANTS}/{names.new('part')}"
        with _asked(NO_BUCKET):
            self._store.put(key, b"socialq")
            self._store.get_range(key, start=0, length=7)
            self._store.delete(key)

    def _stored(self, name: str, source: bytes | Path) -> str:
        kind = {"Content-Type": names.media_type(name)}
        with _asked(NO_BUCKET):
            self._store.put(names.key(name), source, attributes=kind, chunk_size=PIECE, max_concurrency=AT_ONCE)
        return name

    def _listed(self, prefix: str | None = None) -> Iterator[tuple[str, datetime]]:
        """Key and time of what lies directly there; a page at a time."""
        for page in self._store.list(prefix):
            yield from ((one["path"], one["last_modified"]) for one in page)

    @cached_property
    def _store(self) -> "S3Store":
        from obstore.store import S3Store

        plain = {"allow_http": True} if self._place.endpoint.startswith("http://") else {}
        return S3Store(self._place.bucket, **self._place.options, client_options=CLIENT | plain, retry_config=RETRY)


class _Pieces(io.RawIOBase):
    """An object as a file: each read is one request for a range."""

    def __init__(self, bucket: Bucket, name: str, size: int) -> None:
        self._bucket, self._name, self._size, self._at = bucket, name, size, 0

    def readall(self) -> bytes:
        return b"".join(iter(lambda: self.read(PIECE) or b"", b""))

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence])
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        size = min(len(buffer), self._size - self._at)
        if size <= 0:
            return 0
        found = self._bucket.piece(self._name, self._at, size)
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)


@contextmanager
def _asked(missing: str = "") -> Iterator[None]:
    """What the bucket says no to. Its own words may hold addresses and keys, so only the kind is logged. `missing`: what it
    means that something is not there, when it is not the file."""
    from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

    try:
        yield
    except FileNotFoundError:
        raise (Unavailable(missing) if missing else NotFound("That file is not there.")) from None
    except (BaseError, OSError) as error:
        log.warning("the bucket refused: %s", type(error).__name__)
        raise Unavailable(CLOSED if isinstance(error, PermissionDeniedError | UnauthenticatedError) else AWAY) from None
