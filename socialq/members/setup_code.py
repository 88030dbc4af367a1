"""The setup code: on an installation that others can reach, who makes the first owner must have read it on the machine itself.

It lies in DATA_DIR/setup-code (mode 600) until there is an owner; then the file is empty, and stays so."""

import hmac
import os
import secrets
from pathlib import Path

from socialq.db import Database
from socialq.errors import BadInput, TooMany, Unavailable
from socialq.members import throttle
from socialq.members.throttle import Limit

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that looks like another
LENGTH, GROUP = 12, 4  # 60 bits
PER_ADDRESS, IN_ALL = 10, 100


def path(data_dir: Path) -> Path:
    """Where it lies."""
    return data_dir / "setup-code"


def current(data_dir: Path) -> str:
    """The code, made at the first call (of two at once one makes it); empty once there is an owner. Raises Unavailable."""
    place = path(data_dir)
    try:
        _make(place)
        return place.read_text().strip()
    except OSError as error:
        raise Unavailable(f"The setup code {place} cannot be read or written: {error.strerror}.") from None


def end(data_dir: Path) -> None:
    """There is an owner. A folder that cannot be written keeps nobody out: the code opens nothing any more."""
    place = path(data_dir)
    if place.is_file() and place.stat().st_size:
        try:
            place.write_text("")
        except OSError:
            return


def check(db: Database, data_dir: Path, typed: str, address: str) -> None:
    """Counts the try first. Raises TooMany, BadInput when it is another."""
    limits = [Limit(throttle.of_address("setup", address), PER_ADDRESS), Limit("setup", IN_ALL)]
    with db.begin() as session:
        wait = throttle.take(session, limits)
    if wait:
        raise TooMany(wait)
    code = current(data_dir).replace("-", "")
    given = "".join(letter for letter in typed.upper() if letter in LETTERS)
    if not code or not hmac.compare_digest(code.encode(), given.encode()):
        raise BadInput("That is not the setup code. It stands in the log of this socialq, and in the file setup-code.")


def _make(place: Path) -> None:
    """Complete or not there: written beside its place first, so nobody reads half a code."""
    if place.exists():
        return
    letters = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    code = "-".join(letters[at : at + GROUP] for at in range(0, LENGTH, GROUP))
    draft = place.with_name(f".setup-code.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(code + "\n")
    try:
        os.link(draft, place)
    except FileExistsError:
        return
    finally:
        draft.unlink()
