"""Mails as rows: queued in the transaction of what causes them, then moved by whoever sends them. Talks to no server."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from socialq import db
from socialq.db import Database
from socialq.errors import BadInput, NotAllowed
from socialq.models import Incident, OutboxMail
from socialq.services import events, preferences
from socialq.services.incidents import open_incident, resolve_incidents
from socialq.services.mail_settings import SENDER
from socialq.services.smtp import Answer, Result

QUEUED, SENDING, SENT, NOT_SURE, FAILED, DROPPED = "queued", "sending", "sent", "not_sure", "failed", "dropped"
ALERT = "alert"  # may be repeated; what a client gets may not
WITH_A_LINK = (ALERT, "connect")  # a one-time link may stand in it: what it said is not kept
LEASE = timedelta(minutes=3)  # longer than any conversation with a server (smtp.TOTAL)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
GIVE_UP = timedelta(days=4)
TOLD_AFTER = 3  # tries without a server
WORDS_KEPT = timedelta(days=90)
LONGEST_SUBJECT, LONGEST_RECIPIENT = 400, 254


@dataclass(frozen=True)
class Letter:
    """A mail in the hands of one sender: `tries` is the number of his try."""

    id: int
    tries: int
    kind: str
    recipient: str
    subject: str
    text: str
    html: str
    message_id: str
    created_at: datetime


def queue(
    session: Session, kind: str, recipient: str, subject: str, text: str, html: str = "",
    incident_id: int | None = None, *, domain: str = "",
) -> OutboxMail:  # fmt: skip
    """A mail to one address. Its Message-ID is made here, once: a repeat is recognised by it. `domain` stands in it (see
    `MailSettings.domain`; the sender's when left out). Raises BadInput on line ends in an address or a subject."""
    for what, value, longest in (("subject", subject, LONGEST_SUBJECT), ("address", recipient, LONGEST_RECIPIENT)):
        if not value.strip() or not value.isprintable() or len(value) > longest:
            raise BadInput(f"The {what} of a mail is one line of 1 to {longest} characters.")
    domain = domain or str(preferences.read(session, SENDER).get("address", "")).rpartition("@")[2] or "socialq.invalid"
    moment = db.now(session)
    mail = OutboxMail(
        kind=kind, recipient=recipient, subject=subject, text=text, html=html, incident_id=incident_id,
        message_id=message_id(domain), state=QUEUED, due_at=moment, created_at=moment,
    )  # fmt: skip
    session.add(mail)
    session.flush()
    return mail


def message_id(domain: str) -> str:
    """A new one: 128 bits that nobody else has."""
    return f"<{secrets.token_hex(16)}@{domain}>"


def due(session: Session, limit: int) -> list[int]:
    """What may be sent now, oldest first."""
    ready = (OutboxMail.state == QUEUED, OutboxMail.due_at <= db.now(session))
    return list(
        session.scalars(select(OutboxMail.id).where(*ready).order_by(OutboxMail.due_at, OutboxMail.id).limit(limit))
    )


def reserve(session: Session, mail_id: int) -> Letter | None:
    """Takes it for one try. None: not due, somebody else has it, or what it is about is over."""
    moment = db.now(session)
    mine = (OutboxMail.id == mail_id, OutboxMail.state == QUEUED, OutboxMail.due_at <= moment)
    over = select(Incident.id).where(Incident.id == OutboxMail.incident_id, Incident.resolved_at.is_not(None))
    _move(session, (*mine, OutboxMail.kind == ALERT, over.exists()), state=DROPPED, reason="it was resolved before")
    row = _move(session, mine, tries=OutboxMail.tries + 1, due_at=moment + LEASE)
    if row is None:
        return None
    return Letter(
        row.id, row.tries, row.kind, row.recipient, row.subject, row.text, row.html, row.message_id, row.created_at
    )  # fmt: skip


def fence(session: Session, letter: Letter) -> bool:
    """From here on it may have arrived. False: it is somebody else's, nothing may be handed over."""
    mine = (OutboxMail.id == letter.id, OutboxMail.state == QUEUED, OutboxMail.tries == letter.tries)
    return _move(session, mine, state=SENDING, due_at=db.now(session) + LEASE) is not None


def settle(session: Session, letter: Letter, answer: Answer) -> None:
    """What the server's answer means for the row. Good news settles every state but sent; the rest only its own try."""
    mine = (OutboxMail.id == letter.id, OutboxMail.state.in_((QUEUED, SENDING)), OutboxMail.tries == letter.tries)
    moment = db.now(session)
    match answer.result:
        case Result.SENT:
            _arrived(session, letter, moment)
        case Result.REFUSED:
            _fail(session, letter, mine, answer.reason)
        case Result.UNSURE if letter.kind != ALERT:
            _unsure(session, mine, answer.reason)
        case Result.LATER | Result.NO_SERVER | Result.UNSURE if moment - letter.created_at > GIVE_UP:
            _fail(session, letter, mine, answer.reason)
        case Result.LATER | Result.NO_SERVER | Result.UNSURE:
            wait = min(FIRST_WAIT * 2 ** min(letter.tries - 1, 10), LONGEST_WAIT)
            _move(session, mine, state=QUEUED, due_at=moment + wait, reason=answer.reason)
            if answer.result is Result.NO_SERVER and letter.tries >= TOLD_AFTER:
                open_incident(session, "mail_server", "installation", None, {"reason": answer.reason})
        case Result.STOPPED:
            return


def give_up(db_: Database) -> int:
    """Mails whose sender was not heard of again after it began to hand them over: alerts are repeated, others asked about."""
    with db_.begin() as session:
        lost = (OutboxMail.state == SENDING, OutboxMail.due_at < db.now(session))
        ids = list(session.scalars(select(OutboxMail.id).where(*lost).limit(100)))
        reason = "whoever was sending it has not been heard of since"
        for mail_id in ids:
            mine = (OutboxMail.id == mail_id, *lost)
            if _move(session, (*mine, OutboxMail.kind == ALERT), state=QUEUED, reason=reason) is None:
                _unsure(session, mine, reason)
    return len(ids)


def prune(db_: Database) -> None:
    """What a mail said is kept for 90 days; that it left, to whom and about what, for ever."""
    with db_.begin() as session:
        old = (OutboxMail.state == SENT, OutboxMail.sent_at < db.now(session) - WORDS_KEPT, OutboxMail.text != "")
        session.execute(update(OutboxMail).where(*old).values(text="", html=""))


def decide(session: Session, mail_id: int, *, again: bool, by: str) -> None:
    """A person's word about a mail of which nobody knows, or that failed: send it again (with the same Message-ID), or leave it.

    Raises NotAllowed when it is neither."""
    open_ = (OutboxMail.id == mail_id, OutboxMail.state.in_((NOT_SURE, FAILED)))
    values = {"state": QUEUED, "tries": 0, "due_at": db.now(session), "reason": ""} if again else {"state": DROPPED}
    if _move(session, open_, **values) is None:
        raise NotAllowed("That mail is neither unsure nor failed: somebody has decided about it already.")
    resolve_incidents(session, f"mail:{mail_id}", by)
    events.record(session, by, "mail_again" if again else "leave_mail", f"mail:{mail_id}", None)


def _arrived(session: Session, letter: Letter, moment: datetime) -> None:
    gone = {"text": "", "html": ""} if letter.kind in WITH_A_LINK else {}
    not_yet = (OutboxMail.id == letter.id, OutboxMail.state != SENT)
    _move(session, not_yet, state=SENT, sent_at=moment, reason="", **gone)
    resolve_incidents(session, f"mail:{letter.id}", "worker")
    resolve_incidents(session, "installation", "worker", ["mail_server"])


def _fail(session: Session, letter: Letter, mine: tuple[Any, ...], reason: str) -> None:
    row = _move(session, mine, state=FAILED, reason=reason)
    if row is not None:  # alerts to one address fail together: one incident for them
        subject = f"mailbox:{letter.recipient}"[:64] if letter.kind == ALERT else f"mail:{row.id}"
        open_incident(session, "mail_failed", subject, None, _facts(row) | {"reason": reason})


def _unsure(session: Session, mine: tuple[Any, ...], reason: str) -> None:
    row = _move(session, mine, state=NOT_SURE, reason=reason)
    if row is not None:
        open_incident(session, "mail_unsure", f"mail:{row.id}", None, _facts(row) | {"reason": reason})


def _facts(row: OutboxMail) -> dict[str, Any]:
    return {"mail_id": row.id, "mail_kind": row.kind, "recipient": row.recipient, "mail_subject": row.subject}


def _move(session: Session, where: tuple[Any, ...], **values: Any) -> OutboxMail | None:
    """One conditional UPDATE: the row as it is now, or None when it does not stand like that."""
    moved = update(OutboxMail).where(*where).values(**values).returning(OutboxMail)
    return session.scalars(moved, execution_options={"populate_existing": True}).one_or_none()
