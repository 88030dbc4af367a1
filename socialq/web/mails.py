"""Mails about signing in, as rows of the outbox. Links in them come from BASE_URL only."""

from flask import url_for
from sqlalchemy.orm import Session

from socialq.models import Member
from socialq.services import mail_settings, outbox, templates
from socialq.services.i18n import Words, mark
from socialq.web import reach

RESET = mark("Choose a new password for socialq")
INVITED = mark("You can sign in to socialq")


def leave(session: Session) -> bool:
    """Whether any mail can leave this installation."""
    parts = reach.parts()
    return mail_settings.effective(parts.settings, session, parts.secrets).server is not None


def link(token: str) -> str:
    """Where a password is chosen."""
    return reach.address_of(url_for("password_resets.edit", token=token))


def queue_link(session: Session, member: Member, token: str, *, invited: bool) -> None:
    """In her language. `invited`: the link works for seven days rather than an hour. May go out twice: it is an alert."""
    words = Words(member.language)
    values = {"who": member.name, "link": link(token), "invited": invited}
    text, html = (templates.render(f"mail/password.{form}", words, **values) for form in ("txt", "html"))
    outbox.queue(session, outbox.ALERT, member.email, words.text(INVITED if invited else RESET), text, html)
