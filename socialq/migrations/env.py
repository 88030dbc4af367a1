"""Alembic's entry: one schema for SQLite and PostgreSQL, taken from the models."""

from alembic import context
from sqlalchemy import Connection

from socialq.db import Database
from socialq.models import Record


def _run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Record.metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


def _main() -> None:
    given = context.config.attributes.get("connection")
    if given is not None:
        _run(given)
        return
    from socialq.settings import load_settings

    settings = load_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.database)
    with database.engine.connect() as connection:
        _run(connection)
        connection.commit()


_main()
