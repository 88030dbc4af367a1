"""What a process that sends is made of: the installation's parts, its name as a worker, and the calls it may make."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from socialq import clock
from socialq.crypto import Secrets
from socialq.db import Database
from socialq.domain import retry
from socialq.domain.access import Access
from socialq.domain.times import Times
from socialq.networks.base import Network
from socialq.networks.call import Call, TooLate
from socialq.services.journal import Journal
from socialq.services.storage import Storage
from socialq.services.storage.signed import Signed
from socialq.settings import Settings


class Parts(Protocol):
    """The part of `wiring.Parts` that sending needs (wiring is above this room)."""

    @property
    def settings(self) -> Settings: ...
    @property
    def db(self) -> Database: ...
    @property
    def networks(self) -> Mapping[str, Network]: ...
    @property
    def secrets(self) -> Secrets: ...
    @property
    def media(self) -> Path: ...
    @property
    def journal(self) -> Journal: ...
    @property
    def storage(self) -> Storage: ...
    @property
    def signed(self) -> Signed: ...


class Renewals(Protocol):
    """What connecting does for sending (it stands beside this room: the edge hands it over)."""

    def may(self, channel_id: int, version: int) -> bool: ...
    def refresh(self, channel_id: int, version: int | None = None, *, refused: bool = False) -> Access: ...


@dataclass(frozen=True)
class Sender:
    """One per worker process; safe to share between its threads. Without `renewals` nothing is renewed."""

    parts: Parts
    worker_id: str
    renewals: Renewals | None = None

    @property
    def times(self) -> Times:
        return self.parts.settings.times

    @property
    def db(self) -> Database:
        return self.parts.db

    @property
    def journal(self) -> Journal:
        return self.parts.journal

    def network(self, key: str) -> Network:
        return self.parts.networks[key]

    def jitter(self) -> float:
        return random.uniform(retry.LOW, retry.HIGH)

    def preparing_call(self) -> Call:
        """For uploads, containers and readings: repeatable, so only bounded."""
        return Call(
            connect_within=self.times.start,
            total=self.times.upload,
            allow_private=self.parts.settings.allow_private_hosts,
        )

    def final_call(self, started: float, claimed_at: datetime) -> Call:
        """For the one call that counts. `started`: boot time before the claim's BEGIN; `claimed_at`: the database's time of the claim."""
        left = max(0.001, self.times.start - (clock.boottime() - started))
        return Call(
            connect_within=left,
            total=self.times.hard,
            allow_private=self.parts.settings.allow_private_hosts,
            gate=lambda: self._look_at_lease(started, claimed_at),
        )

    def _look_at_lease(self, started: float, claimed_at: datetime) -> None:
        """Both clocks must agree that the claim is young; the stricter wins (boot time stands still in a paused machine)."""
        if clock.boottime() - started > self.times.start:
            raise TooLate("the claim is too old to send")
        if self.db.now() > claimed_at + timedelta(seconds=self.times.start):
            raise TooLate("by the database's clock the claim is too old to send")
