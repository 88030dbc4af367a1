"""First run: the owner is made in the browser, once. With a member in the database there is no such page."""

from typing import Any, Literal

from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from socialq.errors import BadInput, NotAllowed
from socialq.members import sessions
from socialq.members.passwords import hash_of
from socialq.members.people import add_first_owner, anybody
from socialq.services.i18n import mark
from socialq.web import cookies, forms, reach
from socialq.web.forms import Form, Given, Line, Password

bp = Blueprint("first_run", __name__)

DIFFERENT = mark("The two passwords are not the same: type them again.")


class Owner(Form):
    """Twice the password, because nobody can look it up."""

    name: Line
    email: Line
    language: Literal["nl", "en"]
    password: Password
    password_again: Password


@bp.get("/first-run")
@reach.open_to_all
def show() -> str:
    """Who are you?"""
    _only_once()
    return render_template("session/first_run.html", given=forms.blank(language=reach.language()))


@bp.post("/first-run")
@reach.open_to_all
def create() -> Response | tuple[str, int]:
    """Makes the owner and signs her in."""
    _only_once()
    given = forms.given(Owner)
    token = _make(given)
    if token is None:
        return render_template("session/first_run.html", given=given), 422
    return cookies.keep(redirect(url_for("today.show"), 303), token)


def _make(given: Given[Owner]) -> str | None:
    """The token of her first session; None when something is wrong, said in `given`."""
    wanted = given.form
    hashed = new_hash(given, wanted.password, wanted.password_again) if wanted else None
    if wanted is None or hashed is None:
        return None
    try:
        with reach.parts().db.begin() as session:
            owner = add_first_owner(session, wanted.email, wanted.name, hashed, wanted.language)
            return sessions.start(session, owner.id, reach.browser())
    except NotAllowed:  # somebody was quicker
        abort(404)
    except BadInput as error:
        given.refuse(error, "email")
        return None


def new_hash(given: Given[Any], password: str, again: str) -> str | None:
    """Of a password typed twice; None when it cannot be one, said in `given`."""
    try:
        if password != again:
            raise BadInput(DIFFERENT)
        return hash_of(password)
    except BadInput as error:
        given.refuse(error, "password_again" if password != again else "password")
        return None


def _only_once() -> None:
    with reach.parts().db.read() as session:
        if anybody(session):
            abort(404)
