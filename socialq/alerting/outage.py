"""While the database is away no mail can be a row: after a minute the owners are told from memory, once, and again when it is back."""

import threading
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from socialq import clock
from socialq.alerting.send import content
from socialq.crypto import Secrets
from socialq.db import Database
from socialq.domain.roles import Role
from socialq.errors import SocialqError
from socialq.models import Client, Member
from socialq.services import outbox, smtp
from socialq.services.i18n import Words
from socialq.services.mail_settings import MailSettings, effective
from socialq.services.outbox import Letter
from socialq.services.smtp import Envelope, Result
from socialq.services.templates import render
from socialq.settings import Settings

AGAIN = 60.0  # seconds until a mail that nobody took is tried again
FULL = ("is full", "disk I/O", "No space left")

log = structlog.get_logger()


@dataclass(frozen=True)
class Known:
    """What is remembered: how mails leave, the owners with their languages, the zone in which times are told."""

    mail: MailSettings
    owners: tuple[tuple[str, str], ...]
    zone: str


class Outage:
    """One a scheduler. `patience`: seconds that the database may be away before anybody is told."""

    def __init__(self, db: Database, settings: Settings, secrets: Secrets, patience: float) -> None:
        self._db, self._settings, self._secrets, self._patience = db, settings, secrets, patience
        self._known: Known | None = None
        self._since: tuple[float, datetime] | None = None  # boot time, and the same moment for people
        self._told: list[tuple[str, str]] = []
        self._next_try = 0.0
        self._mailing: threading.Thread | None = None

    def remember(self) -> None:
        """Whom to tell, and how; read while the database answers."""
        with self._db.read() as session:
            try:
                mail = effective(self._settings, session, self._secrets)
            except SocialqError as error:
                log.warning("mails could not leave", because=str(error))
                return
            self._known = Known(
                mail, _owners(session), session.scalar(select(Client.timezone).order_by(Client.id).limit(1)) or "UTC"
            )

    def failed(self, error: Exception, started: float) -> None:
        """A write did not come about that was begun at boot time `started`. Mails in a thread of its own: SMTP takes its time."""
        if self._since is None:
            self._since = started, clock.host_now()
        now = clock.boottime()
        busy = self._mailing is not None and self._mailing.is_alive()
        if now - self._since[0] < self._patience or self._told or busy or now < self._next_try:
            return
        self._next_try = now + AGAIN
        full = any(words in str(error) for words in FULL)
        self._mailing = threading.Thread(target=self._tell, args=(self._since[1], full), name="outage", daemon=True)
        self._mailing.start()

    def answered(self) -> None:
        """A write came about. Who was told that it was away hears that it is back, by a row like all others."""
        if self._since is None or (self._mailing is not None and self._mailing.is_alive()):
            return
        since, told = self._since[1], list(self._told)
        if told and self._known is not None:
            with self._db.begin() as session:
                for address, language in told:
                    subject, text, html = self._written(language, "back", since, full=False)
                    domain = self._known.mail.domain
                    outbox.queue(session, outbox.ALERT, address, subject, text, html, domain=domain)
        self._since, self._told, self._next_try = None, [], 0.0

    def _tell(self, since: datetime, full: bool) -> None:
        known = self._known
        if known is None or known.mail.server is None or not known.owners:
            log.error("the database is away, and there is nobody to tell by mail")
            return
        for address, language in known.owners:
            subject, text, html = self._written(language, "gone", since, full=full)
            letter = Letter(
                0, 1, outbox.ALERT, address, subject, text, html, outbox.message_id(known.mail.domain), clock.host_now()
            )
            answer = smtp.deliver(known.mail.server, Envelope(known.mail.address, address, content(known.mail, letter)))
            if answer.result in (Result.SENT, Result.UNSURE):
                self._told.append((address, language))
            else:
                log.error("the database is away, and the mail about it did not leave", because=answer.reason)

    def _written(self, language: str, what: str, since: datetime, *, full: bool) -> tuple[str, str, str]:
        words = Words(language)
        zone = self._known.zone if self._known else "UTC"
        values = {
            "gone": what == "gone", "full": full, "since": words.moment(since, zone),
            "link": f"{self._settings.base_url.rstrip('/')}/",
        }  # fmt: skip
        if what == "gone":
            subject = words.text("socialq cannot reach its database")
        else:
            subject = words.text("socialq reaches its database again")
        text, html = render("mail/database.txt", words, **values), render("mail/database.html", words, **values)
        return subject, text, html


def _owners(session: Session) -> tuple[tuple[str, str], ...]:
    query = select(Member.email, Member.language).where(Member.left_at.is_(None), Member.role == Role.OWNER)
    return tuple((email, language) for email, language in session.execute(query.order_by(Member.id)))
