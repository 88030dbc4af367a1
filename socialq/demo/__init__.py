"""Demo data: a Dutch assistant's practice with three clients, on practice channels. Fills an empty installation only."""

import io
from datetime import timedelta

from PIL import Image, ImageDraw
from sqlalchemy import select
from sqlalchemy.orm import Session

from socialq import db, members
from socialq.connecting import Wanted, add_channel
from socialq.demo import history
from socialq.demo.texts import CLIENTS, Words
from socialq.domain.period import ONE_DAY, day_of
from socialq.domain.slots import zone
from socialq.errors import NotAllowed
from socialq.models import Channel, Client, Member
from socialq.planning.clients import add_client
from socialq.planning.content import Draft, Picture
from socialq.planning.creating import At, Later, NextSlot, When, create
from socialq.planning.found import Desk
from socialq.reports import orders
from socialq.services.media import Accepted, keeping, record
from socialq.wiring import Parts

__all__ = ["CLIENTS", "EMAIL", "fill", "filled", "refuse_used"]

BY = "demo"
EMAIL = "vera@example.com"


def fill(parts: Parts) -> str:
    """Makes clients, channels, a year behind them, posts (the first goes out in 20 s) and a member, whose password is returned.

    Raises NotAllowed when anything is there already."""
    refuse_used(parts)
    password = members.new_password()
    hashed = members.hash_of(password)
    with parts.db.begin() as session:
        clients = {
            handle: add_client(session, parts.settings.times, demo.new, BY).id for handle, demo in CLIENTS.items()
        }
        members.add_member(session, EMAIL, "owner", hashed, BY, "Vera Vermeer", "nl")
    wanted = [Wanted(client_id, "practice", "practice", handle=handle) for handle, client_id in clients.items()]
    channels = [add_channel(parts.db, parts.networks, parts.secrets, parts.settings, one, BY) for one in wanted]
    for one, channel_id in zip(wanted, channels, strict=True):
        with parts.db.begin() as session:
            _behind(session, one, channel_id)
    _ahead(parts, wanted, channels)
    return password


def filled(parts: Parts) -> bool:
    """Whether what is there began as this demo."""
    with parts.db.read() as session:
        return session.scalar(select(Member.id).where(Member.email == EMAIL, Member.left_at.is_(None))) is not None


def refuse_used(parts: Parts) -> None:
    """Raises NotAllowed unless there is neither a client nor a member."""
    with parts.db.read() as session:
        if session.scalar(select(Client.id).limit(1)) or session.scalar(select(Member.id).limit(1)):
            raise NotAllowed("This installation is in use already: demo data goes into an empty one only.")


def _behind(session: Session, one: Wanted, channel_id: int) -> None:
    """The year, today's trouble, and last month's report, which a worker builds."""
    client, channel = session.get_one(Client, one.client_id), session.get_one(Channel, channel_id)
    demo = CLIENTS[one.handle]
    history.add(session, client, channel, demo, BY)
    for trouble in demo.trouble:
        history.add_trouble(session, client, channel, trouble, BY)
    today = day_of(db.now(session), zone(client.timezone))
    orders.order(session, client.id, f"{today.replace(day=1) - ONE_DAY:%Y-%m}", BY)


def _ahead(parts: Parts, wanted: list[Wanted], channels: list[int]) -> None:
    """What is to come, counted from the moment when all else is there."""
    coming = [words for demo in CLIENTS.values() for words in demo.coming if words.picture]
    with keeping(parts.storage) as intake:
        pictures = {one.picture: intake.accept(_drawing(one.picture), "demo.png") for one in coming}
        with parts.db.begin() as session:
            for one, channel_id in zip(wanted, channels, strict=True):
                for words in CLIENTS[one.handle].coming:
                    _post(session, parts, one.client_id, channel_id, words, pictures.get(words.picture))


def _post(
    session: Session, parts: Parts, client_id: int, channel_id: int, words: Words, accepted: Accepted | None
) -> None:
    pictures = (Picture(record(session, client_id, accepted).id, words.picture),) if accepted else ()
    when: When = Later()
    if isinstance(words.when, str):
        when = NextSlot()
    elif words.when is not None:
        when = At(db.now(session) + timedelta(seconds=words.when))
    desk = Desk(parts.networks, parts.settings.times, parts.media, BY)
    create(session, desk, client_id, Draft(words.text, (channel_id,), pictures), when)


def _drawing(shows: str) -> bytes:
    """A plain picture, so that the demo needs no photographs."""
    image = Image.new("RGB", (1200, 800), "#0B5C63")
    draw = ImageDraw.Draw(image)
    for step in range(12):
        draw.ellipse((80 * step, 40 * step, 80 * step + 420, 40 * step + 420), outline="#F2B544", width=6)
    draw.text((60, 740), shows, fill="white", font_size=36)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
