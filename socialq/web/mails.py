"""Mails with a link in them, as rows of the outbox: about signing in, and asking a client to connect. Links come from BASE_URL."""

from flask import url_for
from sqlalchemy.orm import Session

from socialq.connecting.links import MAIL
from socialq.models import Client, ConnectLink, Member, OutboxMail
from socialq.services import mail_settings, outbox, templates
from socialq.services.i18n import Words, mark
from socialq.web import guests, reach, shown

RESET = mark("Choose a new password for socialq")
INVITED = mark("You can sign in to socialq")
ASKED = mark("%(name)s asks you to connect %(network)s")


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


def asked_at(token: str) -> str:
    """Where a client connects."""
    return reach.address_of(url_for("by_link.show", token=token))


def queue_asked(session: Session, link: ConnectLink, token: str) -> OutboxMail:
    """In the client's language, in the assistant's name. Never twice by itself."""
    words, client = Words(link.language), session.get_one(Client, link.client_id)
    network = shown.called(link.network, reach.parts().networks, words)
    name = guests.named(session, link.asked_by)
    values = {
        "by": name, "client": client.name, "network": network, "link": asked_at(token), "again": bool(link.channel_id),
        "until": words.date(link.expires_at, client.timezone, long=True),
    }  # fmt: skip
    text, html = (templates.render(f"mail/connect.{form}", words, **values) for form in ("txt", "html"))
    subject = words.text(ASKED, name=name, network=network)
    return outbox.queue(session, MAIL, link.email, subject, text, html)
