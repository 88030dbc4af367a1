"""How servers behave, as all processes know it: three time-outs in a row and a host's rows wait a minute. Calls nobody."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import exists, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from socialq import clock
from socialq.db import Database, now
from socialq.domain.states import DeliveryState
from socialq.models import Channel, Delivery, Host, Incident
from socialq.networks.call import Call
from socialq.services.incidents import open_incident, resolve_incidents

KIND = "host_silent"
IN_A_ROW = 3
WAIT = timedelta(minutes=1)
LASTS = timedelta(minutes=10)  # then it is told
SPEAKS = timedelta(minutes=15)  # a clock that was heard longer ago is no witness
ASK_AGAIN = 5.0
_asked: dict[str, float] = {}  # when this process last made sure that a host that answers is not marked


def host_of(network: str, server: str) -> str:
    """Where a channel's posts go; the network's name where it has no server of its own."""
    return urlsplit(server).netloc or network


def heard(db: Database, host: str, call: Call) -> None:
    """What a call just found: a time-out is counted at once, an answer ends the count."""
    if call.timed_out:
        with db.begin() as session:
            _count(session, host)
        _asked.pop(host, None)
    elif call.answered and clock.boottime() - _asked.get(host, -ASK_AGAIN) >= ASK_AGAIN:
        _asked[host] = clock.boottime()
        _forgive(db, host)


def tell(db: Database) -> None:
    """A host that has not answered for long, while posts wait for it, is told until it does or nothing waits."""
    with db.read() as session:
        late = {_subject(host.name): host for host in _silent(session)}
        query = select(Incident.subject).where(Incident.kind == KIND, Incident.resolved_at.is_(None))
        told = set(session.scalars(query))
    if late.keys() ^ told:
        with db.begin() as session:
            for subject in late.keys() - told:
                host = late[subject]
                since = host.trouble_since.isoformat() if host.trouble_since else ""
                open_incident(session, KIND, subject, None, {"host": host.name, "since": since})
            for subject in told - late.keys():
                resolve_incidents(session, subject, "scheduler", [KIND])


def keep_clocks(db: Database, ahead: Mapping[str, float], machine: float) -> None:
    """`ahead`: servers' clocks beside this machine's, which itself is `machine` ahead of the database."""
    if not ahead:
        return
    with db.begin() as session:
        moment = now(session)
        for name, seconds in ahead.items():
            _upsert(session, name)
            off = round(1000 * (seconds + machine))
            session.execute(update(Host).where(Host.name == name).values(clock_off=off, clock_at=moment))


def clocks(session: Session) -> list[float]:
    """Seconds by which servers are ahead of the database, of those that were heard lately."""
    moment = now(session)
    lately = Host.clock_at.between(moment - SPEAKS, moment + timedelta(seconds=5))
    return [off / 1000 for off in session.scalars(select(Host.clock_off).where(lately)) if off is not None]


def _subject(name: str) -> str:
    return f"host:{name}"[:64]


def _silent(session: Session) -> list[Host]:
    moment = now(session)
    silent = select(Host).where(Host.timeouts >= IN_A_ROW, Host.trouble_since < moment - LASTS)
    return [host for host in session.scalars(silent) if _waits(session, host.name, moment)]


def _count(session: Session, host: str) -> None:
    moment = now(session)
    _upsert(session, host)
    row = session.scalars(select(Host).where(Host.name == host).with_for_update()).one()
    row.timeouts += 1
    row.trouble_since = row.trouble_since or moment
    if row.timeouts >= IN_A_ROW:
        row.wait_until = moment + WAIT
        session.flush()
        _move(session, host, row.wait_until)


def _move(session: Session, host: str, until: datetime) -> None:
    """What cannot wait so long is tried all the same."""
    where = (Delivery.state == DeliveryState.SCHEDULED, Delivery.channel_id.in_(_channels(session, host)))
    soon = update(Delivery).where(*where, Delivery.due_at < until, Delivery.deadline_at > until)
    session.execute(soon.values(due_at=until, rung_at=None, rings=0).execution_options(synchronize_session=False))


def _forgive(db: Database, host: str) -> None:
    """Reads first: nearly always there is nothing to forgive. What waits goes at once."""
    marked = (Host.name == host, Host.timeouts > 0)
    with db.read() as session:
        if not session.scalar(select(exists().where(*marked))):
            return
    with db.begin() as session:
        until = session.scalar(select(Host.wait_until).where(*marked))
        session.execute(update(Host).where(*marked).values(timeouts=0, trouble_since=None, wait_until=None))
        where = (Delivery.state == DeliveryState.SCHEDULED, Delivery.channel_id.in_(_channels(session, host)))
        if until is not None:
            waiting = update(Delivery).where(*where, Delivery.due_at == until)
            session.execute(
                waiting.values(due_at=now(session), rung_at=None).execution_options(synchronize_session=False)
            )


def _channels(session: Session, host: str) -> list[int]:
    found = session.execute(
        select(Channel.id, Channel.network, Channel.server).where(Channel.disconnected_at.is_(None))
    )
    return [row.id for row in found if host_of(row.network, row.server) == host]


def _waits(session: Session, host: str, moment: datetime) -> bool:
    late = (Delivery.state == DeliveryState.SCHEDULED, Delivery.scheduled_at < moment)
    return bool(session.scalar(select(exists().where(*late, Delivery.channel_id.in_(_channels(session, host))))))


def _upsert(session: Session, host: str) -> None:
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    session.execute(insert(Host).values(name=host, timeouts=0).on_conflict_do_nothing(index_elements=["name"]))
