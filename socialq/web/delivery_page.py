"""One post on one channel as its page needs it: how it stands, what has become of it, what may be decided. Reads only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialq import db
from socialq.domain.states import DeliveryState
from socialq.models import Channel, Client, Delivery, Incident, Revision
from socialq.planning import agenda, holes
from socialq.planning.agenda import Entry, Place
from socialq.services.i18n import Words
from socialq.web import delivery_story, reach, shown
from socialq.web.delivery_story import Line
from socialq.web.house import link, network
from socialq.web.need_buttons import profile
from socialq.web.shown import Who


@dataclass(frozen=True)
class Page:
    """`asked`: a person decides now; `looking`: what is being done instead; `on` and `at` a wall time to suggest."""

    id: int
    attempt: int
    state: str
    who: Who
    network: tuple[str, str]
    handle: str
    kind: str
    word: str
    text: str
    scheduled_at: datetime
    url: str
    look: str
    post: str
    story: list[Line]
    looking: str
    asked: bool
    failed: bool
    on: str
    at: str
    incident_id: int | None
    name: str


def page(session: Session, delivery: Delivery, words: Words) -> Page:
    """Times in the client's zone."""
    channel = session.get_one(Channel, delivery.channel_id)
    client = session.get_one(Client, channel.client_id)
    key, name = network(channel.network)
    place, entry = _place(session, delivery)
    on, at = _suggested(session, client, delivery)
    owner, unknown = shown.who(client), delivery.state == DeliveryState.UNKNOWN
    return Page(
        delivery.id, delivery.attempt, delivery.state, owner, (key, name), channel.handle,
        shown.KINDS[place.mark] if place else "withdrawn",
        shown.word_of(place, entry, reach.parts().networks, words) if place and entry else words.text("Withdrawn"),
        session.get_one(Revision, delivery.revision_id).text, delivery.scheduled_at, delivery.url, profile(channel),
        link("posts.show", post_id=delivery.post_id), delivery_story.story(session, delivery, name, words),
        delivery_story.looking(delivery, words, owner.zone), unknown and delivery.ask_at is not None,
        delivery.state == DeliveryState.FAILED, on, at, _incident(session, delivery), name,
    )  # fmt: skip


def _place(session: Session, delivery: Delivery) -> tuple[Place | None, Entry | None]:
    """None for one that was cancelled: it is no part of its post any more."""
    entry = agenda.entry(session, delivery.post_id)
    places = entry.places if entry else ()
    return next((one for one in places if one.delivery_id == delivery.id), None), entry


def _suggested(session: Session, client: Client, delivery: Delivery) -> tuple[str, str]:
    """The client's next empty slot, else tomorrow at the time that was promised; as a wall time of the client's."""
    zone, now = ZoneInfo(client.timezone), db.now(session)
    free = next((row.free_at for row in holes.ahead(session, [client.id], now) if row.free_at), None)
    wall = (free or delivery.scheduled_at).astimezone(zone)
    day = wall.date() if free else now.astimezone(zone).date() + timedelta(days=1)
    return day.isoformat(), f"{wall:%H:%M}"


def _incident(session: Session, delivery: Delivery) -> int | None:
    """What is open about it and closed by hand."""
    query = select(Incident.id).where(Incident.subject == f"delivery:{delivery.id}", Incident.resolved_at.is_(None))
    return session.scalar(query.where(Incident.kind.in_(("delivery_rejected", "delivery_missed"))).limit(1))
