"""Keys and secrets at rest: MultiFernet, keys in DATA_DIR/keys (mode 600), made at first start. Nothing here logs.

What a thread has opened or sealed lately is known here, so that logs and reasons can leave it out, whoever repeats it."""

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from socialq.errors import Unavailable

KEYS = "keys"  # the file's name
HIDDEN = "(hidden)"
SHORTEST = 12  # what is shorter is a word, and no secret of a network
LATELY = 64
_seen: ContextVar[tuple[str, ...]] = ContextVar("secrets seen by this thread", default=())


def hide(values: Iterable[object]) -> None:
    """From now on this thread says none of them."""
    fresh = [value for value in values if isinstance(value, str) and len(value) >= SHORTEST]
    if fresh:
        _seen.set(tuple(dict.fromkeys([*fresh, *_seen.get()]))[:LATELY])


def without_secrets(text: str) -> str:
    """The text without what this thread has opened lately."""
    for value in _seen.get():
        if value in text:
            text = text.replace(value, HIDDEN)
    return text


class Secrets:
    """Seals and opens JSON objects. The owner's name lies inside the plaintext, so a row's secret cannot serve another row.

    With the `path` of the keys they are read again whenever that file has changed: keys are rotated while everything runs."""

    def __init__(self, keys: list[bytes], path: Path | None = None) -> None:
        self._path, self._stamp = path, _stamp(path)
        self._fernets = _fernets(keys)

    @classmethod
    def of(cls, data_dir: Path) -> "Secrets":
        """Of an installation; the first start makes its key."""
        path = data_dir / KEYS
        load_keys(data_dir)
        stamp = _stamp(path)  # before the reading: a change in between is seen at the next use
        made = cls(load_keys(data_dir), path)
        made._stamp = stamp
        return made

    def seal(self, owner: str, value: Mapping[str, Any]) -> bytes:
        hide(value.values())
        return self._all.encrypt(json.dumps({"owner": owner, "value": dict(value)}).encode())

    def open(self, owner: str, sealed: bytes) -> dict[str, Any]:
        """Raises Unavailable when the key is not ours or the secret belongs to somebody else."""
        try:
            data = json.loads(self._all.decrypt(sealed))
        except InvalidToken:
            raise Unavailable("The stored secret cannot be opened with the keys of this installation.") from None
        if data["owner"] != owner:
            raise Unavailable("The stored secret belongs to another record.")
        value: dict[str, Any] = data["value"]
        hide(value.values())
        return value

    def under_newest(self, sealed: bytes) -> bool:
        """The newest key alone opens it."""
        _ = self._all
        return _opens(self._fernets[0], sealed)

    def sealed_anew(self, sealed: bytes) -> bytes:
        """The same under the newest key. Raises Unavailable when no key of ours opens it."""
        try:
            return self._all.rotate(sealed)
        except InvalidToken:
            raise Unavailable("The stored secret cannot be opened with the keys of this installation.") from None

    @property
    def _all(self) -> MultiFernet:
        if self._path is not None and (stamp := _stamp(self._path)) not in (None, self._stamp):
            with suppress(OSError, ValueError, IndexError):  # a file that is no key file: those that were read go on
                self._fernets, self._stamp = _fernets(self._path.read_bytes().split()), stamp
        return self._fernets[1]


Stamp = tuple[int, int, int]


def _stamp(path: Path | None) -> Stamp | None:
    """Another one whenever the file is another."""
    try:
        found = path.stat() if path else None
    except OSError:
        return None
    return (found.st_ino, found.st_mtime_ns, found.st_size) if found else None


def _fernets(keys: list[bytes]) -> tuple[Fernet, MultiFernet]:
    """The newest one, and all."""
    made = [Fernet(key) for key in keys]
    return made[0], MultiFernet(made)


def _opens(fernet: Fernet, sealed: bytes) -> bool:
    try:
        fernet.decrypt(sealed)
    except InvalidToken:
        return False
    return True


def load_keys(data_dir: Path) -> list[bytes]:
    """The keys, newest first. The first start makes one; two first starts at once agree on one file."""
    path = data_dir / KEYS
    with suppress(FileExistsError):
        _write(path, [Fernet.generate_key()], os.O_EXCL)
    keys = path.read_bytes().split()
    if not keys:
        raise Unavailable(f"The key file {path} is empty; put back its copy.")
    return keys


def add_key(data_dir: Path) -> None:
    """A new one in front; the others still open what they have sealed."""
    replace_keys(data_dir, [Fernet.generate_key(), *load_keys(data_dir)])


def replace_keys(data_dir: Path, keys: list[bytes]) -> None:
    """Whole or not at all: whoever reads meanwhile has the file before or the file after."""
    fresh = data_dir / f"{KEYS}.new"
    fresh.unlink(missing_ok=True)
    _write(fresh, keys, os.O_EXCL)
    fresh.replace(data_dir / KEYS)
    folder = os.open(data_dir, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _write(path: Path, keys: list[bytes], flags: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | flags, 0o600), "wb") as file:
        file.write(b"".join(key + b"\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())
