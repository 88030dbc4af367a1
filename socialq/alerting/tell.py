"""Open incidents become mails: once each to everybody whom it concerns, then a reminder a day until it is resolved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from socialq import db as database
from socialq.crypto import Secrets
from socialq.db import Database
from socialq.domain.roles import Role, may_reach
from socialq.models import Client, Incident, Member, MemberClient
from socialq.networks.base import Network
from socialq.services import outbox
from socialq.services.i18n import Words
from socialq.services.incident_words import Case, Told, told
from socialq.services.mail_settings import effective
from socialq.services.templates import render
from socialq.settings import Settings

AGAIN = timedelta(days=1)
ONE_BY_ONE = 3  # more at once come in one mail
LONGEST = 20  # in one mail; the rest is a number
NOT_BY_MAIL = frozenset({"mail_server"})  # it is about mails not leaving
ONCE = ("access_ends",)  # comes again by itself when it is near
NOWHERE = "UTC"
# Where a thing stands that an incident is about.
PAGES = {"delivery": "deliveries", "channel": "channels", "post": "posts", "report": "reports"}


@dataclass(frozen=True)
class Seen:
    """An open incident as it was read; `mailed_at` None: nobody knows yet."""

    id: int
    client_id: int | None
    mailed_at: datetime | None
    reminders: int
    case: Case


@dataclass(frozen=True)
class Reader:
    """A member; `given`: the clients of an assistant."""

    email: str
    language: str
    role: Role
    given: frozenset[int]

    def concerned(self, one: Seen) -> bool:
        """What is nobody's client in particular concerns the owner."""
        return self.role is Role.OWNER if one.client_id is None else may_reach(self.role, one.client_id, self.given)


@dataclass(frozen=True)
class Mail:
    """Ready to be queued."""

    recipient: str
    subject: str
    text: str
    html: str
    incident_id: int | None = None


class _Stale(Exception):
    """An incident no longer stands as it was read."""


def tell(db: Database, settings: Settings, secrets: Secrets, networks: Mapping[str, Network]) -> int:
    """Queues what is to be told now, as many mails as it returns. While no mail can leave nothing is queued: it is told then."""
    with db.read() as session:
        seen = _untold(session)
        mail = effective(settings, session, secrets) if seen else None
        readers = _readers(session)
    if mail is None or mail.server is None or not readers:
        return 0
    names = {network.key: network.name for network in networks.values()}
    mails = [one for reader in readers for one in written(reader, seen, names, settings.base_url)]
    try:
        with db.begin() as session:
            _store(session, seen, mails, mail.domain)
    except _Stale:  # somebody else told one, or it was resolved, a moment ago: the next minute sees what is left
        return 0
    return len(mails)


def written(reader: Reader, seen: Sequence[Seen], names: Mapping[str, str], base_url: str) -> list[Mail]:
    """What the reader gets: new ones each in a mail, or all in one when they are many; what is still open in one mail."""
    words = Words(reader.language)
    mine = [one for one in seen if reader.concerned(one)]
    new = [one for one in mine if one.mailed_at is None]
    old = [one for one in mine if one.mailed_at is not None]
    groups = [new] if len(new) > ONE_BY_ONE else [[one] for one in new]
    return [_mail(words, reader, group, names, base_url) for group in [*groups, old] if group]


def _untold(session: Session) -> list[Seen]:
    """In the order in which they happened."""
    moment = database.now(session)
    reminded = and_(Incident.mailed_at <= moment - AGAIN, Incident.kind.not_in(ONCE))
    told_long_ago = or_(Incident.mailed_at.is_(None), reminded)
    clients = {one.id: one for one in session.scalars(select(Client).order_by(Client.id))}
    home = next((one.timezone for one in clients.values()), NOWHERE)
    query = select(Incident).where(Incident.resolved_at.is_(None), told_long_ago, Incident.kind.not_in(NOT_BY_MAIL))
    found = []
    for row in session.scalars(query.order_by(Incident.opened_at, Incident.id)):
        if row.kind == "mail_failed" and row.facts.get("mail_kind") == outbox.ALERT:
            continue  # a mail about a mail that could not be delivered would come back the same way
        client = clients.get(row.client_id or 0)
        case = Case(
            row.kind, row.subject, row.facts, row.opened_at, client.name if client else "", client.timezone if client else home
        )  # fmt: skip
        found.append(Seen(row.id, row.client_id, row.mailed_at, int(row.facts.get("reminders", 0)), case))
    return found


def _readers(session: Session) -> list[Reader]:
    given: dict[int, set[int]] = {}
    for link in session.scalars(select(MemberClient)):
        given.setdefault(link.member_id, set()).add(link.client_id)
    members = session.scalars(select(Member).where(Member.left_at.is_(None)).order_by(Member.id))
    return [Reader(one.email, one.language, Role(one.role), frozenset(given.get(one.id, ()))) for one in members]


def _store(session: Session, seen: Sequence[Seen], mails: Sequence[Mail], domain: str) -> None:
    """All of it, in one transaction, or nothing."""
    if not all(_mark(session, one) for one in seen):
        raise _Stale
    for one in mails:
        outbox.queue(
            session, outbox.ALERT, one.recipient, one.subject, one.text, one.html, one.incident_id, domain=domain
        )  # fmt: skip


def _mark(session: Session, one: Seen) -> bool:
    """False when it no longer stands as it was read. What others have added to its facts meanwhile stays."""
    before = Incident.mailed_at.is_(None) if one.mailed_at is None else Incident.mailed_at == one.mailed_at
    open_ = (Incident.id == one.id, Incident.resolved_at.is_(None), before)
    row = session.scalars(select(Incident).where(*open_).with_for_update()).first()
    if row is None:
        return False
    row.mailed_at = database.now(session)
    row.facts = row.facts | ({"reminders": one.reminders + 1} if one.mailed_at else {})
    return True


def _mail(words: Words, reader: Reader, group: Sequence[Seen], names: Mapping[str, str], base_url: str) -> Mail:
    cases = [told(words, one.case, names) for one in group]
    values = {
        "cases": cases[:LONGEST], "more": len(cases[LONGEST:]), "again": group[0].mailed_at is not None,
        "since": words.moment(group[0].case.opened_at, group[0].case.zone), "link": base_url.rstrip("/") + _place(group),
    }  # fmt: skip
    subject = _subject(words, cases, [one.case.client for one in group], again=values["again"] is True)
    mail = Mail(
        reader.email,
        subject,
        render("mail/incidents.txt", words, **values),
        render("mail/incidents.html", words, **values),
    )
    return mail if len(group) > 1 else replace(mail, incident_id=group[0].id)


def _place(group: Sequence[Seen]) -> str:
    """The page of the one thing that it is about; Today for several, and for what has no page."""
    kind, _, number = group[0].case.subject.partition(":")
    found = PAGES.get(kind) if len(group) == 1 and number.isdecimal() else None
    return f"/{found}/{number}" if found else "/"


def _subject(words: Words, cases: Sequence[Told], clients: Sequence[str], *, again: bool) -> str:
    """One line, whatever is in a name."""
    if len(cases) > 1:
        counted = words.plural("%(n)s thing needs you", "%(n)s things need you", len(cases))
        subject = words.text("Still open: %(what)s", what=counted) if again else counted
    else:
        title = f"{clients[0]}: {cases[0].title}" if clients[0] else cases[0].title
        subject = words.text("Still open: %(what)s", what=title) if again else title
    clean = "".join(letter if letter.isprintable() else " " for letter in subject)
    return " ".join(clean.split())[: outbox.LONGEST_SUBJECT]
