"""Where files lie: a local folder, random names of our own making. A name that a person sent never reaches the disk."""

import contextlib
import errno
import os
import re
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from socialq.errors import NotFound, Unavailable

_NAME = re.compile(r"[0-9a-f]{32}\.(?:jpg|png|gif)", re.ASCII)
_PART = re.compile(r"[0-9a-f]{32}\.part", re.ASCII)
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Storage:
    """Files in one folder. `put` is all or nothing: written beside its place, flushed to the disk, then renamed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, data: bytes, suffix: str) -> str:
        """Stores the bytes under a new random name, which it returns. Raises Unavailable when the disk refuses."""
        name = f"{secrets.token_hex(16)}.{suffix}"
        place = self.path(name)
        part = place.with_suffix(".part")
        try:
            _write(part, data)
            part.replace(place)
            _flush_folder(self.folder)
        except OSError as error:
            part.unlink(missing_ok=True)
            place.unlink(missing_ok=True)
            raise Unavailable(_sentence(error)) from None
        return name

    def open(self, name: str) -> BinaryIO:
        """The file for reading. Raises NotFound when there is none of that name."""
        try:
            return self.path(name).open("rb")
        except FileNotFoundError:
            raise NotFound("That file is not there.") from None

    def small(self, name: str, made: Callable[[bytes], bytes]) -> bytes:
        """A smaller one of the same picture: `made` of it when it is first asked for, then kept beside it. Raises NotFound.

        Only kept for speed: a disk that refuses changes nothing of what is shown."""
        place = self._small(name)
        with self.open(name) as file:
            try:
                return place.read_bytes()
            except FileNotFoundError:
                data = made(file.read())
        with contextlib.suppress(OSError):
            place.parent.mkdir(exist_ok=True)
            part = place.with_name(f"{secrets.token_hex(16)}.part")
            part.write_bytes(data)
            part.replace(place)
        return data

    def path(self, name: str) -> Path:
        """Where a stored file lies. Raises NotFound for anything that is not a name of our own making."""
        if not _NAME.fullmatch(name):
            raise NotFound("That file is not there.")
        return self.folder / name

    def remove(self, name: str) -> None:
        """Deletes the file and its smaller one; what is gone already is no error."""
        self.path(name).unlink(missing_ok=True)
        self._small(name).unlink(missing_ok=True)

    def older_than(self, moment: datetime) -> list[str]:
        """Names of files of our making that were last written before it. What a crash left half written goes at once."""
        found = []
        for one in self.folder.iterdir():
            if one.stat().st_mtime < moment.timestamp():
                if _PART.fullmatch(one.name):
                    one.unlink(missing_ok=True)
                elif _NAME.fullmatch(one.name):
                    found.append(one.name)
        return found

    def _small(self, name: str) -> Path:
        return self.folder / "small" / f"{self.path(name).stem}.webp"


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """A rename survives a power cut only when the folder itself is on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sentence(error: OSError) -> str:
    if error.errno in _FULL:
        return "The disk is full: nothing was stored. Make room and try again."
    return f"The file could not be stored ({error.strerror}): look at the data folder and try again."
