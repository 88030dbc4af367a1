"""The files of the journal: one an answer, whole or not there at all. Knows nothing of what an answer means.

A file holds its writer's lock for as long as the writer lives; a free lock means that somebody else has to apply it."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

ASIDE = "unreadable"
FRESH = ".new"


def folder(data_dir: Path) -> Path:
    """Where they are."""
    return data_dir / "journal"


def store(place: Path, entry: Mapping[str, Any]) -> tuple[IO[bytes], Path]:
    """Whole or not at all, and on the disk when this returns."""
    place.mkdir(exist_ok=True, mode=0o700)
    name = secrets.token_hex(8)
    fresh, path = place / f"{name}{FRESH}", place / f"{name}.json"
    file = os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(json.dumps(entry, default=str).encode())
        file.flush()
        os.fsync(file.fileno())
        fresh.rename(path)
        _sync(place)
    except BaseException:
        file.close()
        fresh.unlink(missing_ok=True)
        raise
    return file, path


@dataclass(frozen=True)
class Left:
    """A file whose writer is gone."""

    path: Path
    content: bytes

    @property
    def name(self) -> str:
        return self.path.name

    def entry(self) -> dict[str, Any]:
        """Raises ValueError when it cannot be read."""
        entry = json.loads(self.content)
        if not isinstance(entry, dict):
            raise ValueError("a journal is one object")
        return entry

    def delete(self) -> None:
        """It is in the database."""
        self.path.unlink(missing_ok=True)

    def put_aside(self) -> None:
        """Kept for a person to look at; not applied again."""
        aside = self.path.parent / ASIDE
        aside.mkdir(exist_ok=True, mode=0o700)
        self.path.rename(aside / self.path.name)


def left(data_dir: Path) -> Iterator[Left]:
    """What processes that are gone have left, each under a lock while it is looked at: two that apply do not meet."""
    for path in sorted(folder(data_dir).glob("*")):
        if path.suffix not in (".json", FRESH):
            continue
        try:
            file = path.open("rb")
        except FileNotFoundError:  # the database has it, a moment ago
            continue
        except OSError:  # nobody may read it: told like one that holds nothing
            yield Left(path, b"")
            continue
        with file:
            if not _ours(file) or not path.exists():
                continue
            if path.suffix == FRESH:  # its writer died before it was whole
                path.unlink()
            else:
                yield Left(path, file.read())


def waiting(data_dir: Path) -> list[Path]:
    """All files of answers that wait, those of living processes among them."""
    return sorted(folder(data_dir).glob("*.json"))


def _ours(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sync(place: Path) -> None:
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
