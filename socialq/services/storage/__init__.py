"""Where files lie: a local folder here, a bucket in `bucket.py`; the same calls for both. Never a whole file in memory, but for
`put` and `small`."""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from socialq.errors import NotFound, Unavailable
from socialq.services.storage import names
from socialq.services.storage.refusals import refused

BLOCK = 1 << 16


class Storage:
    """Files in one folder. Storing is all or nothing: written beside its place, flushed to the disk, then renamed.

    What may go wrong is NotFound (no such file, no name of ours) or Unavailable (the disk or the bucket refuses)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    # ---- storing

    def put(self, data: bytes, suffix: str) -> str:
        """Stores the bytes under a new random name, which it returns."""
        return self._stored(names.new(suffix), data)

    def put_file(self, path: Path, suffix: str) -> str:
        """The same of a file: one of `arriving` is moved, any other copied block by block."""
        return self._stored(names.new(suffix), path)

    def keep(self, name: str, label: str, suffix: str, source: bytes | Path) -> str:
        """Stores what was made of a file, in place of an older one; its name, which is also `names.variant`."""
        return self._stored(names.variant(name, label, suffix), source)

    @contextmanager
    def arriving(self) -> Iterator[Path]:
        """The name of a file for what is not accepted yet; gone at the end, unless it was stored. After a crash it is swept."""
        with refused():
            self._beside.mkdir(parents=True, exist_ok=True)
        path = self._beside / names.new("part")
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    # ---- reading

    def has(self, name: str) -> bool:
        return self.path(name).is_file()

    def size(self, name: str) -> int:
        """In bytes."""
        with _there():
            return self.path(name).stat().st_size

    def open(self, name: str) -> BinaryIO:
        """The file for reading, from any place in it."""
        with _there():
            return self.path(name).open("rb")

    def chunks(self, name: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Its bytes from `start` up to `stop`, block by block. Whether it is there is said by the call, not by the first block."""
        return _blocks(self.open(name), start, self.size(name) if stop is None else stop)

    @contextmanager
    def local(self, name: str) -> Iterator[Path]:
        """The file on this machine's disk, for those who need a path: for a bucket a copy, gone at the end. Not to be changed."""
        with _there():
            self.path(name).stat()
        yield self.path(name)

    def small(self, name: str, made: Callable[[bytes], bytes]) -> bytes:
        """A smaller one of the same picture: `made` of it when it is first asked for, then kept beside it.

        Only kept for speed: a disk that refuses changes nothing of what is shown."""
        kept = names.variant(name, "small", "webp")
        with self.open(name) as file:
            with contextlib.suppress(NotFound), self.open(kept) as smaller:
                return smaller.read()
            data = made(file.read())
        with contextlib.suppress(Unavailable):
            self.keep(name, "small", "webp", data)
        return data

    def path(self, name: str) -> Path:
        """Where the file lies (with a bucket: would lie) below the folder. Raises NotFound for no name of ours."""
        return self.folder / names.key(name)

    # ---- clearing up

    def remove(self, name: str) -> None:
        """Deletes the file and what was made of it; what is gone already is no error."""
        self.path(name).unlink(missing_ok=True)
        shutil.rmtree(self.folder / names.made_of(name), ignore_errors=True)

    def older_than(self, moment: datetime) -> list[str]:
        """Names of files of our making that were last written before it. What a crash left half written goes at once."""
        sweep(moment, self.folder, self._beside)
        return [one.name for one in _older(self.folder, moment) if names.is_original(one.name)]

    # ---- inside

    @property
    def _beside(self) -> Path:
        return self.folder / "arriving"

    def _stored(self, name: str, source: bytes | Path) -> str:
        place = self.path(name)
        part = (
            source if isinstance(source, Path) and source.parent == self._beside else self._beside / names.new("part")
        )
        try:
            with refused():
                self._beside.mkdir(exist_ok=True)
                place.parent.mkdir(parents=True, exist_ok=True)
                _write(part, source)
                part.replace(place)
                _flush_folder(place.parent)
        except BaseException:
            part.unlink(missing_ok=True)
            place.unlink(missing_ok=True)
            raise
        return name


def sweep(moment: datetime, *folders: Path) -> None:
    """Deletes what a crash left half written or copied there before that moment."""
    for one in [one for folder in folders for one in _older(folder, moment) if names.PART.fullmatch(one.name)]:
        one.unlink(missing_ok=True)


def _older(folder: Path, moment: datetime) -> Iterator[Path]:
    for one in folder.iterdir() if folder.is_dir() else ():
        with contextlib.suppress(FileNotFoundError):  # gone meanwhile
            if one.stat().st_mtime < moment.timestamp():
                yield one


def _write(part: Path, source: bytes | Path) -> None:
    """What lies there already is only flushed."""
    with part.open("rb" if part == source else "xb") as file:
        if isinstance(source, bytes):
            file.write(source)
        elif part != source:
            with source.open("rb") as whole:
                shutil.copyfileobj(whole, file, BLOCK)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """A rename survives a power cut only when the folder itself is on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _blocks(file: BinaryIO, start: int, stop: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        while start < stop and (block := file.read(min(BLOCK, stop - start))):
            start += len(block)
            yield block


@contextmanager
def _there() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise NotFound("That file is not there.") from None
