"""A client's channels: connecting one by a token, connecting it again, disconnecting it. Logging in elsewhere: authorizations."""

from typing import Annotated, Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from pydantic import StringConstraints
from werkzeug.wrappers import Response

from socialq import db
from socialq.connecting import Wanted, add_channel, apps, ending
from socialq.connecting.channels import connect_again
from socialq.connecting.links import can_be_asked
from socialq.connecting.tokens import LONGEST_TOKEN
from socialq.domain.roles import Act, may
from socialq.errors import BadInput
from socialq.models import Channel
from socialq.networks.base import CanAuthorize, Network
from socialq.networks.besides import NeedsApp
from socialq.planning import overview
from socialq.services.i18n import mark
from socialq.web import client_pages, connect_words, forms, needs, reach, shown
from socialq.web.forms import Form, Given, Line
from socialq.web.toasts import toast

bp = Blueprint("channels", __name__)

CONNECTED = mark("%(channel)s is connected.")
AGAIN = mark("%(channel)s is connected again. What waits and is not too late goes out now.")
ANY_TOKEN = "practice"  # the practice network takes anything; a person is not asked for it


class Connection(Form):
    """What the network of a channel asks for; `password` is a token or an app password and is never shown again."""

    network: Line
    server: Line = ""
    handle: Line = ""
    password: Annotated[str, StringConstraints(max_length=LONGEST_TOKEN)] = ""


@bp.get("/clients/<int:client_id>/channels/new")
@reach.only(Act.CONNECT)
def new(client_id: int) -> str:
    """Which network, then what it asks for."""
    given = forms.blank(network=request.args.get("network", ""), server=request.args.get("server", ""))
    return _new(client_id, given)


@bp.post("/clients/<int:client_id>/channels")
@reach.only(Act.CONNECT)
def create(client_id: int) -> Response | tuple[str, int]:
    """Asks the network whose token it is, and keeps the channel."""
    with reach.parts().db.read() as session:
        reach.client(session, client_id)
    given = forms.given(Connection)
    channel_id = _add(client_id, given)
    if channel_id is None:
        return _new(client_id, given), 422
    return connected(channel_id, CONNECTED)


@bp.get("/channels/<int:channel_id>")
def show(channel_id: int) -> str:
    """Does it work, and if not, how does it work again?"""
    with reach.parts().db.read() as session:
        channel = reach.channel(session, channel_id)
    return _show(channel, forms.blank(network=channel.network, server=_server(channel), handle=channel.handle))


@bp.post("/channels/<int:channel_id>")
@reach.only(Act.CONNECT)
def update(channel_id: int) -> Response | tuple[str, int]:
    """New credentials for the same account; what was planned stays planned."""
    with reach.parts().db.read() as session:
        channel = reach.channel(session, channel_id)
    given = forms.given(Connection)
    if given.form and given.form.network != channel.network:
        abort(404)
    if not _again(channel, given):
        return _show(channel, given), 422
    return connected(channel.id, AGAIN)


@bp.post("/channels/<int:channel_id>/end")
@reach.only(Act.CONNECT)
def end(channel_id: int) -> Response:
    """The token is forgotten, the history stays; the network is told, where it listens."""
    parts = reach.parts()
    with parts.db.read() as session:
        reach.channel(session, channel_id)
    ended = ending.end(parts.db, parts.networks, parts.secrets, parts.settings, channel_id, reach.member().actor)
    toast(connect_words.ended(ended), bad=ended.withdrawn is False)
    return redirect(url_for("clients.show", client_id=ended.client_id), 303)


def connected(channel_id: int, told: str) -> Response:
    """To the client's page, where the channel now is."""
    with reach.parts().db.read() as session:
        channel = reach.channel(session, channel_id)
    toast(reach.words().text(told, channel=channel.handle))
    return redirect(url_for("clients.show", client_id=channel.client_id), 303)


def refused(client_id: int, channel_id: int, given: Given[Any], error: BadInput) -> str:
    """The page from which somebody wanted to log in elsewhere, with what is wrong."""
    connect_words.refuse(given, error)
    if not channel_id:
        return _new(client_id, given)
    with reach.parts().db.read() as session:
        channel = reach.channel(session, channel_id)
    return _show(channel, given)


def _add(client_id: int, given: Given[Connection]) -> int | None:
    """None when something is wrong, said in `given`."""
    if given.form is None:
        return None
    parts, wanted = reach.parts(), _wanted(client_id, given.form)
    try:
        return add_channel(parts.db, parts.networks, parts.secrets, parts.settings, wanted, reach.member().actor)
    except BadInput as error:
        connect_words.refuse(given, error)
        return None


def _again(channel: Channel, given: Given[Connection]) -> bool:
    if given.form is None:
        return False
    parts, wanted = reach.parts(), _wanted(channel.client_id, given.form)
    by = reach.member().actor
    try:
        connect_again(parts.db, parts.networks, parts.secrets, parts.settings, channel.id, wanted, by)
    except BadInput as error:
        connect_words.refuse(given, error)
        return False
    return True


def _wanted(client_id: int, form: Connection) -> Wanted:
    token = ANY_TOKEN if form.network == "practice" else form.password
    return Wanted(client_id, form.network, token, form.server, form.handle)


def _new(client_id: int, given: Given[Any]) -> str:
    networks = reach.parts().networks
    with reach.parts().db.read() as session:
        client = reach.client(session, client_id)
    chosen = networks.get(str(given.value("network")))
    return render_template(
        "channels/new.html", client=client, who=shown.who(client), networks=_by_name(), given=given, network=chosen,
        logs_in=isinstance(chosen, CanAuthorize), usual=_usual(chosen.key if chosen else ""), lacks_app=_lacks_app(chosen),
        can_ask=chosen is not None and can_be_asked(chosen),
    )  # fmt: skip


def _show(channel: Channel, given: Given[Any]) -> str:
    g.client_id = channel.client_id
    with reach.parts().db.read() as session:
        client = reach.client(session, channel.client_id)
        planned = overview.planned(session, [channel.id]).get(channel.id, 0)
        line = client_pages.line(channel, planned, db.now(session))
        missed = needs.missed_there(session, channel.id, reach.words())
    network = reach.parts().networks.get(channel.network)
    return render_template(
        "channels/show.html", client=client, line=line, channel=channel, given=given, network=network,
        logs_in=isinstance(network, CanAuthorize), usual=_usual(channel.network), server=_server(channel),
        reason=connect_words.reason(channel.disconnected_reason), may_connect=may(reach.member().role, Act.CONNECT),
        lacks_app=_lacks_app(network), can_ask=network is not None and can_be_asked(network), missed=missed,
    )  # fmt: skip


def _lacks_app(network: Network | None) -> bool:
    """Whether nobody can log in there until somebody has made an app by hand."""
    if network is None or not isinstance(network, NeedsApp):
        return False
    with reach.parts().db.read() as session:
        return not apps.ready(session, network.key)


def _by_name() -> list[tuple[str, str]]:
    """(key, name), practice last."""
    found = reach.parts().networks.values()
    ordered = sorted(found, key=lambda one: (one.key == "practice", one.name))
    return [(one.key, client_pages.network_name(one.key)) for one in ordered]


def _usual(key: str) -> str:
    """Where accounts of that network live when nobody names a server."""
    return reach.parts().settings.server_of(key).partition("://")[2]


def _server(channel: Channel) -> str:
    """As a person would type it; the practice network has a folder, which is nobody's business."""
    return "" if channel.network == "practice" else channel.server.removeprefix("https://")
