"""Is this the database that this folder worked on a minute ago? A copy or a restored one knows nothing of what went out since:
then everything that is due soon waits until it was looked up and a person said yes. Sends nothing, asks no network."""

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import exists, func, or_, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from socialq.db import Database, now
from socialq.domain.states import DeliveryState
from socialq.models import Delivery, Installation
from socialq.publishing import life
from socialq.services.events import record as record_event
from socialq.services.incidents import open_incident, resolve_incidents

KIND, SUBJECT = "moved", "installation"
AHEAD = timedelta(hours=24)
SAME = timedelta(minutes=5)  # two machines that notice the same restore ask once
WAITS = (Delivery.state == DeliveryState.SCHEDULED, Delivery.confirm_at.is_not(None))
# On PostgreSQL: the cluster and its time line (a failover or a restore to a moment makes another one), and the database in it.
IDENTITY = (
    "SELECT system_identifier::text || '/' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) FROM pg_control_system()",
    "SELECT oid::text FROM pg_database WHERE datname = current_database()",
)


def recognise(db: Database, data_dir: Path, node_name: str = "") -> int:
    """At every start before anything is sent, and every minute. How many deliveries wait for a person from now on."""
    with _alone(data_dir) as path:
        mine, folder, database, known = (
            _key(data_dir, node_name),
            _folder(data_dir, node_name),
            _database(db),
            _read(path),
        )
        with db.begin() as session:
            rows = list(session.scalars(select(Installation)))
            row = next((one for one in rows if one.host_id == mine), None)
            doubt = _doubt(row, rows, folder, database, known, only_one=db.sqlite)
            held = hold(session, _last_seen(row, rows, now(session))) if doubt else 0
            row = row or Installation(host_id=mine, token="")
            row.folder, row.database, row.renewed_at = folder, database, now(session)
            row.previous, row.token = known, secrets.token_hex(16)
            session.add(row)
            resolve_if_done(session)
            token = row.token
        _write(path, token)
    return held


def restored(db: Database) -> int:
    """Whoever restored the database says so: the same, whatever this folder knows."""
    with db.begin() as session:
        rows = list(session.scalars(select(Installation)))
        return hold(session, _last_seen(None, rows, now(session)))


def hold(session: Session, since: datetime) -> int:
    """Everything due within a day waits. `since`: what went out later is not known here. One incident over all of it."""
    moment = now(session)
    asked = or_(Delivery.confirm_since.is_(None), Delivery.confirm_since < since - SAME)
    where = (Delivery.state == DeliveryState.SCHEDULED, Delivery.confirm_at.is_(None), asked)
    fresh = {"confirm_found": "", "confirm_url": "", "confirm_remote_id": None, "rung_at": None, "rings": 0}
    due = update(Delivery).where(*where, Delivery.due_at < moment + AHEAD)
    held = due.values(confirm_at=moment, confirm_since=since, **fresh).returning(Delivery.id)
    count = len(session.scalars(held.execution_options(synchronize_session=False)).all())
    if count:
        resolve_incidents(session, SUBJECT, "scheduler", [KIND])
        told = {"waiting": waiting(session), "since": since.isoformat()}
        open_incident(session, KIND, SUBJECT, None, told)
        record_event(session, "scheduler", "hold", SUBJECT, None, waiting=count)
    return count


def waiting(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Delivery).where(*WAITS)) or 0


def resolve_if_done(session: Session) -> None:
    """Nothing waits any more, whoever ended it."""
    if not session.scalar(select(exists().where(*WAITS))):
        resolve_incidents(session, SUBJECT, "scheduler", [KIND])


def _doubt(
    row: Installation | None, rows: Sequence[Installation], folder: str, database: str, known: str, *, only_one: bool
) -> bool:
    """True when this database, or this folder, may be older than what has gone out."""
    if row is not None:
        return row.folder != folder or row.database != database or known not in {row.token, row.previous} - {""}
    if known:  # the folder has worked on a database that knew it
        return True
    return bool(rows) and (only_one or all(one.database != database for one in rows))


def _last_seen(row: Installation | None, rows: Sequence[Installation], moment: datetime) -> datetime:
    """Until then at least the rows are complete."""
    found = [row.renewed_at] if row else [one.renewed_at for one in rows]
    return min(max(found, default=moment), moment)


def _key(data_dir: Path, node_name: str) -> str:
    life.host_id(data_dir)  # makes the file
    return hashlib.sha256((node_name or (data_dir / "host").read_text()).encode()).hexdigest()[:32]


def _folder(data_dir: Path, node_name: str) -> str:
    """What no copy has: another machine has another id, another file another number. A named machine answers for itself."""
    facts = node_name or f"{life.machine_id(named=False)}:{(data_dir / 'host').stat().st_ino}"
    return hashlib.sha256(facts.encode()).hexdigest()[:32]


def _database(db: Database) -> str:
    """As far as it may be asked."""
    found = [] if db.sqlite else [_asked(db, question) for question in IDENTITY]
    return "/".join(found)


def _asked(db: Database, question: str) -> str:
    try:
        with db.read() as session:
            return str(session.execute(text(question)).scalar_one())
    except DBAPIError:  # not allowed here; what is allowed must do
        return ""


@contextmanager
def _alone(data_dir: Path) -> Iterator[Path]:
    """Workers and schedulers of one folder take turns."""
    with (data_dir / "installation.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield data_dir / "installation"


def _read(path: Path) -> str:
    return path.read_text().strip() if path.exists() else ""


def _write(path: Path, token: str) -> None:
    """After the database has it. Killed in between, the file holds the one before, which the database knows as well."""
    draft = path.with_suffix(".new")
    with draft.open("w") as file:
        file.write(token)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
