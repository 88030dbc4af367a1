"""Connecting by logging in on the network's own server: out with a state bound to this session, and back, once."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from socialq.connecting import Wanted, add_channel
from socialq.connecting.authorization import Trip, come_back
from socialq.connecting.authorization import leave as set_out
from socialq.connecting.channels import connect_again
from socialq.domain.roles import Act
from socialq.errors import BadInput
from socialq.members import errands
from socialq.services.i18n import mark
from socialq.web import channels, connect_words, errors, forms, reach
from socialq.web.forms import Form, Line
from socialq.web.toasts import toast

bp = Blueprint("authorizations", __name__)

NOT_YOURS = mark(
    "This way back was used already, took too long, or does not belong to this browser. Nothing was connected. "
    "Go to the client and connect the channel again."
)
DECLINED = mark("On %(host)s the answer was no, so nothing was connected. Try again when you do want to.")
REFUSED = mark("%(host)s sent you back without a usable answer. Nothing was connected: try again.")


class Way(Form):
    """To which server."""

    network: Line
    server: Line


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


@bp.get("/connect/mastodon/callback")
@reach.only(Act.CONNECT)
def callback() -> Answer:
    """Back. What is not expected by this very session is refused before anybody is called."""
    with reach.parts().db.begin() as session:
        errand = errands.take(session, reach.member().session_id, request.args.get("state", ""))
        if errand is None:
            return errors.page(400, reach.words().text(NOT_YOURS))
        reach.client(session, errand["client_id"])
    if "error" in request.args:
        return _back(errand, DECLINED if request.args["error"] == "access_denied" else REFUSED)
    return _arrive(errand, request.args.get("code", ""))


def _leave(client_id: int, channel_id: int) -> Answer | tuple[str, int]:
    """Not by a redirect: a form's target may not be another site (CSP), a page that moves on may."""
    parts, given = reach.parts(), forms.given(Way)
    wanted = given.form
    try:
        if wanted is None:
            raise BadInput("Give the address of the server, for example mastodon.social.")
        returns_to = reach.address_of(url_for("authorizations.callback"))
        trip = set_out(
            parts.db, parts.networks, parts.secrets, parts.settings, wanted.network, wanted.server, returns_to
        )
    except BadInput as error:
        return channels.refused(client_id, channel_id, given, error), 422
    _keep(client_id, channel_id, trip)
    page = render_template("channels/away.html", address=trip.address, host=_host(trip.server))
    return Response(page, headers={"Refresh": f"0; url={trip.address}"})


def _keep(client_id: int, channel_id: int, trip: Trip) -> None:
    what = {**asdict(trip), "client_id": client_id, "channel_id": channel_id}
    del what["state"], what["address"]
    with reach.parts().db.begin() as session:
        errands.leave(session, reach.member().session_id, trip.state, what)


def _arrive(errand: dict[str, Any], code: str) -> Answer:
    parts, by = reach.parts(), reach.member().actor
    trip = Trip(errand["network"], errand["server"], errand["returns_to"], request.args["state"], errand["verifier"])
    try:
        token = come_back(parts.db, parts.networks, parts.secrets, parts.settings, trip, code)
        wanted = Wanted(errand["client_id"], trip.network, token, trip.server)
        if channel_id := errand["channel_id"]:
            connect_again(parts.db, parts.networks, parts.secrets, parts.settings, channel_id, wanted, by)
            return channels.connected(channel_id, channels.AGAIN)
        made = add_channel(parts.db, parts.networks, parts.secrets, parts.settings, wanted, by)
    except BadInput as error:
        return _back(errand, connect_words.said(error))
    return channels.connected(made, channels.CONNECTED)


def _back(errand: dict[str, Any], told: str) -> Answer:
    """To the page where she set out, with the reason and her server kept."""
    host = _host(errand["server"])
    words = reach.words()
    toast(words.text(told, host=host) if told in (DECLINED, REFUSED) else told, bad=True)
    if errand["channel_id"]:
        return redirect(url_for("channels.show", channel_id=errand["channel_id"]), 303)
    way = {"client_id": errand["client_id"], "network": errand["network"], "server": host}
    return redirect(url_for("channels.new", **way), 303)


def _host(server: str) -> str:
    return server.removeprefix("https://")
