"""Keys and secrets at rest: MultiFernet, keys in DATA_DIR/keys (mode 600), made at first start. Nothing here logs."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from socialq.errors import Unavailable


class Secrets:
    """Seals and opens JSON objects. The owner's name lies inside the plaintext, so a row's secret cannot serve another row."""

    def __init__(self, keys: list[bytes]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def seal(self, owner: str, value: Mapping[str, Any]) -> bytes:
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
