"""What a page over all clients needs of them at once: who they are, how they stand, and the zone in which its times are told.

One query a request, whatever asks for it."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import current_app, g, url_for
from sqlalchemy.orm import Session

from socialq import db
from socialq.models import Channel, Client
from socialq.planning import overview
from socialq.services.i18n import Words
from socialq.web import reach, shown
from socialq.web.shown import Who

USUAL = "Europe/Amsterdam"  # while there is no client to go by
NOBODY = Who(0, "socialq", "sq", 8, USUAL)  # whom something concerns that is no client's


@dataclass(frozen=True)
class House:
    """The member's clients, by id and name; `zone` is that of most of them; `now` the database's.

    `planned` posts are ahead of a client, `channels` are its own with what waits on each."""

    clients: list[Client]
    who: dict[int, Who]
    zone: str
    now: datetime
    planned: dict[int, int]
    channels: dict[int, list[tuple[Channel, int]]]

    @property
    def ids(self) -> list[int]:
        return [client.id for client in self.clients]

    @property
    def here(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def of(self, client_id: int | None) -> Who:
        """NOBODY for what is no client's."""
        return self.who.get(client_id or 0, NOBODY)

    def channel(self, channel_id: object) -> Channel | None:
        """None for one that is not hers."""
        return next((one for found in self.channels.values() for one, _ in found if one.id == channel_id), None)

    def when(self, at: datetime, words: Words) -> str:
        """ "07:30" on the day of `now`, else "do 3 dec, 09:00". The zone stands beside it."""
        today = at.astimezone(self.here).date() == self.now.astimezone(self.here).date()
        return words.time(at, self.zone, named=False) if today else words.moment(at, self.zone, named=False)


def house(session: Session) -> House:
    """The member's own; the same for the whole request."""
    if "house" not in g:
        now = db.now(session)
        found = overview.standing(session, Client.id.in_(reach.client_ids()), now)
        zones = Counter(one.client.timezone for one in found)
        g.house = House(
            [one.client for one in found], {one.client.id: shown.who(one.client) for one in found},
            zones.most_common(1)[0][0] if zones else USUAL, now,
            {one.client.id: one.planned for one in found}, {one.client.id: one.channels for one in found},
        )  # fmt: skip
    kept: House = g.house
    return kept


def network(key: str) -> tuple[str, str]:
    """(key, what people call it)."""
    return key, shown.called(key, reach.parts().networks, reach.words())


def link(endpoint: str, **values: object) -> str:
    """The address of a page; empty as long as this installation has no such page."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else ""  # type: ignore[arg-type]
