"""What the composer shows: client, channels with their counters, pictures, time, and what is to be checked. Saves nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort
from sqlalchemy import select
from sqlalchemy.orm import Session

from socialq import db
from socialq.domain.slots import local_instant
from socialq.errors import BadInput
from socialq.models import Channel, Client, Media
from socialq.networks.base import Content
from socialq.planning.creating import next_slot
from socialq.services import refusals
from socialq.services.media import attachment
from socialq.web import following, lengths, paid, reach
from socialq.web.following import Part
from socialq.web.house import house
from socialq.web.lengths import Length
from socialq.web.shots import Shot, shown
from socialq.web.shown import Who, called, who

PAST = BadInput("That time is past: take a later one.")


@dataclass(frozen=True)
class Place:
    """A channel to choose, and how long the text is there."""

    id: int
    network: str
    name: str
    handle: str
    chosen: bool
    connected: bool
    length: Length


@dataclass(frozen=True)
class Check:
    """tone "bad" blocks, "wait" is advice, "" was checked; `to` is the id of the field that it is about."""

    tone: str
    text: str
    to: str = ""


@dataclass(frozen=True)
class Sheet:
    """One page of the composer. `moment` is the time typed, if it is one; `slots` whether the client has any."""

    client: Who
    clients: list[Who]
    approval: bool
    places: list[Place]
    text: str
    shots: list[Shot]
    on: str
    at: str
    moment: datetime | None
    slot: datetime | None
    checks: list[Check] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    chains: bool = False  # a channel of hers could take more than one part

    @property
    def chosen(self) -> list[Place]:
        return [one for one in self.places if one.chosen]

    @property
    def blocked(self) -> bool:
        return any(one.tone == "bad" for one in self.checks)

    @property
    def in_slot(self) -> bool:
        return self.moment is not None and self.moment == self.slot


def sheet(session: Session, client_id: int, values: Mapping[str, Any], *, fresh: bool = False) -> Sheet:
    """From what was typed; `fresh`: all channels, and the next free slot when there is no time yet. 404 for what is not hers."""
    clients = house(session).clients
    client = next((one for one in clients if one.id == client_id), None) or abort(404)
    channels = list(session.scalars(select(Channel).where(Channel.client_id == client.id).order_by(Channel.id)))
    wanted = {one.id for one in channels if not one.disconnected_at} if fresh else set(numbers(values.get("channels")))
    text, slot = str(values.get("text", "")), _slot(session, client, tuple(wanted)) if fresh else None
    on, at = str(values.get("on") or ""), str(values.get("at") or "")
    if fresh and not on and slot:
        on, at = f"{slot.astimezone(ZoneInfo(client.timezone)):%Y-%m-%d %H:%M}".split()
    chosen = [one for one in channels if one.id in wanted]
    content, shots = _content(session, client, text, pictures(values), chosen)
    places = [_place(one, one.id in wanted, text) for one in channels]
    moment = _moment(on, at, client.timezone)
    more = [] if fresh else _more(session, client, values, chosen, content.text)
    checks = [] if fresh else _checks(session, client, chosen, content, shots, moment, more)
    return Sheet(
        who(client), [who(one) for one in clients], client.approval_needed, places, text, shots, on, at, moment, slot, checks,
        following.shown(values, channels), following.possible(channels),
    )  # fmt: skip


def instant(on: date | None, at: time | None, zone: str) -> datetime | None:
    """A wall time at the client's; None without one. Raises BadInput when only half of it is there, or it is out of range."""
    if on is None and at is None:
        return None
    if on is None or at is None:
        raise BadInput("Choose a date and a time.")
    if not 2000 <= on.year <= 9000:
        raise PAST
    return local_instant(ZoneInfo(zone), on, at)


def pictures(values: Mapping[str, Any]) -> list[tuple[int, str]]:
    """Id and description of each, in order."""
    alts = [str(one) for one in values.get("alt") or []]
    ids = numbers(values.get("media"))
    return [(one, alts[place] if place < len(alts) else "") for place, one in enumerate(ids)]


def numbers(typed: Any) -> list[int]:
    """The ids among what was sent."""
    listed = typed if isinstance(typed, list | tuple) else []
    return [int(one) for one in listed if str(one).isascii() and str(one).isdigit() and len(str(one)) < 10]


def connected(session: Session, client_id: int) -> list[int]:
    """The client's channels that can be sent to."""
    query = select(Channel.id).where(Channel.client_id == client_id, Channel.disconnected_at.is_(None))
    return list(session.scalars(query.order_by(Channel.id)))


