"""Vera's practice with a post office: an installation whose mails leave, members in two languages, one client."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from socialq import db as database
from socialq.alerting.send import due, send
from socialq.alerting.tell import tell
from socialq.models import Client, Incident, Member, MemberClient, OutboxMail
from socialq.services import outbox
from socialq.services.incidents import open_incident
from socialq.wiring import Parts
from tests.cast import NADIA, STAN, VERA
from tests.postoffice import PostOffice, open_office


@dataclass
class Post:
    """The use cases with their arguments filled in, and what the rows hold."""

    parts: Parts
    office: PostOffice

    def tell(self) -> int:
        return tell(self.parts.db, self.parts.settings, self.parts.secrets, self.parts.networks)

    def deliver(self) -> int:
        """Sends all that is due, once; how many."""
        ids = due(self.parts.db, self.parts.settings, self.parts.secrets)
        for one in ids:
            self.send(one)
        return len(ids)

    def send(self, mail_id: int) -> None:
        send(self.parts.db, self.parts.settings, self.parts.secrets, mail_id)

    def queue(
        self, kind: str = "alert", recipient: str = VERA.email, subject: str = "Niet geplaatst", **more: Any
    ) -> int:
        with self.parts.db.begin() as session:
            return outbox.queue(session, kind, recipient, subject, "Tekst\n", **more).id

    def mail(self, mail_id: int) -> OutboxMail:
        with self.parts.db.read() as session:
            return session.get_one(OutboxMail, mail_id)

    def mails(self) -> list[OutboxMail]:
        with self.parts.db.read() as session:
            return list(session.scalars(select(OutboxMail).order_by(OutboxMail.id)))

    def open(self, kind: str, subject: str, client_id: int | None = None, **facts: Any) -> None:
        with self.parts.db.begin() as session:
            open_incident(session, kind, subject, client_id, facts)

    def incidents(self) -> list[Incident]:
        with self.parts.db.read() as session:
            return list(session.scalars(select(Incident).where(Incident.resolved_at.is_(None)).order_by(Incident.id)))

    def later(self, **ago: float) -> None:
        """As if so much time had passed for mails and incidents."""
        by = timedelta(**ago)
        with self.parts.db.begin() as session:
            for mail in session.scalars(select(OutboxMail)):
                mail.due_at, mail.created_at = mail.due_at - by, mail.created_at - by
            for incident in session.scalars(select(Incident).where(Incident.mailed_at.is_not(None))):
                session.execute(
                    update(Incident).where(Incident.id == incident.id).values(mailed_at=incident.mailed_at - by)  # type: ignore[operator]
                )

    def client(self, name: str, zone: str = "Europe/Amsterdam") -> int:
        with self.parts.db.begin() as session:
            row = Client(name=name, timezone=zone, language="nl", created_at=database.now(session))
            session.add(row)
            session.flush()
            return row.id

    def member(self, email: str, role: str, language: str, clients: tuple[int, ...] = ()) -> int:
        with self.parts.db.begin() as session:
            row = Member(email=email, role=role, language=language, password_hash="", created_at=database.now(session))
            session.add(row)
            session.flush()
            session.add_all([MemberClient(member_id=row.id, client_id=one) for one in clients])
            return row.id


@contextmanager
def post(parts: Parts) -> Iterator[Post]:
    with open_office() as office:
        settings = parts.settings.model_copy(update={"smtp_url": office.url, "base_url": "https://desk.vera.example"})
        yield Post(replace(parts, settings=settings), office)


__all__ = ["NADIA", "STAN", "VERA", "Post", "post"]
