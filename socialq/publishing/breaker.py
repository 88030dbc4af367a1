"""More posts on a channel within an hour than anybody plans: the rest waits, and somebody is asked at once. Sends nothing."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from socialq.db import Database, now
from socialq.domain.states import DeliveryState
from socialq.errors import BadInput, NotFound
from socialq.models import Channel, Client, Delivery, Incident
from socialq.publishing.claimable import BELOW_LIMIT, HOUR, LIVE, MOMENT, WANTED, at
from socialq.services.events import record as record_event
from socialq.services.incidents import open_incident, resolve_incidents

KIND = "breaker"
MOST = 10_000
_HELD = (
    select(Delivery.channel_id, func.count(), func.min(Delivery.scheduled_at))
    .where(Delivery.state == DeliveryState.SCHEDULED, Delivery.due_at <= MOMENT, Delivery.deadline_at >= MOMENT)
    .where(Delivery.stop_at.is_(None), Delivery.confirm_at.is_(None), LIVE, WANTED, ~BELOW_LIMIT)
    .group_by(Delivery.channel_id)
)


def notice(db: Database) -> int:
    """Every few seconds: channels that wait for somebody's word are told, once; those that go on again are not any more."""
    with db.read() as session:
        moment = now(session)
        held = {row[0]: (row[1], row[2]) for row in session.execute(_HELD, at(moment))}
        query = select(Incident.subject).where(Incident.kind == KIND, Incident.resolved_at.is_(None))
        told = {int(subject.removeprefix("channel:")) for subject in session.scalars(query)}
    if held.keys() ^ told:
        with db.begin() as session:
            for channel_id in held.keys() - told:
                _tell(session, channel_id, *held[channel_id])
            for channel_id in told - held.keys():
                resolve_incidents(session, f"channel:{channel_id}", "scheduler", [KIND])
    return len(held)


def go_on(session: Session, channel_id: int, actor: str) -> None:
    """Somebody says that it is right so: for an hour nothing is counted. Raises NotFound."""
    channel = _channel(session, channel_id)
    channel.breaker_until = now(session) + HOUR
    where = (Delivery.channel_id == channel_id, Delivery.state == DeliveryState.SCHEDULED)
    session.execute(update(Delivery).where(*where, Delivery.due_at <= now(session)).values(rung_at=None, rings=0))
    resolve_incidents(session, f"channel:{channel_id}", actor, [KIND])
    record_event(session, actor, "go_on", f"channel:{channel_id}", channel.client_id)


def limit(session: Session, channel_id: int, posts_an_hour: int, actor: str) -> Channel:
    """What the channel may do from now on. Raises NotFound or BadInput."""
    if not 1 <= posts_an_hour <= MOST:
        raise BadInput(f"A channel may have from 1 to {MOST} posts an hour.")
    channel = _channel(session, channel_id)
    channel.posts_an_hour = posts_an_hour
    record_event(session, actor, "limit", f"channel:{channel_id}", channel.client_id, posts_an_hour=posts_an_hour)
    return channel


def _channel(session: Session, channel_id: int) -> Channel:
    channel = session.get(Channel, channel_id)
    if channel is None:
        raise NotFound(f"There is no channel {channel_id}.")
    return channel


def _tell(session: Session, channel_id: int, waiting: int, first_at: datetime) -> None:
    channel = session.get_one(Channel, channel_id)
    client = session.get_one(Client, channel.client_id)
    facts = {
        "client": client.name, "channel": channel.handle, "channel_id": channel.id, "network": channel.network,
        "limit": channel.posts_an_hour, "waiting": waiting, "scheduled_at": first_at.isoformat(),
    }  # fmt: skip
    open_incident(session, KIND, f"channel:{channel_id}", client.id, facts)
