"""One post on one channel as its page needs it: how it stands, what has become of it, what may be decided. Reads only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ScalarSelect, Select, select
from sqlalchemy.orm import Session

from socialq.domain.states import DeliveryState
from socialq.models import Attempt, Channel, Client, Delivery, Incident, Revision
from socialq.planning import agenda, holes
from socialq.planning.agenda import Entry, Place
from socialq.publishing import sending_again
from socialq.publishing.work import text_of
from socialq.services.i18n import Words
from socialq.web import delivery_choices, delivery_story, reach, shown
from socialq.web.delivery_choices import Choices
from socialq.web.delivery_story import Line
from socialq.web.house import house, link, network
from socialq.web.need_buttons import profile
from socialq.web.shown import Who


@dataclass(frozen=True)
class Page:
    """`asked`: a person decides now; `looking`: what is being done instead; `arriving`: how far its files are;
    `on` and `at` a wall time to suggest."""

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
    arriving: str
    asked: bool
    failed: bool
    on: str
    at: str
    incident_id: int | None
    name: str
    may: Choices


def page(session: Session, delivery: Delivery, words: Words) -> Page:
    """Times in the client's zone."""
    rows = session.execute(_around(delivery)).all()
    channel, client, text, incident_id, _, wanted = rows[0]
    tried = [row[4] for row in rows if row[4] is not None]
    key, name = network(channel.network)
    place, entry = _place(session, delivery)
    failed = delivery.state == DeliveryState.FAILED
    on, at = _suggested(session, client, delivery) if failed else ("", "")
    owner, unknown = shown.who(client), delivery.state == DeliveryState.UNKNOWN
    return Page(
        delivery.id, delivery.attempt, delivery.state, owner, (key, name), channel.handle,
        shown.KINDS[place.mark] if place else "withdrawn",
        shown.word_of(place, entry, reach.parts().networks, words) if place and entry else words.text("Withdrawn"),
        text if delivery.part == 1 else text_of(session, delivery), delivery.scheduled_at, delivery.url, profile(channel),
        link("posts.show", post_id=delivery.post_id), delivery_story.story(session, delivery, tried, name, words),
        delivery_story.looking(delivery, words, owner.zone), delivery_story.arriving(delivery, name, words),
        unknown and delivery.ask_at is not None,
        failed, on, at, incident_id, name,
        delivery_choices.choices(session, delivery, client, tried, name, words, anew=not wanted),
    )  # fmt: skip


def _around(delivery: Delivery) -> Select[Channel, Client, str, int, Attempt | None, bool]:
    """All that stands beside it, once an attempt."""
    return (
        select(Channel, Client, Revision.text, _incident(delivery), Attempt, sending_again.wanted(delivery))
        .join(Client, Client.id == Channel.client_id)
        .join(Revision, Revision.id == delivery.revision_id)
        .outerjoin(Attempt, Attempt.delivery_id == delivery.id)
        .where(Channel.id == delivery.channel_id)
        .order_by(Attempt.number)
    )


def _place(session: Session, delivery: Delivery) -> tuple[Place | None, Entry | None]:
    """None for one that was cancelled: it is no part of its post any more."""
    entry = agenda.entry(session, delivery.post_id)
    places = entry.places if entry else ()
    return next((one for one in places if one.delivery_id == delivery.id), None), entry


def _suggested(session: Session, client: Client, delivery: Delivery) -> tuple[str, str]:
    """The client's next empty slot, else tomorrow at the time that was promised; as a wall time of the client's.

    Only for what failed: nothing else is given another time here."""
    if delivery.state != DeliveryState.FAILED:
        return "", ""
    zone, now = ZoneInfo(client.timezone), house(session).now
    free = next((row.free_at for row in holes.ahead(session, [client.id], now) if row.free_at), None)
    wall = (free or delivery.scheduled_at).astimezone(zone)
    day = wall.date() if free else now.astimezone(zone).date() + timedelta(days=1)
    return day.isoformat(), f"{wall:%H:%M}"


def _incident(delivery: Delivery) -> ScalarSelect[int]:
    """What is open about it and closed by hand."""
    open_ = (Incident.subject == f"delivery:{delivery.id}", Incident.resolved_at.is_(None))
    by_hand = Incident.kind.in_(("delivery_rejected", "delivery_missed"))
    return select(Incident.id).where(*open_, by_hand).limit(1).scalar_subquery()
