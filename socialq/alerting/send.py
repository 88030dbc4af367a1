"""The one place where mails leave: a row is reserved, handed over behind its fence, and settled by what the server said."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from socialq import db as database
from socialq.crypto import Secrets
from socialq.db import Database
from socialq.errors import SocialqError
from socialq.services import outbox, smtp
from socialq.services.i18n import Words, mark
from socialq.services.mail_settings import MailSettings, effective
from socialq.services.outbox import Letter
from socialq.services.smtp import Answer, Envelope, Result
from socialq.services.templates import render
from socialq.settings import Settings

AT_ONCE = 100
POLICY = SMTP.clone(cte_type="7bit")  # every server takes it, with or without 8BITMIME


def due(db: Database, settings: Settings, secrets: Secrets, limit: int = AT_ONCE) -> list[int]:
    """Mails that can leave now; none while there is no server to take them."""
    with db.read() as session:
        ids = outbox.due(session, limit)
        return ids if ids and effective(settings, session, secrets).server else []


def send(db: Database, settings: Settings, secrets: Secrets, mail_id: int) -> None:
    """One try of one mail. A mail that is not due, or somebody else's, is left alone."""
    with db.begin() as session:
        mail = effective(settings, session, secrets)
        letter = outbox.reserve(session, mail_id) if mail.server else None
    if mail.server is None or letter is None:
        return
    try:
        envelope = Envelope(mail.address, letter.recipient, content(mail, letter))
    except (ValueError, UnicodeError):
        answer = Answer(Result.REFUSED, mark("its addresses or subject cannot be written as a mail"))
    else:
        answer = smtp.deliver(mail.server, envelope, lambda: _fence(db, letter))
    with db.begin() as session:
        outbox.settle(session, letter, answer)


def send_test(db: Database, settings: Settings, secrets: Secrets, recipient: str, words: Words) -> tuple[bool, str]:
    """A mail to oneself, now. (whether it left, one plain sentence of what happened). Takes up to a minute; stores nothing."""
    try:
        with db.read() as session:
            mail, moment = effective(settings, session, secrets), database.now(session)
    except SocialqError as error:
        return False, str(error)
    if mail.server is None:
        return False, words.text("No mail server is set yet.")
    text, html = render("mail/test.txt", words, sender=mail.name), render("mail/test.html", words, sender=mail.name)
    subject = words.text("Test mail from socialq")
    letter = Letter(0, 1, outbox.ALERT, recipient, subject, text, html, outbox.message_id(mail.domain), moment)
    answer = smtp.deliver(mail.server, Envelope(mail.address, recipient, content(mail, letter)))
    if answer.result is Result.SENT:
        return True, words.text(
            "%(host)s has taken the mail. Look whether it arrives at %(recipient)s, and not as spam.",
            host=mail.server.host,
            recipient=recipient,
        )
    return False, words.text(answer.said, **answer.values)


def content(mail: MailSettings, letter: Letter) -> bytes:
    """The message as it goes over the wire. Raises ValueError on what no header may hold (line ends among it)."""
    message = EmailMessage(policy=POLICY)
    message["From"] = _address(mail.name, mail.address)
    message["To"] = _address("", letter.recipient)
    message["Subject"] = letter.subject
    message["Date"] = letter.created_at
    message["Message-ID"] = letter.message_id
    if letter.kind == outbox.ALERT:
        message["Auto-Submitted"] = "auto-generated"  # no out-of-office notes to it
    message.set_content(letter.text)
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    return message.as_bytes()


def _address(name: str, address: str) -> Address:
    """Made from its parts: whatever a name holds, it cannot become a second address."""
    local, _, domain = address.rpartition("@")
    return Address(name, local, domain)


def _fence(db: Database, letter: Letter) -> bool:
    with db.begin() as session:
        return outbox.fence(session, letter)