def free_slot(session: Session, client_id: int, channels: Sequence[int]) -> datetime:
    """The next one on these channels. Raises BadInput when there is none."""
    return next_slot(session, client_id, tuple(channels))


def measured(session: Session, client_id: int, text: str) -> dict[str, dict[str, str]]:
    """How long the text is on each channel of the client. 404 for what is not hers."""
    client = reach.client(session, client_id)
    channels = session.scalars(select(Channel).where(Channel.client_id == client.id).order_by(Channel.id))
    return lengths.shown(list(channels), text)


def _slot(session: Session, client: Client, channels: tuple[int, ...]) -> datetime | None:
    try:
        return next_slot(session, client.id, channels)
    except BadInput:  # no slots, or none free: then nothing is filled in
        return None


def _moment(on: str, at: str, zone: str) -> datetime | None:
    try:
        return instant(date.fromisoformat(on), time.fromisoformat(at).replace(tzinfo=None), zone)
    except (ValueError, BadInput):
        return None


def _place(channel: Channel, chosen: bool, text: str) -> Place:
    return Place(
        channel.id, channel.network, called(channel.network, reach.parts().networks, reach.words()), channel.handle, chosen,
        channel.disconnected_at is None, lengths.of(channel, text),
    )  # fmt: skip


def _content(
    session: Session, client: Client, text: str, typed: list[tuple[int, str]], channels: list[Channel]
) -> tuple[Content, list[Shot]]:
    """The post as networks would be shown it, and its pictures and videos as she is. 404 for what is not hers."""
    media = _media(session, client, [one for one, _ in typed])
    files = tuple(attachment(reach.parts().media, row, alt) for row, (_, alt) in zip(media, typed, strict=True))
    return Content(lengths.as_saved(text), files, client.language), shown([row.id for row in media], files, channels)


def _checks(
    session: Session,
    client: Client,
    channels: list[Channel],
    content: Content,
    shots: list[Shot],
    moment: datetime | None,
    more: list[Check],
) -> list[Check]:
    words, parts = reach.words(), reach.parts()
    found = [] if channels else [Check("bad", words.text("Choose at least one channel."), "channels")]
    for channel in channels:
        found += _of_channel(channel, content)
    found += more
    if moment is not None and moment < db.now(session):
        found.append(Check("bad", words.text(str(PAST)), "on"))
    if client.paused_at is not None:
        found.append(
            Check("wait", words.text("Everything of this client is paused: the post waits until it is resumed."))
        )
    found += [Check("wait", _no_alt(one), f"alt-{place}") for place, one in enumerate(shots, 1) if not one.alt.strip()]
    if channels and not any(one.tone == "bad" for one in found):
        names = words.list(dict.fromkeys(called(one.network, parts.networks, words) for one in channels))
        found.append(Check("", words.text("Length and pictures are right for %(networks)s", networks=names)))
    return list(dict.fromkeys(found))


def _more(
    session: Session, client: Client, values: Mapping[str, Any], channels: list[Channel], text: str
) -> list[Check]:
    """About what follows the post, and what it costs."""
    texts = [text, *(one for one in following.typed(values) if one.strip())]
    found = [Check("bad", told, to) for told, to in following.objections(values, channels, client)]
    return found + [Check(tone, told) for tone, told in paid.of_post(session, client, channels, texts)]


def _no_alt(shot: Shot) -> str:
    if shot.length:
        return reach.words().text("Video %(number)s has no alt text yet", number=shot.number)
    return reach.words().text("Picture %(number)s has no alt text yet", number=shot.number)


def _of_channel(channel: Channel, content: Content) -> list[Check]:
    """What the channel's network would not take, and whether it can be reached at all."""
    words, parts = reach.words(), reach.parts()
    network = parts.networks.get(channel.network)
    problems = network.problems(content, network.limits.updated(channel.limits)) if network else []
    found = [Check("bad", refusals.said(words, one) or str(one), "text") for one in problems]
    if channel.disconnected_at is not None:
        told = words.text(
            "%(name)s is not connected: the post waits until it is.",
            name=called(channel.network, parts.networks, words),
        )
        found.append(Check("wait", told, "channels"))
    return found


def _media(session: Session, client: Client, ids: list[int]) -> list[Media]:
    """404 for a picture of another client."""
    rows = (
        {one.id: one for one in session.scalars(select(Media).where(Media.id.in_(ids), Media.client_id == client.id))}
        if ids
        else {}
    )
    if set(ids) - set(rows):
        abort(404)
    return [rows[one] for one in ids]
