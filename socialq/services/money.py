"""What paid networks cost a client in a month of her own calendar: counted in rows before a call, held at her cap. Calls nobody."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from socialq import db
from socialq.models import Attempt, Client, Cost, Incident
from socialq.services.incidents import open_incident, resolve_incidents

KIND = "money_spent"
MICROS = 1_000_000
CENT = MICROS // 100
NOT_OUT = ("notsent", "deferred", "rejected", "disconnected")  # what provably did not go out is not paid


class CapReached(Exception):
    """The client's cap for this month does not allow it; nothing was counted."""

    def __init__(self, client_id: int, currency: str) -> None:
        super().__init__("the month's money is spent")
        self.client_id = client_id
        self.currency = currency


def spent(session: Session, client: Client) -> Mapping[str, int]:
    """This month so far, in millionths, by currency."""
    attempt = and_(Attempt.delivery_id == Cost.delivery_id, Attempt.number == Cost.number)
    paid = or_(Attempt.id.is_(None), Attempt.outcome.not_in(NOT_OUT))
    query = select(Cost.currency, func.sum(Cost.micros)).outerjoin(Attempt, attempt)
    mine = query.where(Cost.client_id == client.id, Cost.spent_at >= _began(client, db.now(session)), paid)
    return {currency: int(micros) for currency, micros in session.execute(mine.group_by(Cost.currency)).all()}


def left(session: Session, client: Client, currency: str) -> int | None:
    """What the cap leaves this month, in millionths; None: there is no cap."""
    cap = client.monthly_cap
    return None if cap is None else cap * CENT - spent(session, client).get(currency, 0)


def payer(session: Session, client_id: int) -> Client:
    """The client, held against others who count for her; locked before any delivery."""
    return session.scalars(select(Client).where(Client.id == client_id).with_for_update()).one()


def count(
    session: Session,
    client: Client,
    channel_id: int,
    currency: str,
    micros: int,
    attempt: tuple[int, int] | None = None,
) -> None:
    """One call that is about to be made; `attempt`: delivery and number. Raises CapReached."""
    here = left(session, client, currency)
    if here is not None and micros > here:
        raise CapReached(client.id, currency)
    delivery_id, number = attempt or (None, None)
    row = {"client_id": client.id, "channel_id": channel_id, "currency": currency, "micros": micros}
    session.add(Cost(**row, delivery_id=delivery_id, number=number, spent_at=db.now(session)))
    session.flush()


def tell(session: Session, client_id: int, currency: str) -> None:
    """Once: posts wait, and somebody must know."""
    client = session.get_one(Client, client_id)
    facts = {
        "client": client.name,
        "currency": currency,
        "cap": client.monthly_cap,
        "month": f"{_began(client, db.now(session)):%Y-%m}",
    }
    open_incident(session, KIND, f"client:{client_id}", client_id, facts)


def untell(database: db.Database) -> None:
    """A cap that was raised, or a new month: it goes on by itself."""
    told = select(Incident).where(Incident.kind == KIND, Incident.resolved_at.is_(None))
    with database.read() as session:
        if session.scalars(told).first() is None:
            return
    with database.begin() as session:
        for one in session.scalars(told).all():
            _look_again(session, one)


def _look_again(session: Session, one: Incident) -> None:
    client = session.get_one(Client, one.client_id)
    month = f"{_began(client, db.now(session)):%Y-%m}"
    if (month, client.monthly_cap) != (one.facts.get("month"), one.facts.get("cap")):
        resolve_incidents(session, one.subject, "scheduler", [KIND])


def _began(client: Client, moment: datetime) -> datetime:
    """The month's first moment, by the client's calendar."""
    there = moment.astimezone(ZoneInfo(client.timezone))
    return there.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
