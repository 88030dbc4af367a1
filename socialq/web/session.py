"""Signing in and out."""

from typing import Annotated
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from flask import session as page_cookie
from pydantic import Field
from werkzeug.wrappers import Response

from socialq.errors import BadInput
from socialq.members import people, sessions, signing_in
from socialq.web import cookies, forms, interrupted, reach
from socialq.web.forms import Form, Given, Line, Password

bp = Blueprint("session", __name__)


class SignIn(Form):
    """`next` is where she wanted to go, `kept` a form that she had sent (see `interrupted`)."""

    email: Line
    password: Password
    next: str = ""
    kept: Annotated[str, Field(max_length=interrupted.LONGEST)] = ""


@bp.get("/sign-in")
@reach.open_to_all
def new() -> Response | str:
    """The door."""
    if reach.visitor():
        return redirect(url_for("today.show"), 303)
    return render_template("session/new.html", given=forms.blank(next=request.args.get("next", "")), interrupted=False)


@bp.post("/session")
@reach.open_to_all
def create() -> Response | tuple[str, int]:
    """A new session with a new token, whatever the browser had before. 429 after too many tries."""
    given = forms.given(SignIn)
    token = _sign_in(given)
    if given.form is None or token is None:
        return render_template("session/new.html", given=given, interrupted=bool(given.value("kept"))), 422
    page_cookie.clear()
    target = interrupted.hand_over(reach.parts().db, token, local(given.form.next), given.form.kept)
    return cookies.keep(redirect(target, 303), token)


@bp.post("/session/end")
def end() -> Response:
    """Signs this browser out."""
    me = reach.member()
    with reach.parts().db.begin() as session:
        sessions.end(session, me.id, me.session_id)
    return left()


def left() -> Response:
    """To the door, without the cookie."""
    page_cookie.clear()
    return cookies.drop(redirect(url_for("session.new"), 303))


def local(target: str) -> str:
    """A path of this very site, or the first page: nobody is sent elsewhere by a link to the door."""
    odd = any(letter <= " " or letter == "\\" for letter in target)
    own = target.startswith("/") and not target.startswith("//") and not urlsplit(target).netloc
    return target if own and not odd else url_for("today.show")


def _greet(token: str) -> None:
    with reach.parts().db.begin() as session:
        if me := sessions.who(session, token):
            people.greet(session, me.id, reach.browser_language())


def _sign_in(given: Given[SignIn]) -> str | None:
    if given.form is None:
        return None
    try:
        token = signing_in.sign_in(reach.parts().db, given.form.email, given.form.password, reach.browser())
    except BadInput as error:
        given.refuse(error)
        return None
    _greet(token)
    if me := reach.visitor():  # the session that this browser had before ends
        with reach.parts().db.begin() as session:
            sessions.end(session, me.id, me.session_id)
    return token
