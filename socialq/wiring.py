"""Settings → database, networks, secrets: the same for every entry point. Nothing else composes them."""

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import OperationalError

from socialq.crypto import Secrets, load_keys
from socialq.db import Database, told
from socialq.errors import Unavailable
from socialq.networks.base import Network, discover
from socialq.services.journal import Journal
from socialq.services.storage import Storage
from socialq.services.storage.bucket import Bucket, Place
from socialq.services.storage.signed import Signed
from socialq.settings import Settings, load_settings

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATING = 0x50C1A1


@dataclass(frozen=True)
class Parts:
    """What the use cases are handed."""

    settings: Settings
    db: Database
    networks: Mapping[str, Network]
    secrets: Secrets
    media: Path
    journal: Journal
    storage: Storage
    signed: Signed


def open_parts(settings: Settings | None = None, *, paced: bool = False, migrate: bool = True) -> Parts:
    """Opens the installation; `migrate` brings its database up to date first (on PostgreSQL under an advisory lock)."""
    parts = assemble(settings or load_settings(), paced=paced)
    try:
        bring_up_to_date(parts.db, parts.settings) if migrate else require_up_to_date(parts.db)
    except BaseException:
        parts.db.dispose()
        raise
    return parts


def assemble(settings: Settings, *, paced: bool = False) -> Parts:
    """Folders, keys and networks; asks the database nothing yet. Raises Unavailable when the data folder cannot be used."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        media = settings.data_dir / "media"
        media.mkdir(exist_ok=True)
        secrets = Secrets.of(settings.data_dir)
    except OSError as error:
        raise Unavailable(f"The data folder {settings.data_dir} cannot be used: {error.strerror}.") from None
    journal = Journal(settings.data_dir, settings.journal_after)
    return Parts(
        settings, Database(settings.database, paced=paced), discover(), secrets, media, journal, storage_of(settings),
        signed_of(settings),
    )  # fmt: skip


def storage_of(settings: Settings) -> Storage:
    """Where pictures and videos lie: in the data folder, or in a bucket."""
    folder = settings.data_dir / "media"
    if not settings.s3_bucket:
        return Storage(folder)
    keys = settings.s3_access_key, settings.s3_secret_key
    return Bucket(folder, Place(settings.s3_bucket, settings.s3_endpoint, settings.s3_region, *keys))


def signed_of(settings: Settings) -> Signed:
    """Addresses for networks that fetch. The keys are read when they are needed: they may be changed while everything runs."""
    own = settings.secret_key.encode()
    return Signed(settings.media_url or settings.base_url, lambda: [own] if own else load_keys(settings.data_dir))


def bring_up_to_date(database: Database, settings: Settings) -> None:
    """Makes or changes the tables, one process at a time. Raises Unavailable."""
    try:
        if _revision(database) != head():
            _upgrade(database, settings)
    except OperationalError as error:
        raise Unavailable(told(error)) from None


def _upgrade(database: Database, settings: Settings) -> None:
    """Alembic is needed here and nowhere else: a tenth of the memory of a process that stays."""
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    try:
        with _alone(database, settings.data_dir) as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
    except CommandError:
        raise Unavailable(
            "The database was made by a newer socialq; install that version, or restore a backup."
        ) from None


@contextmanager
def _alone(database: Database, data_dir: Path) -> Iterator[Connection]:
    """Two first starts at once: the second waits, and then finds nothing left to do."""
    with (data_dir / "migrating.lock").open("wb") as lock, database.engine.connect() as connection:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not database.sqlite:
            connection.detach()  # the lock is the session's: it ends when this connection is closed
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATING})
            connection.commit()
        yield connection


def require_up_to_date(database: Database) -> None:
    """Raises Unavailable when the tables are not those of this version."""
    try:
        found = _revision(database)
    except OperationalError as error:
        raise Unavailable(told(error)) from None
    if found != head():
        raise Unavailable("The database is not up to date: run `alembic upgrade head` first.")


def head() -> str:
    """The newest revision: its number is how its file's name begins."""
    return max(path.name for path in (MIGRATIONS / "versions").glob("[0-9]*.py")).partition("_")[0]


def _revision(database: Database) -> str | None:
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return found
