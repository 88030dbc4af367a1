"""The database: engines, transactions and the database's clock. Knows no table."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Engine, create_engine, event, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator

from socialq import clock
from socialq.errors import Unavailable

BUSY_SECONDS = 5
BEGIN_TRIES = 6
SHORTEST_PAUSE = 0.001


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Refuses naive values; comes back aware, in UTC, on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """Opens transactions. `paced`: background writers on SQLite pause after each write, for its lock is not fair."""

    def __init__(self, url: str, *, paced: bool = False) -> None:
        self.engine = _engine(url)
        self.sqlite = self.engine.dialect.name == "sqlite"
        self._paced = paced and self.sqlite
        self._writing = self.engine.execution_options(writing=True)
        self._one_writer = threading.Lock()
        self._onlooker: sqlite3.Connection | None = None

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """A writing transaction: commits at the end, rolls back on any exception. Keep it under 100 ms, call nobody inside."""
        if not self.sqlite:
            with Session(self._writing, expire_on_commit=False) as session, session.begin():
                yield session
            return
        with self._one_writer:
            with Session(self._writing, expire_on_commit=False) as session:
                _begin_immediate(session)
                started = (
                    clock.boottime()
                )  # the pause is for the others: as long as they had to wait for us, not we for them
                with _committing(session):
                    yield session
            if self._paced:
                clock.sleep(max(SHORTEST_PAUSE, clock.boottime() - started))

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A reading transaction; nothing written in it survives."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session  # closing rolls back and leaves what was read usable

    def now(self) -> datetime:
        """The database's clock, outside any transaction of the caller."""
        if self.sqlite:
            return clock.host_now()
        with self.read() as session:
            return now(session)

    def version(self) -> int | None:
        """Another number whenever anybody has committed since the last call. None: it cannot be told (PostgreSQL).

        Not the same number twice unless nothing was written; costs a hundredth of a question. For one thread."""
        if not self.sqlite:
            return None
        if self._onlooker is None:
            connection = self.engine.raw_connection()
            self._onlooker = connection.driver_connection
            connection.detach()  # no transaction of ours may come through it: it would not be seen
        found: int = self._onlooker.execute("PRAGMA data_version").fetchone()[0]  # type: ignore[union-attr]
        return found

    def dispose(self) -> None:
        self.engine.dispose()
        if self._onlooker is not None:
            self._onlooker.close()
            self._onlooker = None


def now(session: Session) -> datetime:
    """The database's clock. On PostgreSQL never `now()`, which stands still in a transaction; on SQLite the host is the database."""
    if session.get_bind().dialect.name == "sqlite":
        return clock.host_now()
    moment: datetime = session.execute(text("SELECT clock_timestamp()")).scalar_one()
    return moment.astimezone(UTC)


def told(error: OperationalError) -> str:
    """What the outside world did to the database, as one sentence for a person."""
    words = str(error.orig).strip().splitlines()[0]
    if isinstance(error.orig, sqlite3.Error) and ("is full" in words or "disk I/O" in words):
        return "The disk is full or does not work: nothing was stored. Make room and try again."
    return f"The database does not answer: {words}"


@contextmanager
def _committing(session: Session) -> Iterator[None]:
    try:
        yield
    except BaseException:
        session.rollback()
        raise
    session.commit()


def _begin_immediate(session: Session) -> None:
    """SQLite gives up on a busy lock after BUSY_SECONDS; nothing has happened yet, so ask again."""
    for attempt in range(1, BEGIN_TRIES + 1):
        try:
            session.connection()
            return
        except OperationalError as error:
            session.rollback()
            if "locked" not in str(error) and "busy" not in str(error):
                raise
            if attempt == BEGIN_TRIES:
                raise Unavailable("The database is busy; nothing was changed. Try again in a moment.") from None


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(
            parsed, pool_pre_ping=True, pool_size=20, max_overflow=20, connect_args={"connect_timeout": BUSY_SECONDS}
        )
    engine = create_engine(
        parsed, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}, pool_size=20, max_overflow=20
    )
    event.listen(engine, "connect", _sqlite_connection)
    event.listen(engine, "begin", _sqlite_begin)
    return engine


def _sqlite_connection(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver sends no BEGIN of its own; _sqlite_begin does
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "fullfsync=ON",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_SECONDS * 1000}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _sqlite_begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
