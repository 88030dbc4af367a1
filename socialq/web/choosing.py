"""One log-in gave several accounts: which of them become channels? For a member; by_link has the same for a client."""

from flask import Blueprint, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from socialq.connecting import arriving, choices
from socialq.connecting.arriving import Chosen, Goal
from socialq.connecting.choices import Choice, Holder
from socialq.domain.roles import Act
from socialq.models import Channel
from socialq.services.i18n import mark
from socialq.web import connect_words, forms, reach, shown
from socialq.web.forms import Form, Given, Line
from socialq.web.toasts import toast

bp = Blueprint("choosing", __name__)

CONNECTED = ("%(n)s channel is connected.", "%(n)s channels are connected.")
NONE = mark("Choose at least one account.")
LATE = mark("This choice took too long or was made already. Connect the channel again.")


class Picked(Form):
    """The network's own numbers of accounts."""

    accounts: list[Line] = []


@bp.get("/clients/<int:client_id>/choice")
@reach.only(Act.CONNECT)
def show(client_id: int) -> str | Response:
    """For half an hour after the log-in, in the same browser."""
    return _page(client_id, forms.blank())


@bp.post("/clients/<int:client_id>/choice")
@reach.only(Act.CONNECT)
def create(client_id: int) -> Response | tuple[str, int]:
    """Each becomes a channel; the tokens of the others are forgotten."""
    with reach.parts().db.read() as session:
        reach.client(session, client_id)
    given = forms.given(Picked)
    if given.form is None or not some(given):
        page = _page(client_id, given)
        return (page, 422) if isinstance(page, str) else page
    with reach.parts().db.begin() as session:
        found = choices.take(session, reach.parts().secrets, holder(), client_id)
    return _connect(found, given.form.accounts) if found else _late(client_id)


def keep(found: Choice) -> Response:
    """To the page, with what the log-in gave."""
    with reach.parts().db.begin() as session:
        choices.keep(session, reach.parts().secrets, holder(), found)
    return redirect(url_for("choosing.show", client_id=found.client_id), 303)


def holder() -> Holder:
    """This very session."""
    return Holder(session_id=reach.member().session_id)


def some(given: Given[Picked]) -> bool:
    """Whether anything is chosen; says so if not."""
    if given.form and not given.form.accounts:
        given.errors["accounts"] = reach.words().text(NONE)
    return not given.errors


def connected(session: Session, found: Choice | None) -> set[str]:
    """Those that the client has connected already."""
    if found is None:
        return set()
    here = (Channel.client_id == found.client_id, Channel.network == found.network, Channel.disconnected_at.is_(None))
    return set(session.scalars(select(Channel.remote_id).where(*here)))


def _page(client_id: int, given: Given[Picked]) -> str | Response:
    with reach.parts().db.read() as session:
        client = reach.client(session, client_id)
        found = choices.waiting(session, reach.parts().secrets, holder(), client_id)
        taken = connected(session, found)
    if found is None:
        return _late(client_id)
    name = shown.called(found.network, reach.parts().networks, reach.words())
    found = connect_words.offered(found)
    return render_template("channels/choice.html", client=client, choice=found, given=given, taken=taken, network=name)


def _connect(found: Choice, picked: list[str]) -> Response:
    done = arriving.connect_chosen(reach.tools(), found, picked, Goal(found.client_id, reach.member().actor))
    toast(_said(done), bad=bool(done.refused))
    return redirect(url_for("clients.show", client_id=found.client_id), 303)


def _said(done: Chosen) -> str:
    told = [reach.words().plural(*CONNECTED, len(done.channels))] if done.channels else []
    return " ".join([*told, *(f"{name}: {connect_words.said(error)}" for name, error in done.refused)])


def _late(client_id: int) -> Response:
    toast(reach.words().text(LATE), bad=True)
    return redirect(url_for("clients.show", client_id=client_id), 303)
