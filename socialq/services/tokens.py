"""Credentials that a network has renewed: kept in one conditional UPDATE, never an empty one. Asks no network.

What came is in the journal before it is in the row: nobody can ask a second time for a token that replaces the one before."""

import json
import random
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from socialq.crypto import Secrets
from socialq.db import Database, now
from socialq.domain import access
from socialq.models import Channel
from socialq.networks.base import Account
from socialq.networks.call import Call
from socialq.services import journal_files
from socialq.services.accounts import open_account
from socialq.services.incidents import resolve_incidents
from socialq.services.journal import Journal

TOKEN = "token"
ENDS = "access_ends"  # the incident that a renewal settles
TIMES = ("expires_at", "renewable_until")


def open_renewable(db: Database, secrets: Secrets, journal: Journal, channel: Channel, call: Call) -> Account:
    """The channel's account, whose renewed credentials are kept. Raises Unavailable when the token cannot be opened."""
    keeper = Keeper(db, secrets, journal, channel)
    return open_account(channel, secrets, call, keeper.keep)


class Keeper:
    """Remembers which version was read. Whoever is later than somebody else's renewal, or a new connect, writes nothing."""

    def __init__(self, db: Database, secrets: Secrets, journal: Journal, channel: Channel) -> None:
        self._db, self._secrets, self._journal = db, secrets, journal
        self._id, self._owner, self._version = channel.id, channel.owner, channel.credentials_version

    def keep(self, credentials: Mapping[str, Any], ends: Mapping[str, datetime | None] | None = None) -> bool:
        """False: another renewal was first, and stands. Like the answer about a post it is known here only, so it is tried until
        it is written. `ends`: those of TIMES that are known. Raises ValueError for credentials with a gap."""
        if not access.whole(credentials):
            raise ValueError("renewed credentials with an empty field are not kept")
        if ends is None:
            ends = {"expires_at": access.instant(credentials["expires_at"])} if "expires_at" in credentials else {}
        sealed, read = self._secrets.seal(self._owner, credentials), self._version
        known = {name: at.isoformat() if at else None for name, at in ends.items()}
        entry = {"kind": TOKEN, "channel_id": self._id, "version": read, "sealed": sealed.decode(), "ends": known}
        written = self._journal.keep(entry, lambda: _write(self._db, self._id, read, sealed, ends), first=True)
        if written:
            self._version += 1
        return written


def kept_in_journal(data_dir: Path, channel_id: int) -> bool:
    """A renewal is on this disk and not in its row yet: the database was away, or a process has died. It will be."""
    for path in journal_files.waiting(data_dir):
        with suppress(OSError, ValueError, AttributeError):  # written down a moment ago, or none of ours
            entry = json.loads(path.read_bytes())
            if (entry.get("kind"), entry.get("channel_id")) == (TOKEN, channel_id):
                return True
    return False


def write_entry(db: Database, entry: Mapping[str, Any]) -> None:
    """What a process that is gone wanted kept. Raises ValueError, KeyError or TypeError when it makes no sense."""
    known = dict(entry.get("ends", {}))
    ends = {name: access.instant(known[name]) for name in TIMES if name in known}
    _write(db, int(entry["channel_id"]), int(entry["version"]), str(entry["sealed"]).encode(), ends)


def _write(db: Database, channel_id: int, version: int, sealed: bytes, ends: Mapping[str, datetime | None]) -> bool:
    """A commit whose answer was lost is found again: then it is written already."""
    mine = (Channel.id == channel_id, Channel.credentials_version == version)
    with db.begin() as session:
        values = {"credentials": sealed, "credentials_version": version + 1} | _fresh(session, channel_id, ends)
        done = session.scalar(update(Channel).where(*mine).values(**values).returning(Channel.id))
        if done is not None:
            resolve_incidents(session, f"channel:{channel_id}", "worker", [ENDS])
        return done is not None or session.scalar(select(Channel.credentials).where(Channel.id == channel_id)) == sealed


def _fresh(session: Session, channel_id: int, ends: Mapping[str, datetime | None]) -> dict[str, Any]:
    """Nobody renews it any more; the next renewal is due when this one's end is near, if it was renewed by itself before."""
    moment, share = now(session), random.random()
    values: dict[str, Any] = {"refreshing_until": None, "refresh_tries": 0, "renewed_at": moment} | dict(ends)
    timed = session.scalar(select(Channel.refresh_at).where(Channel.id == channel_id)) is not None
    if timed and "expires_at" in ends:
        values["refresh_at"] = access.renew_at(moment, ends["expires_at"], share)
    return values
