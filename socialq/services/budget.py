"""What networks still give: rows a channel, an app or a host has, until they are filled again. Publishing comes before numbers."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from socialq import db
from socialq.domain.states import DeliveryState
from socialq.models import Budget, Channel, Delivery
from socialq.networks.call import Remaining

LONGEST = timedelta(days=32)  # a reset further ahead is none


def keep(session: Session, channel: Channel, found: Iterable[Remaining]) -> None:
    """What answers said; the newest stands."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    for one in found:
        said = {"size": one.size, "left": one.left, "resets_at": one.resets_at, "read_at": db.now(session)}
        row = insert(Budget).values(scope=one.scope, subject=subject(channel, one.scope), name=one.name, **said)
        session.execute(row.on_conflict_do_update(index_elements=["scope", "subject", "name"], set_=said))


def subject(channel: Channel, scope: str) -> str:
    """Whose budget it is: the channel's own, that of socialq as the network knows it, or the server's."""
    return {"app": channel.network, "host": channel.host}.get(scope, str(channel.id))


def spent_until(session: Session, channel: Channel) -> datetime | None:
    """When the channel may send again; None: now."""
    return session.scalar(select(func.max(Budget.resets_at)).where(*_now(session, channel), Budget.left <= 0))


def numbers_wait_until(session: Session, channel: Channel) -> datetime | None:
    """Numbers take only what the posts leave that go out before the budget is filled again. None: they may be asked for now."""
    found: datetime | None = None
    for row in session.scalars(select(Budget).where(*_now(session, channel))):
        waiting = (Delivery.channel_id == channel.id, Delivery.state == DeliveryState.SCHEDULED)
        planned = session.scalar(select(func.count()).where(*waiting, Delivery.due_at < row.resets_at)) or 0
        if row.left <= planned:
            found = max(found or row.resets_at, row.resets_at)
    return found


def _now(session: Session, channel: Channel) -> tuple[ColumnElement[bool], ...]:
    moment = db.now(session)
    mine = [
        and_(Budget.scope == scope, Budget.subject == subject(channel, scope)) for scope in ("channel", "app", "host")
    ]
    return or_(*mine), Budget.resets_at > moment, Budget.resets_at < moment + LONGEST
