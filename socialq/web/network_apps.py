"""Settings → Network apps: credentials that a network asks for, and the servers with which socialq registered itself. Owners only."""

from typing import Annotated, Any

from flask import Blueprint, abort, redirect, render_template, url_for
from pydantic import Field
from werkzeug.wrappers import Response

from socialq.connecting import apps
from socialq.domain.roles import Act
from socialq.errors import BadInput, NotAllowed
from socialq.networks.besides import NeedsApp
from socialq.services.i18n import mark
from socialq.settings import app_names
from socialq.web import forms, reach
from socialq.web.forms import Form, Given, Line
from socialq.web.house import house, network
from socialq.web.toasts import toast

bp = Blueprint("network_apps", __name__, url_prefix="/settings/networks")

KEPT = mark("Saved. Channels on %(network)s can be connected now.")
REMOVED = mark("Removed. No channel on %(network)s can be connected until there are new ones.")
FORGOTTEN = mark("%(server)s is forgotten. At the next connection socialq registers there anew.")


class Credentials(Form):
    """The secret is never shown again, so it is typed anew with every change."""

    client_id: Line
    client_password: Annotated[str, Field(min_length=1, max_length=apps.LONGEST_SECRET)]


@bp.get("")
@reach.only(Act.SETTINGS)
def index() -> str:
    """All of it."""
    return _page()


@bp.post("/<key>")
@reach.only(Act.SETTINGS)
def update(key: str) -> Response | tuple[str, int]:
    """Kept, in place of what was there."""
    name, given = _needing(key), forms.given(Credentials)
    try:
        if given.form:
            with reach.parts().db.begin() as session:
                wanted, by = given.form, reach.member().actor
                apps.keep(session, reach.parts().secrets, key, wanted.client_id, wanted.client_password, by)
    except (BadInput, NotAllowed) as error:
        given.refuse(error)
    return _done(KEPT, network=name) if given.form else (_page({key: given}), 422)


@bp.post("/<key>/end")
@reach.only(Act.SETTINGS)
def end(key: str) -> Response:
    """Removed."""
    name = _needing(key)
    with reach.parts().db.begin() as session:
        apps.remove(session, key, reach.member().actor)
    return _done(REMOVED, network=name)


@bp.post("/registered/<int:app_id>/end")
@reach.only(Act.SETTINGS)
def forget(app_id: int) -> Response:
    """A server with which socialq registered itself."""
    with reach.parts().db.begin() as session:
        server = apps.forget(session, app_id, reach.member().actor)
    return _done(FORGOTTEN, server=server.partition("://")[2] or server)


def _page(given: dict[str, Given[Any]] | None = None) -> str:
    parts = reach.parts()
    with parts.db.read() as session:
        needing, known, home = apps.by_hand(session, parts.networks), apps.registered(session), house(session)
    return render_template(
        "settings/networks.html", needing=needing, known=known, zone=home.zone, given=given or {},
        blank=forms.blank, name_of=lambda key: network(key)[1], names_of=app_names,
    )  # fmt: skip


def _needing(key: str) -> str:
    """Its name; 404 for a network that needs no app."""
    found = reach.parts().networks.get(key)
    if found is None or not isinstance(found, NeedsApp):
        abort(404)
    return found.name


def _done(told: str, **values: object) -> Response:
    toast(reach.words().text(told, **values))
    return redirect(url_for("network_apps.index"), 303)
