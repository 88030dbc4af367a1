"""Clients: adding and changing them. Connects nothing and plans no post."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialq import db
from socialq.domain import slots
from socialq.domain.times import LATENESS_AT_LEAST, Times
from socialq.domain.words import one_line
from socialq.errors import BadInput
from socialq.models import Client, Slot
from socialq.models.client import LATENESS_LIMIT
from socialq.planning.found import client_of
from socialq.services import events
from socialq.services.i18n import mark

LANGUAGES = ("nl", "en")
LONGEST_LIMIT = 86_400
LONGEST_NAME = 200
NO_LANGUAGE = mark("The language “%(language)s” is not there: use %(known)s.")
NO_ZONE = "There is no time zone “%(name)s”. Use a name like Europe/Amsterdam."


@dataclass(frozen=True)
class NewClient:
    """What a person typed; `slots` like "tue 09:00", `lateness_limit` in seconds."""

    name: str
    timezone: str = "Europe/Amsterdam"
    language: str = "nl"
    approval_needed: bool = True
    slots: tuple[str, ...] = ()
    lateness_limit: int = LATENESS_LIMIT
    colour: str = "#0B5C63"
    monthly_cap: int | None = None  # hundredths of what paid networks are paid in


def add_client(session: Session, times: Times, new: NewClient, by: str) -> Client:
    """Raises BadInput in one sentence; then nothing is stored."""
    try:
        weekly = {slots.parse_slot(written) for written in new.slots}
    except ValueError as error:
        raise BadInput(str(error)) from None
    name = _checked(session, times, new)
    client = Client(
        name=name, timezone=new.timezone, language=new.language, colour=new.colour, created_at=db.now(session),
        approval_needed=new.approval_needed, lateness_limit=new.lateness_limit,
        monthly_cap=new.monthly_cap,
    )  # fmt: skip
    session.add(client)
    session.flush()
    _add_slots(session, client, weekly)
    events.record(session, by, "add_client", f"client:{client.id}", client.id, name=name)
    return client


def change_client(session: Session, times: Times, client_id: int, new: NewClient, by: str) -> Client:
    """All but the slots, which are changed one by one. Posts keep the instant they were given. Raises BadInput, NotFound."""
    client = client_of(session, client_id, lock=True)
    name = _checked(session, times, new, but=client_id)
    wanted = {
        "name": name, "timezone": new.timezone, "language": new.language, "colour": new.colour,
        "approval_needed": new.approval_needed, "lateness_limit": new.lateness_limit,
        "monthly_cap": new.monthly_cap,
    }  # fmt: skip
    changed = {field: value for field, value in wanted.items() if getattr(client, field) != value}
    for field, value in changed.items():
        setattr(client, field, value)
    if changed:
        events.record(session, by, "change_client", f"client:{client.id}", client.id, **changed)
    return client


def _checked(session: Session, times: Times, new: NewClient, but: int = 0) -> str:
    """The name as it is to be stored; `but` is the client that may have it already."""
    try:
        name = one_line(new.name, "The client's name", LONGEST_NAME)
    except ValueError as error:
        raise BadInput(str(error)) from None
    try:
        slots.zone(new.timezone)
    except ValueError:
        raise BadInput(NO_ZONE, name=new.timezone) from None
    _check(new, times)
    if session.scalar(select(Client.id).where(Client.name == name, Client.id != but)):
        raise BadInput("There is already a client called “%(name)s”.", name=name)
    return name


def _check(new: NewClient, times: Times) -> None:
    if new.language not in LANGUAGES:
        raise BadInput(NO_LANGUAGE, language=new.language, known=" or ".join(LANGUAGES))
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", new.colour, re.ASCII):
        raise BadInput("A colour is written like #0B5C63.")
    shortest = int(max(LATENESS_AT_LEAST, times.shortest_limit))
    if not shortest <= new.lateness_limit <= LONGEST_LIMIT:
        raise BadInput(
            "A post may be late by %(minutes)s minutes at least and %(hours)s hours at most.",
            minutes=shortest // 60, hours=LONGEST_LIMIT // 3600,
        )  # fmt: skip


def _add_slots(session: Session, client: Client, weekly: Iterable[slots.WeeklySlot]) -> None:
    for slot in sorted(weekly):
        session.add(Slot(client_id=client.id, weekday=slot.weekday, at=slot.at))
    session.flush()
