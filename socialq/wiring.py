"""Settings → database, networks, secrets: the same for every entry point. Nothing else composes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from socialq.crypto import Secrets, load_keys
from socialq.db import Database, told
from socialq.errors import BadInput, Unavailable
from socialq.networks.base import Network, discover
from socialq.settings import Settings

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


def load_settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'settings'}: {e['msg']}" for e in error.errors())
        raise BadInput(f"The settings are not right. {told}") from None


def open_parts(settings: Settings | None = None, *, paced: bool = False, migrate: bool = True) -> Parts:
    """Opens the installation; `migrate` brings its database up to date first (on PostgreSQL under an advisory lock)."""
    settings = settings or load_settings()
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        media = settings.data_dir / "media"
        media.mkdir(exist_ok=True)
        secrets = Secrets(load_keys(settings.data_dir))
    except OSError as error:
        raise Unavailable(f"The data folder {settings.data_dir} cannot be used: {error.strerror}.") from None
    database = Database(settings.database, paced=paced)
    bring_up_to_date(database, settings) if migrate else require_up_to_date(database)
    return Parts(settings, database, discover(), secrets, media)


def bring_up_to_date(database: Database, settings: Settings) -> None:
    try:
        if _revision(database) == _head():
            return
        with database.engine.connect() as connection:
            if not database.sqlite:
                connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATING})
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
    except OperationalError as error:
        raise Unavailable(told(error)) from None


def require_up_to_date(database: Database) -> None:
    """Raises Unavailable when the tables are not those of this version."""
    try:
        found = _revision(database)
    except OperationalError as error:
        raise Unavailable(told(error)) from None
    if found != _head():
        raise Unavailable("The database is not up to date: run `alembic upgrade head` first.")


def _revision(database: Database) -> str | None:
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _head() -> str | None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config).get_current_head()
