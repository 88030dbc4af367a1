"""Keys and secrets at rest: MultiFernet, keys in DATA_DIR/keys (mode 600), made at first start. Nothing here logs.

What a thread has opened or sealed lately is known here, so that logs and reasons can leave it out, whoever repeats it."""

import json
import os
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from socialq.errors import Unavailable

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
    """Seals and opens JSON objects. The owner's name lies inside the plaintext, so a row's secret cannot serve another row."""

    def __init__(self, keys: list[bytes]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def seal(self, owner: str, value: Mapping[str, Any]) -> bytes:
        hide(value.values())
        return self._fernet.encrypt(json.dumps({"owner": owner, "value": dict(value)}).encode())

    def open(self, owner: str, sealed: bytes) -> dict[str, Any]:
        """Raises Unavailable when the key is not ours or the secret belongs to somebody else."""
        try:
            data = json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            raise Unavailable("The stored secret cannot be opened with the keys of this installation.") from None
        if data["owner"] != owner:
            raise Unavailable("The stored secret belongs to another record.")
        value: dict[str, Any] = data["value"]
        hide(value.values())
        return value


def load_keys(data_dir: Path) -> list[bytes]:
    """The keys, newest first. The first start makes one; two first starts at once agree on one file."""
    path = data_dir / "keys"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(handle, "wb") as file:
            file.write(Fernet.generate_key() + b"\n")
            file.flush()
            os.fsync(file.fileno())
    keys = path.read_bytes().split()
    if not keys:
        raise Unavailable(f"The key file {path} is empty; put back its copy.")
    return keys
