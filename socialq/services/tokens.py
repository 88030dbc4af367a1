"""Credentials that a network has renewed: kept in one conditional UPDATE, never an empty one. Asks no network."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from socialq.crypto import Secrets
from socialq.db import Database
from socialq.models import Channel
from socialq.networks.base import Account
from socialq.networks.call import Call
from socialq.services.accounts import open_account
from socialq.services.journal import Journal

TOKEN = "token"


def open_renewable(db: Database, secrets: Secrets, journal: Journal, channel: Channel, call: Call) -> Account:
    """The channel's account, whose renewed credentials are kept. Raises Unavailable when the token cannot be opened."""
    keeper = Keeper(db, secrets, journal, channel)
    return open_account(channel, secrets, call, keeper.keep)


class Keeper:
    """Remembers which version was read. Whoever is later than somebody else's renewal, or a new connect, writes nothing."""

    def __init__(self, db: Database, secrets: Secrets, journal: Journal, channel: Channel) -> None:
        self._db, self._secrets, self._journal = db, secrets, journal
        self._id, self._owner, self._version = channel.id, channel.owner, channel.credentials_version

    def keep(self, credentials: Mapping[str, Any]) -> bool:
        """False: another renewal was first, and stands. Like the answer about a post it is known here only, so it is tried until
        it is written. Raises ValueError for credentials with a gap: a lost token is a lost account."""
        if not credentials or any(value in ("", None) for value in credentials.values()):
            raise ValueError("renewed credentials with an empty field are not kept")
        sealed, read = self._secrets.seal(self._owner, credentials), self._version
        entry = {"kind": TOKEN, "channel_id": self._id, "version": read, "sealed": sealed.decode()}
        written = self._journal.keep(entry, lambda: _write(self._db, self._id, read, sealed))
        if written:
            self._version += 1
        return written


def write_entry(db: Database, entry: Mapping[str, Any]) -> None:
    """What a process that is gone wanted kept. Raises ValueError, KeyError or TypeError when it makes no sense."""
    _write(db, int(entry["channel_id"]), int(entry["version"]), str(entry["sealed"]).encode())


def _write(db: Database, channel_id: int, version: int, sealed: bytes) -> bool:
    """A commit whose answer was lost is found again: then it is written already."""
    mine = (Channel.id == channel_id, Channel.credentials_version == version)
    values = {"credentials": sealed, "credentials_version": version + 1}
    with db.begin() as session:
        done = session.scalar(update(Channel).where(*mine).values(**values).returning(Channel.id))
        return done is not None or session.scalar(select(Channel.credentials).where(Channel.id == channel_id)) == sealed
