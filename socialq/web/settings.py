"""Settings: how mails leave and in whose name, and the ways to members and to oneself. What the environment sets is shown, not changed."""

from typing import Annotated, Literal

from flask import Blueprint, flash, get_flashed_messages, redirect, render_template, url_for
from pydantic import Field
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from socialq.alerting.send import send_test
from socialq.domain.roles import Act
from socialq.errors import BadInput, SocialqError
from socialq.services import mail_settings
from socialq.services.i18n import mark
from socialq.services.mail_settings import MailSettings
from socialq.services.smtp import PORTS, Server
from socialq.web import address, forms, reach
from socialq.web.forms import Form, Given, Line
from socialq.web.toasts import toast

bp = Blueprint("settings", __name__, url_prefix="/settings")

SENDER_KEPT = mark("Saved. Mails leave in this name from now on.")
SERVER_KEPT = mark("Saved. Send yourself a test mail to see whether it works.")
FORGOTTEN = mark("The mail server was removed: mails do not leave any more.")
LOCKED = mark("The mail server is set by SOCIALQ_SMTP_URL, so it cannot be changed here.")
TESTED = {True: "test-mail-good", False: "test-mail-bad"}


class Sender(Form):
    """Whose name and address mails carry."""

    name: Line
    address: Line


class MailServer(Form):
    """An empty password leaves the one that is stored, unless the host is another."""

    host: Line
    port: Annotated[int, Field(ge=1, le=65535)]
    security: Literal["starttls", "tls", "plain"]
    user: Line = ""
    password: Annotated[str, Field(max_length=1000)] = ""


@bp.get("")
def show() -> str:
    """Everything; mail for owners only."""
    return _page()


@bp.post("/sender")
@reach.only(Act.SETTINGS)
def update_sender() -> Response | tuple[str, int]:
    """Name and address."""
    given = forms.given(Sender)
    try:
        if given.form:
            with reach.parts().db.begin() as session:
                mail_settings.choose_sender(session, given.form.name, given.form.address, reach.member().actor)
    except BadInput as error:
        given.refuse(error, "name" if "longest" in error.values else "address")
    return _done(SENDER_KEPT) if given.form else (_page(sender=given), 422)


@bp.post("/mail-server")
@reach.only(Act.SETTINGS)
def update_server() -> Response | tuple[str, int]:
    """Refused while the environment sets one."""
    given = forms.given(MailServer)
    try:
        if given.form:
            with reach.parts().db.begin() as session:
                _choose(session, given.form)
    except BadInput as error:
        given.refuse(error, "host")
    return _done(SERVER_KEPT) if given.form else (_page(server=given), 422)


@bp.post("/mail-server/end")
@reach.only(Act.SETTINGS)
def end_server() -> Response:
    """Mails do not leave any more."""
    with reach.parts().db.begin() as session:
        mail_settings.forget_server(session)
    return _done(FORGOTTEN)


@bp.post("/test-mail")
@reach.only(Act.SETTINGS)
def create_test_mail() -> Response:
    """One to oneself, now; the page then says what happened. Takes up to a minute."""
    parts, me = reach.parts(), reach.member()
    left, told = send_test(parts.db, parts.settings, parts.secrets, me.email, reach.words())
    flash(told, TESTED[left])
    return redirect(url_for("settings.show", _anchor="test-mail"), 303)


def _page(sender: Given[Sender] | None = None, server: Given[MailServer] | None = None) -> str:
    mail, problem = _mail()
    return render_template(
        "settings/show.html", mail=mail, problem=problem, local=address.local(reach.parts().settings.base_url),
        base_url=reach.parts().settings.base_url, tested=_tested(), ports=PORTS,
        sender=sender or _sender(mail), server=server or _stored(mail),
    )  # fmt: skip


def _mail() -> tuple[MailSettings | None, str]:
    """What holds now, or what is wrong with it."""
    parts = reach.parts()
    try:
        with parts.db.read() as session:
            return mail_settings.effective(parts.settings, session, parts.secrets), ""
    except SocialqError as error:
        return None, forms.say(error)


def _sender(mail: MailSettings | None) -> Given[Sender]:
    """One made up from the address of this computer is nobody's: the field stays empty."""
    if mail is None:
        return forms.blank()
    return forms.blank(name=mail.name, address="" if address.local(f"//{mail.domain}") else mail.address)


def _stored(mail: MailSettings | None) -> Given[MailServer]:
    if mail is None or mail.server is None:
        return forms.blank(port=PORTS["starttls"], security="starttls")
    kept = mail.server
    return forms.blank(host=kept.host, port=kept.port, security=kept.security, user=kept.user)


def _choose(session: Session, wanted: MailServer) -> None:
    parts = reach.parts()
    if parts.settings.smtp_url:
        raise BadInput(LOCKED)
    server = Server(wanted.host, wanted.port, wanted.security, wanted.user, wanted.password)
    mail_settings.choose_server(session, parts.secrets, server, reach.member().actor, keep_password=not wanted.password)


def _tested() -> tuple[bool, str] | None:
    """What became of the test mail that was sent just now."""
    for left, category in TESTED.items():
        if found := get_flashed_messages(category_filter=[category]):
            return left, str(found[-1])
    return None


def _done(told: str) -> Response:
    toast(reach.words().text(told))
    return redirect(url_for("settings.show"), 303)
