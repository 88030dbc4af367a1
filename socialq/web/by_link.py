"""Connecting by a link: what a client sees who was asked by mail. Looking changes nothing; only a button does."""

from typing import Annotated

from flask import Blueprint, Response, redirect, render_template, url_for
from pydantic import StringConstraints
from werkzeug.wrappers import Response as Answer

from socialq.connecting import arriving, choices, links
from socialq.connecting.arriving import Goal
from socialq.connecting.authorization import Trip
from socialq.connecting.authorization import leave as set_out
from socialq.connecting.choices import Choice, Holder
from socialq.connecting.tokens import LONGEST_TOKEN
from socialq.errors import BadInput, NotFound, TooMany
from socialq.members import throttle
from socialq.members.throttle import Limit
from socialq.networks.base import CanAuthorize
from socialq.services.i18n import mark
from socialq.services.links import hashed
from socialq.web import choosing, connect_words, forms, guests, reach
from socialq.web.choosing import Picked
from socialq.web.forms import Form, Given, Line
from socialq.web.guests import Guest, guest, visitor
from socialq.web.toasts import toast

bp = Blueprint("by_link", __name__, url_prefix="/connect")
bp.after_request(guests.unseen)

PER_LINK, PER_ADDRESS = 20, 40
NOT_SET_UP = mark("Something is not set up right at %(name)s's side. Nothing was connected: tell %(name)s.")
ONCE_MORE = mark("This choice took too long or was made already. Connect once more.")


class Connecting(Form):
    """What the network asks for; a password goes to the network, and nobody sees it again."""

    server: Line = ""
    handle: Line = ""
    password: Annotated[str, StringConstraints(max_length=LONGEST_TOKEN)] = ""


@bp.get("/<token>")
@reach.open_to_all
def show(token: str) -> str:
    """Who asks for what, and what will happen. A mail scanner may look."""
    return _show(guest(token), forms.blank())


@bp.post("/<token>")
@reach.open_to_all
def create(token: str) -> Answer | tuple[str, int]:
    """Off to the network; or connected at once, where an app password does it."""
    one, given = guest(token), forms.given(Connecting)
    _slowly(one)
    if given.form is None:
        return _show(one, given), 422
    goes = isinstance(one.network, CanAuthorize)
    return _leave(one, given) if goes else _connect(one, given)


@bp.get("/<token>/choice")
@reach.open_to_all
def choice(token: str) -> str | Answer:
    """Several accounts came with the log-in: which?"""
    return _choice(guest(token), forms.blank())


@bp.post("/<token>/choice")
@reach.open_to_all
def choose(token: str) -> Answer | tuple[str, int]:
    """One or several; the others are forgotten."""
    one, given = guest(token), forms.given(Picked)
    if not choosing.some(given):
        page = _choice(one, given)
        return (page, 422) if isinstance(page, str) else page
    with reach.parts().db.begin() as session:
        found = choices.take(session, reach.parts().secrets, _holder(one), one.link.client_id)
    picked = given.form.accounts if given.form else []
    return _chosen(one, found, picked) if found else _back(one, reach.words().text(ONCE_MORE))


@bp.get("/<token>/thanks")
@reach.open_to_all
def thanks(token: str) -> str:
    """It is done; the link is used up."""
    return render_template("by_link/thanks.html", guest=guest(token, used=True))


def arrive(key: str, state: str, code: str, error: str) -> Answer | None:
    """Back from the network. None when this browser is not expected with that state."""
    parts = reach.parts()
    with parts.db.begin() as session:
        found = links.come_back(session, parts.secrets, visitor(), state)
    if found is None or found[0].network != key:
        return None
    link, trip, token = found
    one = guest(token)
    if error:
        return _back(one, connect_words.answered(error, one.network, trip.server, trip.returns_to))
    try:
        came = arriving.arrive(reach.tools(), trip, code, _goal(one))
    except NotFound:
        return guests.unseen(redirect(url_for("by_link.show", token=token), 303))
    except BadInput as refused:
        return _back(one, _said(one, refused))
    return _thanks(one) if isinstance(came, int) else _to_choose(one, came)


def _show(one: Guest, given: Given[Connecting]) -> str:
    usual = reach.parts().settings.server_of(one.network.key).partition("://")[2]
    goes = isinstance(one.network, CanAuthorize)
    return render_template("by_link/show.html", guest=one, given=given, goes=goes, usual=usual)


