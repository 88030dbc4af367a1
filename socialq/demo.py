"""Demo data: a Dutch assistant's practice with three clients, on practice channels. Fills an empty installation only."""

import io
from dataclasses import dataclass
from datetime import timedelta

from PIL import Image, ImageDraw
from sqlalchemy import select
from sqlalchemy.orm import Session

from socialq import db, members
from socialq.connecting import Wanted, add_channel
from socialq.errors import NotAllowed
from socialq.models import Client, Member
from socialq.planning.clients import NewClient, add_client
from socialq.planning.content import Draft, Picture
from socialq.planning.creating import At, Later, NextSlot, When, create
from socialq.planning.found import Desk
from socialq.services.media import Accepted, keeping, record
from socialq.services.storage import Storage
from socialq.wiring import Parts

BY = "demo"
EMAIL = "vera@example.com"


@dataclass(frozen=True)
class Words:
    """A post of the demo: after so many seconds, in the next slot ("slot") or as a draft (None)."""

    text: str
    when: float | str | None
    picture: str = ""  # what it shows; one is drawn


CLIENTS = {
    "vishandel": (
        NewClient("Vishandel Zeebries", approval_needed=False, slots=("tue 09:00", "thu 09:00", "sat 08:30")),
        [
            Words("De haring is binnen! Vanaf nu aan de kraam op het plein. 🐟", 20, "Een bord verse haring"),
            Words("Vandaag tot zes uur: kibbeling, vers uit de pan.", 90),
            Words("Morgen op de markt in Zaandam. Tot dan! #zeebries", 4 * 3600),
            Words("Wist u dat? Makreel is op zijn best in de nazomer.", "slot"),
            Words("Idee: een recept voor vissoep.", None),
        ],
    ),
    "yogaruimte": (
        NewClient("De Yogaruimte", approval_needed=True, slots=("mon 07:00", "wed 19:30")),
        [
            Words("Adem in, adem uit. Nieuwe lessen op woensdagavond – schrijf je in via de website.", "slot"),
            Words("Zondag is er stilte-wandeling. Warme kleren mee!", 26 * 3600, "Een pad door het bos"),
        ],
    ),
    "canalcoffee": (
        NewClient("Canal Coffee", language="en", approval_needed=False, slots=("mon 10:00", "fri 15:00")),
        [
            Words("New on the bar: a natural Ethiopian, all strawberry and jasmine. ☕", 180),
            Words("We close at four today – last cappuccino at a quarter to.", 2 * 3600),
            Words("Friday means cinnamon buns. Be early.", "slot"),
        ],
    ),
}


def fill(parts: Parts) -> str:
    """Makes clients, channels and posts (the first goes out in 20 s) and a member, whose password is returned.

    Raises NotAllowed when anything is there already."""
    refuse_used(parts)
    password = members.new_password()
    hashed = members.hash_of(password)
    with parts.db.begin() as session:
        clients = {
            handle: add_client(session, parts.settings.times, new, BY).id for handle, (new, _) in CLIENTS.items()
        }
        members.add_member(session, EMAIL, "owner", hashed, BY, "Vera")
    wanted = [Wanted(client_id, "practice", "practice", handle=handle) for handle, client_id in clients.items()]
    channels = [add_channel(parts.db, parts.networks, parts.secrets, parts.settings, one, BY) for one in wanted]
    with keeping(Storage(parts.media)) as intake:
        all_words = [one for _, words in CLIENTS.values() for one in words if one.picture]
        pictures = {one.picture: intake.accept(_drawing(one.picture), "demo.png") for one in all_words}
        with parts.db.begin() as session:
            for one, channel_id in zip(wanted, channels, strict=True):
                for words in CLIENTS[one.handle][1]:
                    _post(session, parts, one.client_id, channel_id, words, pictures.get(words.picture))
    return password


def refuse_used(parts: Parts) -> None:
    """Raises NotAllowed unless there is neither a client nor a member."""
    with parts.db.read() as session:
        if session.scalar(select(Client.id).limit(1)) or session.scalar(select(Member.id).limit(1)):
            raise NotAllowed("This installation is in use already: demo data goes into an empty one only.")


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
