"""Credentials that a network has renewed: kept in one conditional UPDATE, never an empty one. Asks no network."""

import logging
from collections.abc import Mapping
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from socialq import clock
from socialq.crypto import Secrets
from socialq.db import Database
from socialq.errors import Unavailable
from socialq.models import Channel
from socialq.networks.base import Account
from socialq.networks.call import Call
from socialq.services.accounts import open_account

log = logging.getLogger(__name__)
FIRST_WAIT, LONGEST_WAIT = 0.05, 2.0


def open_renewable(db: Database, secrets: Secrets, channel: Channel, call: Call) -> Account:
    """The channel's account, whose renewed credentials are kept. Raises Unavailable when the token cannot be opened."""
    keeper = Keeper(db, secrets, channel)
    return open_account(channel, secrets, call, keeper.keep)


class Keeper:
    """Remembers which version was read. Whoever is later than somebody else's renewal, or a new connect, writes nothing."""

    def __init__(self, db: Database, secrets: Secrets, channel: Channel) -> None:
        self._db, self._secrets = db, secrets
        self._id, self._owner, self._version = channel.id, channel.owner, channel.credentials_version

    def keep(self, credentials: Mapping[str, Any]) -> bool:
        """False: another renewal was first, and stands. An answer is in memory only, so it is tried until it is written.

        Raises ValueError for credentials with a gap: a lost token is a lost account."""
        if not credentials or any(value in ("", None) for value in credentials.values()):
            raise ValueError("renewed credentials with an empty field are not kept")
        sealed = self._secrets.seal(self._owner, credentials)
        wait = FIRST_WAIT
        while True:
            try:
                return self._written(sealed)
            except (SQLAlchemyError, Unavailable) as error:
                log.error("the renewed token of channel %s cannot be kept yet: %s", self._id, type(error).__name__)
                clock.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT)

    def _written(self, sealed: bytes) -> bool:
        mine = (Channel.id == self._id, Channel.credentials_version == self._version)
        values = {"credentials": sealed, "credentials_version": self._version + 1}
        with self._db.begin() as session:
            done = session.scalar(update(Channel).where(*mine).values(**values).returning(Channel.id))
        if done is not None:
            self._version += 1
        return done is not None
