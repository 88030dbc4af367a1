"""Choosing a password by a one-time link. Whoever asks for one always gets the same answer."""

from flask import Blueprint, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from socialq.errors import NotFound, TooMany
from socialq.members import resets, throttle
from socialq.members.people import active_member
from socialq.members.sessions import Browser
from socialq.members.throttle import Limit
from socialq.web import errors, forms, mails, reach
from socialq.web.first_run import new_hash
from socialq.web.forms import Form, Given, Line, Password

bp = Blueprint("password_resets", __name__)

PER_EMAIL = 3
PER_ADDRESS = 20


class Ask(Form):
    """Whose password."""

    email: Line


class Choose(Form):
    """The new one, twice."""

    password: Password
    password_again: Password


@bp.get("/password-resets/new")
@reach.open_to_all
def new() -> str:
    """Asks for the address; when no mail leaves, says how else."""
    return _form(forms.blank())


@bp.post("/password-resets")
@reach.open_to_all
def create() -> Response | tuple[str, int]:
    """Queues the mail, if there is anybody to mail to; the answer does not say."""
    given = forms.given(Ask)
    if given.form is None:
        return _form(given), 422
    with reach.parts().db.begin() as session:
        wait = _ask(session, given.form.email, reach.browser())
    if wait:
        raise TooMany(wait)
    return redirect(url_for("password_resets.asked"), 303)


@bp.get("/password-resets/asked")
@reach.open_to_all
def asked() -> str:
    """The same for everybody."""
    return render_template("session/reset_asked.html")


@bp.get("/password-resets/<token>")
@reach.open_to_all
def edit(token: str) -> Response | str:
    """A mail scanner may look: it uses nothing up."""
    try:
        with reach.parts().db.read() as session:
            resets.whose(session, token)
    except NotFound as error:
        return errors.page(410, forms.say(error))
    return render_template("session/reset_edit.html", given=forms.blank(), token=token)


@bp.post("/password-resets/<token>")
@reach.open_to_all
def update(token: str) -> Response | tuple[str, int]:
    """Once. She signs in with it afterwards."""
    given = forms.given(Choose)
    hashed = new_hash(given, given.form.password, given.form.password_again) if given.form else None
    if hashed is None:
        return render_template("session/reset_edit.html", given=given, token=token), 422
    try:
        with reach.parts().db.begin() as session:
            resets.use(session, token, hashed)
    except NotFound as error:
        return errors.page(410, forms.say(error))
    return redirect(url_for("session.new"), 303)


def _form(given: Given[Ask]) -> str:
    with reach.parts().db.read() as session:
        return render_template("session/reset_new.html", given=given, mail=mails.leave(session))


def _ask(session: Session, email: str, browser: Browser) -> int:
    """Seconds to wait, 0 when it was taken; the throttle is written either way, so known and unknown take the same time.

    Per e-mail it only stops mailing: an answer would tell whether others asked for it before."""
    wait = throttle.take(session, [Limit(throttle.of_address("reset", browser.address), PER_ADDRESS)])
    quiet = throttle.take(session, [Limit(throttle.of_email("reset", email), PER_EMAIL)])
    member = active_member(session, email) if not wait + quiet and mails.leave(session) else None
    if member is not None:
        mails.queue_link(session, member, resets.allow(session, member.id, resets.ASKED), invited=False)
    return wait
