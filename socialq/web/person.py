"""A member's own page: name, language, password, and the browsers in which she is signed in."""

from typing import Literal

from flask import Blueprint, abort, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from socialq.domain.roles import Act, may
from socialq.errors import BadInput
from socialq.members import people, sessions, signing_in
from socialq.services.i18n import Words, mark
from socialq.web import cookies, forms, reach
from socialq.web.first_run import new_hash
from socialq.web.forms import Form, Given, Line, Password
from socialq.web.frame import Person
from socialq.web.marks import letters
from socialq.web.session import left
from socialq.web.toasts import toast

bp = Blueprint("person", __name__, url_prefix="/me")

YOU, MEMBERS = mark("You"), mark("Members")
KEPT = mark("Saved.")
CHANGED = mark("Your password was changed. You were signed out everywhere else.")
ENDED = mark("That browser was signed out.")


class Self(Form):
    """Not the role, not the address."""

    name: Line = ""
    language: Literal["nl", "en"]


class Change(Form):
    """The present one too: a browser left open is not enough."""

    password_now: Password
    password: Password
    password_again: Password


@bp.get("")
def show() -> str:
    """Everything of hers."""
    return _page()


@bp.post("")
def update() -> Response | tuple[str, int]:
    """Name and language."""
    given = forms.given(Self)
    try:
        if given.form:
            with reach.parts().db.begin() as session:
                people.change_self(session, reach.member().id, given.form.name, given.form.language)
    except BadInput as error:
        given.refuse(error, "name")
    if given.form is None:
        return _page(given), 422
    g.words = Words(given.form.language)  # what is said next is said in the new one
    return _done(KEPT)


@bp.post("/password")
def update_password() -> Response | tuple[str, int]:
    """Every session ends; this browser gets a new one. 429 after too many tries."""
    given = forms.given(Change)
    token = _change(given)
    if token is None:
        return _page(password=given), 422
    return cookies.keep(_done(CHANGED), token)


@bp.post("/sessions/<int:session_id>/end")
def end_session(session_id: int) -> Response:
    """Signs another browser out, or this one."""
    me = reach.member()
    with reach.parts().db.begin() as session:
        if not sessions.end(session, me.id, session_id):
            abort(404)
    return left() if session_id == me.session_id else _done(ENDED)


@bp.post("/sessions/end")
def end_sessions() -> Response:
    """Signs her out everywhere, here too."""
    with reach.parts().db.begin() as session:
        sessions.end_all(session, reach.member().id)
    return left()


def in_frame() -> Person | None:
    """Who is signed in, for the foot of the side bar."""
    me = reach.visitor()
    if me is None:
        return None
    links = [(reach.words().text(YOU), url_for("person.show"), "user")]
    if may(me.role, Act.MEMBERS):
        links.append((reach.words().text(MEMBERS), url_for("members.index"), "users"))
    return Person(me.name or me.email, letters(me.name or me.email), url_for("session.end"), links)


def _page(given: Given[Self] | None = None, password: Given[Change] | None = None) -> str:
    me = reach.member()
    with reach.parts().db.read() as session:
        signed_in = sessions.all_of(session, me.id)
    return render_template(
        "session/person.html", person=given or forms.blank(name=me.name, language=me.language),
        password=password or forms.blank(), sessions=signed_in,
    )  # fmt: skip


def _change(given: Given[Change]) -> str | None:
    wanted = given.form
    hashed = new_hash(given, wanted.password, wanted.password_again) if wanted else None
    if wanted is None or hashed is None:
        return None
    try:
        return signing_in.change_password(
            reach.parts().db, reach.member(), wanted.password_now, hashed, reach.browser()
        )  # fmt: skip
    except BadInput as error:
        given.refuse(error, "password_now")
        return None


def _done(told: str) -> Response:
    toast(reach.words().text(told))
    return redirect(url_for("person.show"), 303)
