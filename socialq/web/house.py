"""What a page over all clients needs of them at once: who they are, and the zone in which its times are told. Asks once a request."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import current_app, g, url_for
from sqlalchemy.orm import Session

from socialq import db
from socialq.models import Client
from socialq.services.i18n import Words
from socialq.web import reach, shown
from socialq.web.shown import Who

USUAL = "Europe/Amsterdam"  # while there is no client to go by
NOBODY = Who(0, "socialq", "sq", 8, USUAL)  # whom something concerns that is no client's


@dataclass(frozen=True)
class House:
    """The member's clients, by id and name; `zone` is that of most of them; `now` the database's."""

    clients: list[Client]
    who: dict[int, Who]
    zone: str
    now: datetime

    @property
    def ids(self) -> list[int]:
        return [client.id for client in self.clients]

    @property
    def here(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def of(self, client_id: int | None) -> Who:
        """NOBODY for what is no client's."""
        return self.who.get(client_id or 0, NOBODY)

    def when(self, at: datetime, words: Words) -> str:
        """ "07:30" on the day of `now`, else "do 3 dec, 09:00". The zone stands beside it."""
        today = at.astimezone(self.here).date() == self.now.astimezone(self.here).date()
        return words.time(at, self.zone, named=False) if today else words.moment(at, self.zone, named=False)


def house(session: Session) -> House:
    """The member's own; the same for the whole request."""
    if "house" not in g:
        clients = reach.clients(session)
        zones = Counter(client.timezone for client in clients)
        zone = zones.most_common(1)[0][0] if zones else USUAL
        g.house = House(clients, {client.id: shown.who(client) for client in clients}, zone, db.now(session))
    found: House = g.house
    return found


def network(key: str) -> tuple[str, str]:
    """(key, what people call it)."""
    known = reach.parts().networks.get(key)
    return key, known.name if known else key.capitalize()


def link(endpoint: str, **values: object) -> str:
    """The address of a page; empty as long as this installation has no such page."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else ""  # type: ignore[arg-type]
