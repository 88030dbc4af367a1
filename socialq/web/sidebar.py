"""The side bar's clients, the client that a page belongs to, and that client's channels. Hands them to the frame."""

from flask import Flask, g, request, url_for

from socialq.domain.roles import Act, may
from socialq.services.i18n import mark
from socialq.web import client_pages, frame, reach
from socialq.web.frame import ChannelRow, ClientRow
from socialq.web.house import house
from socialq.web.shown import Who

TROUBLE = {"disconnected": ("bad", mark("Not connected")), "expires": ("wait", mark("Expires soon"))}
NOTHING = ("", "")
ORDER = ("bad", "wait", "")


def install(app: Flask) -> None:
    """For the pages of a member."""
    frame.provide(app, "clients", clients)
    frame.provide(app, "client", client)
    frame.provide(app, "channels", channels)
    frame.provide(app, "connect", connect)


def clients() -> list[ClientRow]:
    """Hers, by name, with what is ahead and the worst of their channels."""
    if reach.visitor() is None:
        return []
    if "client_rows" in g:
        return list(g.client_rows)
    with reach.parts().db.read() as session:
        home = house(session)
    g.lines = client_pages.channel_lines(home)
    g.client_rows = [_row(who, home.planned[who.id]) for who in home.who.values()]
    return list(g.client_rows)


def client() -> ClientRow | None:
    """The one whose page this is, as far as the address says it."""
    wanted = g.get("client_id") or (request.view_args or {}).get("client_id")
    return next((one for one in clients() if one.id == wanted), None) if wanted else None


def channels() -> list[ChannelRow]:
    """Of that client."""
    here = client()
    return [_channel(one) for one in g.lines.get(here.id, [])] if here else []


def connect() -> str:
    """Where another one is connected."""
    here = client()
    allowed = here and may(reach.member().role, Act.CONNECT)
    return url_for("channels.new", client_id=here.id) if here and allowed else ""


def _row(who: Who, planned: int) -> ClientRow:
    troubles = [TROUBLE.get(one.kind, NOTHING) for one in g.lines.get(who.id, [])]
    tone, word = min(troubles, key=lambda one: ORDER.index(one[0]), default=NOTHING)
    said = reach.words().text(word) if word else ""
    url = url_for("clients.show", client_id=who.id)
    return ClientRow(who.id, who.name, who.letters, who.colour, url, planned, tone, said)


def _channel(one: client_pages.ChannelLine) -> ChannelRow:
    tone, word = TROUBLE.get(one.kind, NOTHING)
    name = one.channel.handle or one.network
    url = url_for("channels.show", channel_id=one.channel.id)
    said = reach.words().text(word) if word else ""
    return ChannelRow(one.channel.network, one.network, name, url, one.planned, tone, said)
