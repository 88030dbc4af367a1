"""Accounts to choose from after one log-in: kept sealed for half an hour, for the browser that logged in, then gone. Asks no network."""

import secrets as random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.orm import Session

from socialq import db
from socialq.crypto import Secrets
from socialq.db import Database
from socialq.models import ConnectChoice
from socialq.networks.besides import Offer

LASTS = timedelta(minutes=30)


@dataclass(frozen=True)
class Holder:
    """Who logged in: a member's session, or the browser that opened a link."""

    session_id: int | None = None
    link_id: int | None = None
    visitor_hash: str = ""


@dataclass(frozen=True)
class Choice:
    """What can be chosen, for one client."""

    client_id: int
    network: str
    server: str
    offers: list[Offer]


def keep(session: Session, secrets: Secrets, holder: Holder, choice: Choice) -> None:
    """In place of an older one of the same browser."""
    moment = db.now(session)
    session.execute(delete(ConnectChoice).where(_of(holder) | _old(moment)))
    row = ConnectChoice(
        **asdict(holder), client_id=choice.client_id, network=choice.network, server=choice.server, created_at=moment,
        key=random.token_hex(32),
    )  # fmt: skip
    row.sealed = _sealed(secrets, row.owner, choice.offers)
    session.add(row)


def waiting(session: Session, secrets: Secrets, holder: Holder, client_id: int) -> Choice | None:
    """None when there is none, any more. Changes nothing."""
    row = session.scalars(select(ConnectChoice).where(*_here(session, holder, client_id))).first()
    return _opened(secrets, row) if row else None


def take(session: Session, secrets: Secrets, holder: Holder, client_id: int) -> Choice | None:
    """The same, and from here on it is nowhere else: of two at once one gets it."""
    gone = delete(ConnectChoice).where(*_here(session, holder, client_id)).returning(ConnectChoice)
    row = session.scalars(gone).first()
    return _opened(secrets, row) if row else None


def prune(database: Database) -> None:
    """Those for which nobody came back. Mostly there are none: then nothing is locked."""
    with database.read() as session:
        if session.scalar(select(ConnectChoice.id).where(_old(db.now(session))).limit(1)) is None:
            return
    with database.begin() as session:
        session.execute(delete(ConnectChoice).where(_old(db.now(session))))


def _here(session: Session, holder: Holder, client_id: int) -> tuple[ColumnElement[bool], ...]:
    return _of(holder), ConnectChoice.client_id == client_id, ~_old(db.now(session))


def _of(holder: Holder) -> ColumnElement[bool]:
    if holder.session_id is not None:
        return ConnectChoice.session_id == holder.session_id
    return and_(ConnectChoice.link_id == (holder.link_id or 0), ConnectChoice.visitor_hash == holder.visitor_hash)


def _old(now: datetime) -> ColumnElement[bool]:
    return ConnectChoice.created_at <= now - LASTS


def _sealed(secrets: Secrets, owner: str, offers: Sequence[Offer]) -> bytes:
    return secrets.seal(owner, {"offers": [{**vars(one), "credentials": dict(one.credentials)} for one in offers]})


def _opened(secrets: Secrets, row: ConnectChoice) -> Choice:
    found = secrets.open(row.owner, row.sealed)["offers"]
    return Choice(row.client_id, row.network, row.server, [Offer(**one) for one in found])
