"""What a client opens by a link, without an account: who asks, in which language, in which browser. Changes nothing."""

from dataclasses import dataclass

from flask import abort, g, make_response, render_template, session
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from socialq.connecting import links
from socialq.errors import NotFound
from socialq.models import Channel, Client, ConnectLink, Member
from socialq.networks.base import Network
from socialq.services import preferences
from socialq.services.i18n import Words
from socialq.services.links import new_token
from socialq.services.mail_settings import SENDER
from socialq.web import reach, shown
from socialq.web.shown import Who


@dataclass(frozen=True)
class Guest:
    """`by` is the assistant's name; `channel` is there when it is about connecting that one again."""

    link: ConnectLink
    token: str
    who: Who
    by: str
    network: Network
    channel: Channel | None


def guest(token: str, *, used: bool = False) -> Guest:
    """Who has this link, and from here on her language. `used`: it was used up. A friendly page instead (404, 410) when it does
    not work."""
    with reach.parts().db.read() as rows:
        try:
            link = links.found(rows, token)
        except NotFound:
            abort(_gone(404))
        g.words = Words(link.language)
        network = reach.parts().networks.get(link.network)
        fits = link.used_at is not None if used else links.works(rows, link)
        client = rows.get(Client, link.client_id)
        if not fits or network is None or client is None:
            abort(_gone(410))
        channel = rows.get(Channel, link.channel_id) if link.channel_id else None
        return Guest(link, token, shown.who(client), named(rows, link.asked_by), network, channel)


def named(rows: Session, actor: str) -> str:
    """Under which name a client knows who asks: the sender of mails, else the member."""
    number = actor.removeprefix("member:")
    member = rows.get(Member, int(number)) if number.isdecimal() else None
    chosen = str(preferences.read(rows, SENDER).get("name", ""))
    return chosen or (member.name or member.email if member else "socialq")


def visitor() -> str:
    """Random, for as long as this browser is open; says nothing of who it is."""
    if "visit" not in session:
        session["visit"] = new_token()
    return str(session["visit"])


def unseen(response: Response) -> Response:
    """The address holds the right to connect: it goes to nobody and into no list."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _gone(status: int) -> Response:
    return unseen(make_response(render_template("by_link/gone.html"), status))
