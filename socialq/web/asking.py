"""Asking a client to connect: a link by mail, sent again, withdrawn; and that she has done it."""

from typing import Annotated, Any, Literal

from flask import Blueprint, redirect, render_template, request, url_for
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from socialq.connecting import apps, links
from socialq.connecting.links import Asked
from socialq.domain.roles import Act
from socialq.errors import BadInput, NotFound, TooMany
from socialq.members import people, throttle
from socialq.members.throttle import Limit
from socialq.models import Channel, Client, ConnectLink
from socialq.networks.base import Network
from socialq.networks.besides import NeedsApp
from socialq.services.i18n import mark
from socialq.web import forms, mails, reach, shown
from socialq.web.forms import Form, Given, Line
from socialq.web.toasts import toast

bp = Blueprint("asking", __name__)

SENT = mark("A mail with the link is on its way to %(email)s.")
WITHDRAWN = mark("Withdrawn: the link that %(email)s has works no more.")
NO_NETWORK = mark("Choose a network that your client can connect.")
PER_EMAIL = 6  # mails to one address in a quarter of an hour


class Question(Form):
    """`channel`: connect that one again; 0 for a new one."""

    network: Line
    email: Line
    language: Literal["nl", "en"]
    channel: Annotated[int, Field(ge=0)] = 0


@bp.get("/clients/<int:client_id>/links/new")
@reach.only(Act.CONNECT)
def new(client_id: int) -> str:
    """Whom, in which language, for which network?"""
    with reach.parts().db.read() as session:
        client = reach.client(session, client_id)
        last = select(ConnectLink.email).where(ConnectLink.client_id == client.id).order_by(ConnectLink.id.desc())
        email = session.scalars(last).first() or ""
    chosen = request.args.get("network", "")
    channel = request.args.get("channel", 0, type=int)
    return _form(client.id, forms.blank(network=chosen, email=email, language=client.language, channel=channel))


@bp.post("/clients/<int:client_id>/links")
@reach.only(Act.CONNECT)
def create(client_id: int) -> Response | str | tuple[str, int]:
    """The mail is a row of the outbox; where none can leave, she gets the link to hand over."""
    with reach.parts().db.read() as session:
        reach.client(session, client_id)
    given = forms.given(Question)
    made = _ask(client_id, given)
    return made if made is not None else (_form(client_id, given), 422)


@bp.post("/links/<int:link_id>/mail")
@reach.only(Act.CONNECT)
def again(link_id: int) -> Response | str:
    """Another link for seven days; the one before works no more."""
    with reach.parts().db.begin() as session:
        email = reach.connect_link(session, link_id).email
        _not_too_often(session, email)
        link, token = links.ask_again(session, link_id, reach.member().actor)
        return _mailed(session, link, token)


@bp.post("/links/<int:link_id>/end")
@reach.only(Act.CONNECT)
def end(link_id: int) -> Response:
    """It works no more, even for who has it open."""
    with reach.parts().db.begin() as session:
        reach.connect_link(session, link_id)
        link = links.withdraw(session, link_id, reach.member().actor)
    toast(reach.words().text(WITHDRAWN, email=link.email))
    return redirect(url_for("clients.show", client_id=link.client_id), 303)


@bp.post("/links/<int:link_id>/seen")
def seen(link_id: int) -> Response:
    """She has read on Today that her client has connected."""
    with reach.parts().db.begin() as session:
        links.seen(session, reach.connect_link(session, link_id).id)
    return redirect(url_for("today.show"), 303)


def _ask(client_id: int, given: Given[Question]) -> Response | str | None:
    """None when something is wrong, said in `given`."""
    form = given.form
    if form is None:
        return None
    try:
        email = people.checked_email(form.email)
    except BadInput as error:
        given.refuse(error, "email")
        return None
    with reach.parts().db.begin() as session:
        if form.network not in {one.key for one in askable(session)}:
            given.errors["network"] = reach.words().text(NO_NETWORK)
            return None
        _not_too_often(session, email)
        asked = Asked(client_id, form.network, email, form.language, form.channel)
        try:
            link, token = links.ask(session, asked, reach.member().actor)
        except BadInput as error:
            given.refuse(error, "network")
            return None
        return _mailed(session, link, token)


def askable(session: Session) -> list[Network]:
    """What a client can connect on a page of ours, by name: those that need an app only when there is one."""
    parts = reach.parts()
    found = [one for one in parts.networks.values() if links.can_be_asked(one)]
    ready = [one for one in found if not isinstance(one, NeedsApp) or apps.ready(session, one.key)]
    return sorted(ready, key=lambda one: one.name)


def _not_too_often(session: Session, email: str) -> None:
    if wait := throttle.take(session, [Limit(throttle.of_email("ask", email), PER_EMAIL)]):
        raise TooMany(wait)


def _mailed(session: Session, link: ConnectLink, token: str) -> Response | str:
    if mails.leave(session):
        link.mail_id = mails.queue_asked(session, link, token).id
        toast(reach.words().text(SENT, email=link.email))
        return redirect(url_for("clients.show", client_id=link.client_id), 303)
    client = reach.client(session, link.client_id)
    return render_template("links/made.html", client=client, link=link, address=mails.asked_at(token))


def _form(client_id: int, given: Given[Any]) -> str:
    with reach.parts().db.read() as session:
        client = reach.client(session, client_id)
        offered = [(one.key, one.name) for one in askable(session)]
        channel = _channel(session, client, given)
        leaves = mails.leave(session)
    return render_template(
        "links/new.html", client=client, who=shown.who(client), given=given, networks=offered, channel=channel, leaves=leaves
    )  # fmt: skip


def _channel(session: Session, client: Client, given: Given[Any]) -> Channel | None:
    """The one to be connected again; 404 when it is not this client's."""
    number = str(given.value("channel") or 0)
    if not number.isascii() or not number.isdecimal() or number == "0":
        return None
    found = session.get(Channel, int(number)) if len(number) < 10 else None
    if found is None or found.client_id != client.id:
        raise NotFound("There is no such channel.")
    return found
