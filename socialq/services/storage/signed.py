"""Addresses under which a network fetches one file for a while: whoever knows one finds no other, nor this one later."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from socialq.services.storage import names

LIVES = timedelta(
    hours=6
)  # preparation begins 15 minutes ahead; some networks fetch again when they begin to work on it
WHERE = "/fetched"
Keys = Callable[[], Sequence[bytes]]


class Signed:
    """`base` is the public address; `keys` gives the installation's, the newest first, whenever it is asked: they may be changed."""

    def __init__(self, base: str, keys: Keys) -> None:
        self._base = base.rstrip("/")
        self._keys = keys

    def address(self, name: str, now: datetime) -> str:
        """The whole address of a file, good for LIVES. Raises NotFound for what is no name of ours."""
        names.key(name)
        until = f"{(now + LIVES).timestamp():.0f}"
        return f"{self._base}{WHERE}/{until}/{_signature(self._keys()[0], until, name)}/{name}"

    def genuine(self, until: str, signature: str, name: str) -> bool:
        """Whether we made it, be it over or not."""
        given = signature.encode()
        return any(hmac.compare_digest(given, _signature(key, until, name).encode()) for key in self._keys())

    def over(self, until: str, now: datetime) -> bool:
        """Only of a genuine one."""
        return now.timestamp() > int(until)


def _signature(key: bytes, until: str, name: str) -> str:
    own = hmac.digest(key, b"fetched media", hashlib.sha256)  # no other use of the key says the same
    return urlsafe_b64encode(hmac.digest(own, f"{until}/{name}".encode(), hashlib.sha256)).decode().rstrip("=")
