"""What the pages of clients show. Reads only; says nothing that a template can say."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from flask import abort, current_app, render_template
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from socialq.connecting import links
from socialq.domain.marks import Mark
from socialq.domain.roles import Act, may
from socialq.errors import BadInput
from socialq.models import Channel, Client, Slot
from socialq.planning import agenda, weekly_slots
from socialq.planning.creating import next_slot
from socialq.services.i18n import mark
from socialq.web import forms, marks, paid, reach, shown, zones
from socialq.web.forms import Given
from socialq.web.house import House, house
from socialq.web.signs import signs

LIMITS = (900, 1800, 3600, 7200, 14400, 28800, 86400)  # seconds
USUAL_LIMIT = 7200
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
    home = house(session)
    of = channel_lines(home)
    return [ClientLine(one, home.who[one.id], of[one.id], home.planned[one.id]) for one in home.clients]


def channel_lines(home: House) -> dict[int, list[ChannelLine]]:
    """By client."""
    return {key: [line(one, count, home.now) for one, count in found] for key, found in home.channels.items()}


def line(channel: Channel, planned: int, now: datetime) -> ChannelLine:
    """How this channel does."""
    name = network_name(channel.network)
    if channel.disconnected_at is not None:
        return ChannelLine(channel, name, "disconnected", planned)
    if channel.ends_at is not None and channel.ends_at - now < SOON:
        return ChannelLine(channel, name, "expires", planned, max(channel.ends_at - now, timedelta()))
    return ChannelLine(channel, name, "paused" if channel.paused_at else "works", planned)


def network_name(key: str) -> str:
    """What people call it; practice in the reader's language."""
    return shown.called(key, reach.parts().networks, reach.words())


def page(client_id: int, slot: Given[Any] | None = None) -> str:
    """The client's page; `slot` is the form for weekly slots when it was refused."""
    role = reach.member().role
    with reach.parts().db.read() as session:
        client = next((one for one in house(session).clients if one.id == client_id), None) or abort(404)
        return render_template(
            "clients/show.html", client=client, who=shown.who(client), slot=slot or forms.blank(weekdays=[]),
            may_change=may(role, Act.CLIENTS), may_connect=may(role, Act.CONNECT), **_facts(session, client),
        )  # fmt: skip


def _facts(session: Session, client: Client) -> dict[str, Any]:
    home = house(session)
    now = home.now
    found = agenda.around(session, [client.id], now - BACK, now + AHEAD)
    timed = [(one, one.at) for one in found if one.at]
    coming, recent = [one for one, at in timed if at >= now], [one for one, at in timed if at < now][::-1]
    slots = weekly_slots.of(session, client.id)
    lines = channel_lines(home)[client.id]
    return {
        "channels": lines, "week": week(slots), "slot_count": len(slots),
        "times": weekly_slots.coming(slots, client, now, TIMES), "coming": [_shown(client, one) for one in coming[:COMING]],
        "beyond": max(len(coming) - COMING, 0), "recent": [_shown(client, one) for one in recent[:RECENT]],
        "planned": len(coming), "waits": sum(one.mark is Mark.REVIEW and (one.at is None or one.at >= now) for one in found),
        "limit": timedelta(seconds=client.lateness_limit), "endpoints": current_app.view_functions,
        "free_at": _first_free(session, client, lines), "now": now,
        "links": links.of_client(session, client.id) if signs(session).asked else [],
        "network_name": network_name, "spent": paid.month(session, client, [one.channel.network for one in lines]),
    }  # fmt: skip


def _first_free(session: Session, client: Client, lines: list[ChannelLine]) -> datetime | None:
    """The one that a new post would be given."""
    connected = tuple(one.channel.id for one in lines if one.channel.disconnected_at is None)
    try:
        return next_slot(session, client.id, connected)
    except BadInput:  # no weekly slots, or all are taken
        return None


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
        lateness_limit=client.lateness_limit, monthly_cap=paid.typed(client),
    )  # fmt: skip


def limits(given: Given[Any]) -> list[tuple[int, str]]:
    """What a post may be late by, (seconds, in words); also what is stored now, if it is none of the usual."""
    now, words = str(given.value("lateness_limit")), reach.words()
    chosen = {int(now)} if now.isascii() and now.isdigit() and len(now) < 6 else set()
    return [(one, words.text(LIMIT, span=words.span(timedelta(seconds=one)))) for one in sorted({*LIMITS} | chosen)]


def field_of(error: BadInput) -> str:
    """Beside which field a refusal stands."""
    said = str(error)
    words = {
        "called": "name",
        "name": "name",
        "zone": "timezone",
        "late by": "lateness_limit",
        "most a month": "monthly_cap",
    }
    return next((field for word, field in reversed(words.items()) if word in said), "")
