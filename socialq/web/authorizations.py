"""Connecting by logging in on the network's own server: out with a state bound to this session, and back, once."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from socialq.connecting.arriving import Goal, arrive
from socialq.connecting.authorization import Trip
from socialq.connecting.authorization import leave as set_out
from socialq.domain.roles import Act, may
from socialq.errors import BadInput
from socialq.members import errands
from socialq.services.i18n import mark
from socialq.web import by_link, channels, choosing, connect_words, errors, forms, reach
from socialq.web.forms import Form, Line
from socialq.web.toasts import toast

bp = Blueprint("authorizations", __name__)

NOT_YOURS = mark(
    "This way back was used already, took too long, or does not belong to this browser. Nothing was connected. "
    "Go to the client and connect the channel again."
)


class Way(Form):
    """To which server, where each account has one of its own."""

    network: Line
    server: Line = ""


@bp.post("/clients/<int:client_id>/authorizations")
@reach.only(Act.CONNECT)
def create(client_id: int) -> Answer | str | tuple[str, int]:
    """Out, to come back with a new channel."""
    with reach.parts().db.read() as session:
        client = reach.client(session, client_id)
    return _leave(client.id, 0)


@bp.post("/channels/<int:channel_id>/authorizations")
@reach.only(Act.CONNECT)
def update(channel_id: int) -> Answer | str | tuple[str, int]:
    """Out, to come back with new credentials for this channel."""
    with reach.parts().db.read() as session:
        channel = reach.channel(session, channel_id)
    return _leave(channel.client_id, channel.id)


@bp.get("/connect/<key>/callback")
@reach.open_to_all
def callback(key: str) -> Answer:
    """Back, for a member or for a client who opened a link. What this very browser is not expected with is refused before anybody
    is called."""
    state, error = request.args.get("state", ""), request.args.get("error", "")
    code = request.args.get("code", "")
    errand = _errand(key, state)
    if errand is None:
        return by_link.arrive(key, state, code, error) or errors.page(
            400 if reach.visitor() else 410, reach.words().text(NOT_YOURS)
        )
    if error:
        network = reach.parts().networks[key]
        return _back(errand, connect_words.answered(error, network, errand["server"], errand["returns_to"]))
    return _arrive(errand, state, code)


def _errand(key: str, state: str) -> dict[str, Any] | None:
    """What this member left for; None when she did not, or not to this network."""
    me = reach.visitor()
    if me is None or not may(me.role, Act.CONNECT):
        return None
    with reach.parts().db.begin() as session:
        errand = errands.take(session, me.session_id, state)
        if errand is None or errand["network"] != key:
            return None
        reach.client(session, errand["client_id"])
    return errand


def _leave(client_id: int, channel_id: int) -> Answer | tuple[str, int]:
    """Not by a redirect: a form's target may not be another site (CSP), a page that moves on may."""
    parts, given = reach.parts(), forms.given(Way)
    wanted = given.form
    try:
        if wanted is None:
            raise BadInput("Give the address of the server, for example mastodon.social.")
        returns_to = reach.address_of(url_for("authorizations.callback", key=wanted.network))
        trip = set_out(
            parts.db, parts.networks, parts.secrets, parts.settings, wanted.network, wanted.server, returns_to
        )
    except BadInput as error:
        return channels.refused(client_id, channel_id, given, error), 422
    _keep(client_id, channel_id, trip)
    where = connect_words.place(parts.networks[trip.network], trip.server)
    page = render_template("channels/away.html", address=trip.address, host=where)
    return Response(page, headers={"Refresh": f"0; url={trip.address}"})


def _keep(client_id: int, channel_id: int, trip: Trip) -> None:
    what = {**asdict(trip), "client_id": client_id, "channel_id": channel_id}
    del what["state"], what["address"]
    with reach.parts().db.begin() as session:
        errands.leave(session, reach.member().session_id, trip.state, what)


def _arrive(errand: dict[str, Any], state: str, code: str) -> Answer:
    trip = Trip(errand["network"], errand["server"], errand["returns_to"], state, errand["verifier"])
    goal = Goal(errand["client_id"], reach.member().actor, errand["channel_id"])
    try:
        came = arrive(reach.tools(), trip, code, goal)
    except BadInput as error:
        return _back(errand, connect_words.said(error))
    if not isinstance(came, int):
        return choosing.keep(came)
    return channels.connected(came, channels.AGAIN if goal.channel_id else channels.CONNECTED)


def _back(errand: dict[str, Any], told: str) -> Answer:
    """To the page where she set out, with the reason and her server kept."""
    toast(told, bad=True)
    if errand["channel_id"]:
        return redirect(url_for("channels.show", channel_id=errand["channel_id"]), 303)
    asks = reach.parts().networks[errand["network"]].asks_server
    server = errand["server"].removeprefix("https://") if asks else None
    way = {"client_id": errand["client_id"], "network": errand["network"], "server": server}
    return redirect(url_for("channels.new", **way), 303)
