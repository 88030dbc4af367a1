"""Says on the terminal what becomes of deliveries: a line for each change of state. For `socialq up --demo`; changes nothing."""

import sys
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import or_, select

from socialq.db import Database, now
from socialq.models import Channel, Client, Delivery

LATELY = timedelta(hours=1)
WORDS = {
    "publishing": "sending  ",
    "published": "published",
    "processing": "accepted ",
    "failed": "FAILED   ",
    "unknown": "UNSURE   ",
    "cancelled": "cancelled",
    "scheduled": "scheduled",
}


@dataclass
class Aloud:
    """`look` says what has changed since the last look; what is there at the first is known."""

    db: Database
    _known: dict[int, str] | None = None
    _version: int | None = field(default=None)

    def look(self) -> None:
        version = self.db.version()
        if version is not None and version == self._version:
            return
        found = self._states()
        for delivery_id, (state, what) in found.items():
            if self._known is not None and self._known.get(delivery_id) != state:
                sys.stdout.write(f"{self.db.now().astimezone():%H:%M:%S} {WORDS.get(state, state)} {what}\n")
        sys.stdout.flush()
        self._known = (self._known or {}) | {one: state for one, (state, _) in found.items()}
        self._version = version

    def _states(self) -> dict[int, tuple[str, str]]:
        """Delivery id → its state, and whose it is and where it goes; those of which something may still be heard."""
        query = (
            select(Delivery.id, Delivery.state, Client.name, Channel.handle, Channel.network)
            .join(Channel, Channel.id == Delivery.channel_id)
            .join(Client, Client.id == Channel.client_id)
            .order_by(Delivery.scheduled_at, Delivery.id)
        )
        with self.db.read() as session:
            recent = now(session) - LATELY
            open_ = or_(Delivery.scheduled_at > recent, Delivery.due_at > recent, Delivery.published_at > recent)
            rows = session.execute(query.where(open_)).all()
        return {row.id: (row.state, f"{row.name}: {row.handle or 'post'} on {row.network}") for row in rows}
