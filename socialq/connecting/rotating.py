"""Another key for all that is sealed, while everything runs: the new key first, then every row, the old keys last and only if wanted.

Broken off anywhere it is simply run again: whatever a key opens stays open until every row is under the newest."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Column, LargeBinary, Table, and_, distinct, func, select, update

from socialq import clock
from socialq.crypto import KEYS, Secrets, add_key, load_keys, replace_keys
from socialq.db import Database, now
from socialq.errors import NotAllowed, Unavailable
from socialq.models import Record, Worker
from socialq.services import events, journal_files

BATCH = 200
ALIVE = timedelta(minutes=10)
SEVERAL = (
    "Workers of %(n)s data folders have used this database in the last ten minutes, each with a key file of its own. "
    "Stop the others, rotate here, copy the file %(file)s into their data folders, and start them again."
)
LEFT = "An answer waits in the journal under an old key; nothing was dropped. Run this again in a minute."


@dataclass(frozen=True)
class Rotated:
    """`sealed` rows were sealed anew; `closed` ones open with no key of ours and stay as they are; `keys`: how many there are now."""

    sealed: int
    closed: int
    keys: int


def rotate(db: Database, data_dir: Path, lease: float, by: str, *, drop_old: bool = False) -> Rotated:
    """`lease`: seconds after which nothing that was sealed under the keys before is still on its way into a row."""
    with _alone(data_dir):
        _refuse_other_folders(db, data_dir)
        secrets = Secrets.of(data_dir)
        if _pass(db, secrets, write=False)[0] == 0:  # else an earlier run was broken off: it is finished
            add_key(data_dir)
        sealed, closed = _until_clean(db, secrets)
        if drop_old:
            _wait_for_young_key(data_dir, lease)
            more, closed = _until_clean(db, secrets)
            sealed += more
            _refuse_journal(data_dir, secrets)
            replace_keys(data_dir, load_keys(data_dir)[:1])
        keys = len(load_keys(data_dir))
        with db.begin() as session:
            events.record(session, by, "rotate_keys", "installation", None, sealed=sealed, closed=closed, keys=keys)
    return Rotated(sealed, closed, keys)


def sealed_columns() -> list[tuple[Table, "Column[Any]"]]:
    """Wherever the models keep bytes, they are sealed."""
    tables = Record.metadata.sorted_tables
    return [(table, column) for table in tables for column in table.columns if isinstance(column.type, LargeBinary)]


def _until_clean(db: Database, secrets: Secrets) -> tuple[int, int]:
    """Somebody may write under an old key while this goes through: again, until there is nothing left to do."""
    total = 0
    while True:
        stale, closed = _pass(db, secrets, write=True)
        if stale == 0:
            return total, closed
        total += stale


def _pass(db: Database, secrets: Secrets, *, write: bool) -> tuple[int, int]:
    """How many were not under the newest key (and are now, unless somebody else was quicker), how many nothing opens."""
    stale = closed = 0
    for table, column in sealed_columns():
        for rows in _batches(db, table, column):
            old = [(key, value) for key, value in rows if not secrets.under_newest(value)]
            fresh = [(key, value, _anew(secrets, value)) for key, value in old]
            closed += sum(new is None for _, _, new in fresh)
            found = [(key, value, new) for key, value, new in fresh if new is not None]
            stale += len(found)
            if write and found:
                _write(db, table, column, found)
    return stale, closed


def _batches(db: Database, table: Table, column: "Column[Any]") -> Iterator[list[tuple[Any, bytes]]]:
    (key,) = table.primary_key.columns
    last: Any = None
    while True:
        query = select(key, column).where(column.is_not(None)).order_by(key).limit(BATCH)
        with db.read() as session:
            rows = session.execute(query if last is None else query.where(key > last)).all()
        if not rows:
            return
        last = rows[-1][0]
        yield [(row[0], bytes(row[1])) for row in rows]


def _write(db: Database, table: Table, column: "Column[Any]", rows: list[tuple[Any, bytes, bytes]]) -> None:
    """Only where it still stands as it was read: a renewal that came meanwhile is newer than what we hold."""
    (key,) = table.primary_key.columns
    with db.begin() as session:
        for one, before, after in rows:
            session.execute(update(table).where(and_(key == one, column == before)).values({column.name: after}))


def _anew(secrets: Secrets, sealed: bytes) -> bytes | None:
    try:
        return secrets.sealed_anew(sealed)
    except Unavailable:
        return None


def _wait_for_young_key(data_dir: Path, lease: float) -> None:
    """What was sealed just before it came may still be on its way."""
    age = clock.host_now().timestamp() - (data_dir / KEYS).stat().st_mtime
    clock.sleep(max(0.0, min(lease, lease - age)))


def _refuse_journal(data_dir: Path, secrets: Secrets) -> None:
    for path in journal_files.waiting(data_dir):
        try:
            sealed = json.loads(path.read_bytes()).get("sealed")
        except (OSError, ValueError, AttributeError):  # gone into the database, or none of ours
            continue
        if sealed is not None and not secrets.under_newest(str(sealed).encode()):
            raise NotAllowed(LEFT)


def _refuse_other_folders(db: Database, data_dir: Path) -> None:
    with db.read() as session:
        lately = (Worker.gone_at.is_(None), Worker.beat_at > now(session) - ALIVE)
        folders = session.scalar(select(func.count(distinct(Worker.host_id))).where(*lately)) or 0
    if folders > 1:
        raise NotAllowed(SEVERAL, n=folders, file=str(data_dir / KEYS))


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    with (data_dir / f"{KEYS}.lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotAllowed("The keys are being rotated already.") from None
        yield
