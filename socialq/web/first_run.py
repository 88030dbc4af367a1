"""First run: the owner is made in the browser, once. With a member in the database there is no such page.

Where others can reach this socialq, only who has read the setup code on the machine becomes the owner."""

from typing import Any, Literal

import structlog
from flask import Blueprint, Flask, abort, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from socialq.errors import BadInput, NotAllowed
from socialq.members import sessions, setup_code
from socialq.members.passwords import hash_of
from socialq.members.people import add_first_owner, anybody
from socialq.services.i18n import mark
from socialq.settings import Settings
from socialq.web import address, cookies, forms, reach
from socialq.web.forms import Form, Given, Line, Password

bp = Blueprint("first_run", __name__)

SAID = "socialq-setup-code-said"
log = structlog.get_logger()

DIFFERENT = mark("The two passwords are not the same: type them again.")


class Owner(Form):
    """Twice the password, because nobody can look it up. `code`: the setup code, where it is asked for."""

    code: Line = ""

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
    return _page(forms.blank(language=reach.language()))


@bp.post("/first-run")
@reach.open_to_all
def create() -> Response | tuple[str, int]:
    """Makes the owner and signs her in."""
    _only_once()
    given = forms.given(Owner)
    token = _make(given)
    if token is None:
        return _page(given), 422
    setup_code.end(reach.parts().settings.data_dir)
    return cookies.keep(redirect(url_for("today.show"), 303), token)


def _make(given: Given[Owner]) -> str | None:
    """The token of her first session; None when something is wrong, said in `given`."""
    wanted = given.form if _entitled(given) else None
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


def announce(app: Flask, settings: Settings) -> None:
    """At start, where others can reach this socialq: the code in the log, until there is an owner. Asks no database."""
    if not address.local(settings.base_url):
        _say(app, settings)


def _say(app: Flask, settings: Settings) -> None:
    """Once a process."""
    code = "" if app.extensions.get(SAID) else setup_code.current(settings.data_dir)
    if code:
        app.extensions[SAID] = True
        log.warning("the first owner types this setup code", setup_code=code)


def _page(given: Given[Any]) -> str:
    asked = _asked()
    if asked:
        _say(current_app, reach.parts().settings)
    return render_template("session/first_run.html", given=given, asked=asked)


def _asked() -> bool:
    """Nothing is asked of somebody who sits at this very computer."""
    return not address.local(reach.parts().settings.base_url) or not address.at_this_computer(request.remote_addr)


def _entitled(given: Given[Owner]) -> bool:
    """Whether the code is right, where it is asked for; else said in `given`."""
    if given.form is None or not _asked():
        return given.form is not None
    parts = reach.parts()
    try:
        setup_code.check(parts.db, parts.settings.data_dir, given.form.code, reach.browser().address)
    except BadInput as error:
        given.refuse(error, "code")
    return given.form is not None


def _only_once() -> None:
    with reach.parts().db.read() as session:
        if anybody(session):
            abort(404)
