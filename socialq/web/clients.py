"""Clients: all of them, one, adding and changing one, pausing one. Their slots and channels have rooms of their own."""

from typing import Annotated, Literal

from flask import Blueprint, redirect, render_template, url_for
from pydantic import Field, StringConstraints
from sqlalchemy import select
from werkzeug.wrappers import Response

from socialq.domain.roles import Act, may
from socialq.errors import BadInput
from socialq.models import Channel, Client
from socialq.planning import pausing
from socialq.planning.clients import LONGEST_LIMIT, LONGEST_NAME, NewClient, add_client, change_client
from socialq.services.i18n import mark
from socialq.web import client_pages, forms, marks, paid, reach, zones
from socialq.web.forms import Form, Given, Line
from socialq.web.toasts import toast

bp = Blueprint("clients", __name__, url_prefix="/clients")

ADDED = mark("%(client)s is there. Connect a channel, then the first post can go out.")
KEPT = mark("Saved.")
PAUSED = mark("%(client)s is paused: nothing goes out until you resume.")
RESUMED = mark("%(client)s goes on.")
GOING = ("%(n)s post that waited goes out now.", "%(n)s posts that waited go out now.")
MISSED = (
    "%(n)s post has missed its time: schedule it again.",
    "%(n)s posts have missed their time: schedule them again.",
)


class ClientForm(Form):
    """`colour` is the number of one of the eight; `timezone` a city or an IANA name."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME)]
    timezone: Annotated[Line, StringConstraints(min_length=1)]
    language: Literal["nl", "en"]
    colour: Annotated[int, Field(ge=1, le=len(marks.COLOURS))]
    approval: Literal["needed", "not-needed"]
    lateness_limit: Annotated[int, Field(ge=1, le=LONGEST_LIMIT)]
    monthly_cap: str = ""


@bp.get("")
def index() -> str:
    """Whose brands are in these hands?"""
    with reach.parts().db.read() as session:
        rows = client_pages.rows(session)
    return render_template("clients/index.html", rows=rows, may_add=may(reach.member().role, Act.CLIENTS))


@bp.get("/new")
@reach.only(Act.CLIENTS)
def new() -> str:
    """A name is enough; the rest has sensible values."""
    return _form(client_pages.fresh())


@bp.post("")
@reach.only(Act.CLIENTS)
def create() -> Response | tuple[str, int]:
    """To the new client's page, where a channel comes next."""
    given = forms.given(ClientForm)
    client = _keep(given)
    if client is None:
        return _form(given), 422
    toast(reach.words().text(ADDED, client=client.name))
    return redirect(url_for("clients.show", client_id=client.id), 303)


@bp.get("/<int:client_id>")
def show(client_id: int) -> str:
    """What is agreed with this client, on which channels, at which times, and what comes next?"""
    return client_pages.page(client_id)


@bp.get("/<int:client_id>/edit")
@reach.only(Act.CLIENTS)
def edit(client_id: int) -> str:
    """Everything but slots and channels."""
    with reach.parts().db.read() as session:
        client = reach.client(session, client_id)
    return _form(client_pages.filled(client), client)


@bp.post("/<int:client_id>")
@reach.only(Act.CLIENTS)
def update(client_id: int) -> Response | tuple[str, int]:
    """Posts keep the instants that they have."""
    with reach.parts().db.read() as session:
        client = reach.client(session, client_id)
    given = forms.given(ClientForm)
    if _keep(given, client_id) is None:
        return _form(given, client), 422
    toast(reach.words().text(KEPT))
    return redirect(url_for("clients.show", client_id=client_id), 303)


@bp.post("/<int:client_id>/pause")
def pause(client_id: int) -> Response:
    """Nothing of this client goes out until somebody resumes."""
    with reach.parts().db.begin() as session:
        client = reach.client(session, client_id)
        pausing.pause(session, [client.id], reach.member().actor)
    undo = url_for("clients.resume", client_id=client_id)
    toast(reach.words().text(PAUSED, client=client.name), undo=undo)
    return redirect(url_for("clients.show", client_id=client_id), 303)


@bp.post("/<int:client_id>/pause/end")
def resume(client_id: int) -> Response:
    """What is inside its limit goes by itself; what has passed it is told."""
    with reach.parts().db.begin() as session:
        client = reach.client(session, client_id)
        found = pausing.resume(session, [client.id], reach.member().actor)
    toast(_resumed(client.name, found), bad=bool(found.missed))
    return redirect(url_for("clients.show", client_id=client_id), 303)


def _resumed(name: str, found: pausing.Resumed) -> str:
    words = reach.words()
    told = [words.text(RESUMED, client=name)]
    told += [words.plural(*GOING, found.going)] if found.going else []
    told += [words.plural(*MISSED, found.missed)] if found.missed else []
    return " ".join(told)


def _keep(given: Given[ClientForm], client_id: int = 0) -> Client | None:
    """None when something is wrong, said in `given`."""
    wanted, parts, by = given.form, reach.parts(), reach.member().actor
    if wanted is None:
        return None
    zone = zones.named(reach.words(), wanted.timezone)
    try:
        new = NewClient(
            wanted.name, zone, wanted.language, wanted.approval == "needed", monthly_cap=paid.cap(wanted.monthly_cap),
            lateness_limit=wanted.lateness_limit, colour=marks.COLOURS[wanted.colour - 1],
        )  # fmt: skip
        with parts.db.begin() as session:
            if client_id:
                return change_client(session, parts.settings.times, client_id, new, by)
            return add_client(session, parts.settings.times, new, by)
    except BadInput as error:
        given.refuse(error, client_pages.field_of(error))
        return None


def _is_paid(client: Client | None) -> bool:
    if client is None:
        return False
    with reach.parts().db.read() as session:
        there = session.scalars(select(Channel.network).where(Channel.client_id == client.id).distinct())
        return paid.concerns(client, there)


def _form(given: Given[ClientForm], client: Client | None = None) -> str:
    return render_template(
        "clients/edit.html",
        given=given,
        client=client,
        zones=zones.labels(reach.words()),
        limits=client_pages.limits(given),
        paid=_is_paid(client),
    )
