"""Passwords: argon2id hashes made and compared. Takes 50 ms and 64 MB, so never inside a transaction. Stores nothing."""

import secrets
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from socialq.errors import BadInput

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 1024
AT_ONCE = 2  # so that many people at the door do not take the machine's memory
# Of a password that nobody knows: who is not there costs the same time as who is.
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$X8S/6UYSMHRgNqrbdEWESA$+1u/eN/CQq3qIl0R+UXKMixLy6kkPjZNxkX4qt8fVa0"

_hasher = PasswordHasher()
_room = threading.BoundedSemaphore(AT_ONCE)


def hash_of(password: str) -> str:
    """Argon2id. Raises BadInput on a password too short, too long or not typable."""
    if len(password) < SHORTEST_PASSWORD:
        raise BadInput("A password has at least %(shortest)s characters.", shortest=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        raise BadInput("A password has at most %(longest)s characters.", longest=LONGEST_PASSWORD)
    if not password.isprintable():
        raise BadInput("The password holds characters that cannot be typed: use one line of text.")
    with _room:
        return _hasher.hash(password)


def matches(stored: str, password: str) -> bool:
    """Whether the password made the hash; the same time for an empty hash, which no password matches."""
    typable = password.isprintable() and len(password) <= LONGEST_PASSWORD
    with _room:
        try:
            _hasher.verify(stored or NOBODY, password if typable else "")
        except (VerificationError, InvalidHashError):
            return False
    return bool(stored) and typable


def outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than are used now."""
    return _hasher.check_needs_rehash(stored)


def new_password() -> str:
    """A random one, 120 bits, to be shown once."""
    return secrets.token_urlsafe(15)