def _slowly(one: Guest) -> None:
    """Counted before anybody is asked. Raises TooMany."""
    address = throttle.of_address("connect", reach.browser().address)
    with reach.parts().db.begin() as session:
        wait = throttle.take(session, [Limit(f"connect:link:{one.link.id}", PER_LINK), Limit(address, PER_ADDRESS)])
    if wait:
        raise TooMany(wait)


def _leave(one: Guest, given: Given[Connecting]) -> Answer | tuple[str, int]:
    parts, typed = reach.parts(), given.form.server if given.form else ""
    server = one.channel.server if one.channel and one.network.asks_server else typed
    returns_to = reach.address_of(url_for("authorizations.callback", key=one.network.key))
    try:
        trip: Trip = set_out(
            parts.db, parts.networks, parts.secrets, parts.settings, one.network.key, server, returns_to
        )
    except BadInput as error:
        return _refused(one, given, error)
    with parts.db.begin() as session:
        links.leave(session, parts.secrets, one.link.id, visitor(), one.token, trip)
    where = connect_words.place(one.network, trip.server)
    page = render_template("by_link/away.html", guest=one, address=trip.address, host=where)
    return Response(page, headers={"Refresh": f"0; url={trip.address}"})


def _connect(one: Guest, given: Given[Connecting]) -> Answer | tuple[str, int]:
    form, key = given.form or Connecting(), one.network.key
    server = one.channel.server if one.channel else form.server
    handle = one.channel.handle if one.channel else form.handle
    try:
        arriving.connect(reach.tools(), key, server, form.password, _goal(one), handle)
    except NotFound:
        return redirect(url_for("by_link.show", token=one.token), 303)
    except BadInput as error:
        return _refused(one, given, error)
    return _thanks(one)


def _goal(one: Guest) -> Goal:
    """The link is used up with the channel, or not at all."""
    link = one.link
    by = f"link:{link.id}"
    return Goal(link.client_id, by, link.channel_id or 0, lambda session, channel: links.use(session, link.id, channel))


def _refused(one: Guest, given: Given[Connecting], error: BadInput) -> tuple[str, int]:
    connect_words.refuse(given, error)
    given.errors = {name: _said(one, error) for name in given.errors}
    return _show(one, given), 422


def _said(one: Guest, error: BadInput) -> str:
    """What only the assistant can put right is not explained to her client."""
    if "Settings, Network apps" in str(error):
        return reach.words().text(NOT_SET_UP, name=one.by)
    return connect_words.said(error)


def _holder(one: Guest) -> Holder:
    return Holder(link_id=one.link.id, visitor_hash=hashed(visitor()))


def _to_choose(one: Guest, found: Choice) -> Answer:
    with reach.parts().db.begin() as session:
        choices.keep(session, reach.parts().secrets, _holder(one), found)
    return redirect(url_for("by_link.choice", token=one.token), 303)


def _choice(one: Guest, given: Given[Picked]) -> str | Answer:
    with reach.parts().db.read() as session:
        found = choices.waiting(session, reach.parts().secrets, _holder(one), one.link.client_id)
        taken = choosing.connected(session, found)
    if found is None:
        return _back(one, reach.words().text(ONCE_MORE))
    offered = connect_words.offered(found)
    return render_template("by_link/choice.html", guest=one, choice=offered, given=given, taken=taken)


def _chosen(one: Guest, found: Choice, picked: list[str]) -> Answer:
    try:
        done = arriving.connect_chosen(reach.tools(), found, picked, _goal(one))
    except NotFound:
        return redirect(url_for("by_link.show", token=one.token), 303)
    refused = [f"{name}: {_said(one, error)}" for name, error in done.refused]
    if not done.channels:
        return _back(one, " ".join(refused) or reach.words().text(ONCE_MORE))
    if refused:
        toast(" ".join(refused), bad=True)
    return _thanks(one)


def _thanks(one: Guest) -> Answer:
    return guests.unseen(redirect(url_for("by_link.thanks", token=one.token), 303))


def _back(one: Guest, told: str) -> Answer:
    toast(told, bad=True)
    return guests.unseen(redirect(url_for("by_link.show", token=one.token), 303))
