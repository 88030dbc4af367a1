"""What the pages of clients show. Reads only; says nothing that a template can say."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from flask import current_app, render_template
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from socialq import db
from socialq.domain.roles import Act, may
from socialq.errors import BadInput
from socialq.models import Channel, Client, Slot
from socialq.planning import agenda, holes, overview, weekly_slots
from socialq.services.i18n import mark
from socialq.web import forms, marks, reach, shown, zones
from socialq.web.forms import Given

LIMITS = (900, 1800, 3600, 7200, 14400, 28800, 86400)  # seconds
USUAL_LIMIT = 7200
PRACTICE = mark("Practice")
LIMIT = mark("After %(span)s no longer publish")
USUAL_ZONE = "Europe/Amsterdam"
SOON = timedelta(days=14)  # a token that runs out is told so long before
AHEAD, BACK = timedelta(days=60), timedelta(days=30)
COMING, RECENT, TIMES = 8, 6, 5


@dataclass(frozen=True)
class ChannelLine:
    """`kind` is a key of the macro `state`'s marks; `planned` posts wait for their time there."""

    channel: Channel
    network: str
    kind: str
    planned: int
    left: timedelta | None = None

    @property
    def practice(self) -> bool:
        return self.channel.network == "practice"


@dataclass(frozen=True)
class ClientLine:
    """One client in the list."""

    client: Client
    who: shown.Who
    channels: list[ChannelLine]
    planned: int

    @property
    def glyphs(self) -> list[tuple[str, str, bool]]:
        """(key, name, is one of them not connected), a network once."""
        found: dict[str, tuple[str, str, bool]] = {}
        for one in self.channels:
            bad = one.kind == "disconnected" or found.get(one.channel.network, ("", "", False))[2]
            found[one.channel.network] = (one.channel.network, one.network, bad)
        return list(found.values())


@dataclass(frozen=True)
class WeekRow:
    """One time of the week: the slot of each weekday from Monday, or None."""

    at: time
    cells: list[Slot | None]


def rows(session: Session) -> list[ClientLine]:
    """The member's clients, by name."""
    clients = reach.clients(session)
    ids = [client.id for client in clients]
    ahead = agenda.planned(session, ids, db.now(session))
    of = channel_lines(session, ids)
    return [ClientLine(one, shown.who(one), of.get(one.id, []), ahead.get(one.id, 0)) for one in clients]


def channel_lines(session: Session, client_ids: list[int]) -> dict[int, list[ChannelLine]]:
    """By client."""
    found, now = overview.channels(session, client_ids), db.now(session)
    counts = overview.planned(session, [one.id for channels in found.values() for one in channels])
    return {key: [line(one, counts.get(one.id, 0), now) for one in channels] for key, channels in found.items()}


def line(channel: Channel, planned: int, now: datetime) -> ChannelLine:
    """How this channel does."""
    name = network_name(channel.network)
    if channel.disconnected_at is not None:
        return ChannelLine(channel, name, "disconnected", planned)
    if channel.expires_at is not None and channel.expires_at - now < SOON:
        return ChannelLine(channel, name, "expires", planned, max(channel.expires_at - now, timedelta()))
    return ChannelLine(channel, name, "paused" if channel.paused_at else "works", planned)


def network_name(key: str) -> str:
    """What people call it; practice in the reader's language."""
    known = reach.parts().networks.get(key)
    return reach.words().text(PRACTICE) if key == "practice" else known.name if known else key.capitalize()


def page(client_id: int, slot: Given[Any] | None = None) -> str:
    """The client's page; `slot` is the form for weekly slots when it was refused."""
    role = reach.member().role
    with reach.parts().db.read() as session:
        client = reach.client(session, client_id)
        return render_template(
            "clients/show.html", client=client, who=shown.who(client), slot=slot or forms.blank(weekdays=[]),
            may_change=may(role, Act.CLIENTS), may_connect=may(role, Act.CONNECT), **_facts(session, client),
        )  # fmt: skip


def _facts(session: Session, client: Client) -> dict[str, Any]:
    now = db.now(session)
    coming = agenda.between(session, [client.id], now, now + AHEAD)
    recent = agenda.between(session, [client.id], now - BACK, now)[::-1]
    waiting = [one for one in agenda.without_time(session, [client.id]) if one.mark.value == "review"]
    slots = weekly_slots.of(session, client.id)
    return {
        "channels": channel_lines(session, [client.id]).get(client.id, []), "week": week(slots), "slot_count": len(slots),
        "times": weekly_slots.coming(session, client, TIMES), "coming": [_shown(client, one) for one in coming[:COMING]],
        "beyond": max(len(coming) - COMING, 0), "recent": [_shown(client, one) for one in recent[:RECENT]],
        "planned": len(coming), "waits": sum(one.mark.value == "review" for one in coming) + len(waiting),
        "limit": timedelta(seconds=client.lateness_limit), "endpoints": current_app.view_functions,
        "free_at": holes.ahead(session, [client.id], now)[0].free_at,
    }  # fmt: skip


def _shown(client: Client, entry: agenda.Entry) -> shown.Shown:
    return shown.show(entry, shown.who(client), reach.parts().networks, reach.words())


def week(slots: list[Slot]) -> list[WeekRow]:
    """By time."""
    by = {(slot.at, slot.weekday): slot for slot in slots}
    return [WeekRow(at, [by.get((at, day)) for day in range(7)]) for at in sorted({slot.at for slot in slots})]


def fresh() -> Given[Any]:
    """The form of a new client: the colours take turns."""
    with reach.parts().db.read() as session:
        count = session.scalar(select(func.count()).select_from(Client)) or 0
    return forms.blank(
        timezone=zones.label(reach.words(), USUAL_ZONE), language=reach.member().language, approval="needed",
        colour=count % len(marks.COLOURS) + 1, lateness_limit=USUAL_LIMIT,
    )  # fmt: skip


def filled(client: Client) -> Given[Any]:
    """The form with what is stored."""
    return forms.blank(
        name=client.name, timezone=zones.label(reach.words(), client.timezone), language=client.language,
        approval="needed" if client.approval_needed else "not-needed", colour=marks.colour(client.colour, client.id),
        lateness_limit=client.lateness_limit,
    )  # fmt: skip


def limits(given: Given[Any]) -> list[tuple[int, str]]:
    """What a post may be late by, (seconds, in words); also what is stored now, if it is none of the usual."""
    now, words = str(given.value("lateness_limit")), reach.words()
    chosen = {int(now)} if now.isascii() and now.isdigit() and len(now) < 6 else set()
    return [(one, words.text(LIMIT, span=words.span(timedelta(seconds=one)))) for one in sorted({*LIMITS} | chosen)]


def field_of(error: BadInput) -> str:
    """Beside which field a refusal stands."""
    said = str(error)
    words = {"called": "name", "name": "name", "zone": "timezone", "late by": "lateness_limit"}
    return next((field for word, field in reversed(words.items()) if word in said), "")
