"""Tables: made by the migrations exactly as the models say, on both databases, by however many first starts at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from socialq.errors import Unavailable
from socialq.models import Record
from socialq.settings import Settings
from socialq.wiring import Parts, open_parts


def test_the_migrations_make_what_the_models_say(parts: Parts) -> None:
    with parts.db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Record.metadata) == []


def test_two_first_starts_at_once_agree(tmp_path: Path) -> None:
    code = "from socialq.wiring import open_parts; open_parts().db.dispose()"
    environment = {**os.environ, "SOCIALQ_DATA_DIR": str(tmp_path)}
    started = [subprocess.Popen([sys.executable, "-c", code], env=environment) for _ in range(3)]
    assert [process.wait(60) for process in started] == [0, 0, 0]
    open_parts(Settings(data_dir=tmp_path)).db.dispose()


def test_first_starts_at_once_on_postgresql(empty_postgres_url: str, tmp_path: Path) -> None:
    code = "from socialq.wiring import open_parts; open_parts().db.dispose()"
    settings = {"SOCIALQ_DATABASE_URL": empty_postgres_url}
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code], env={**os.environ, **settings, "SOCIALQ_DATA_DIR": str(tmp_path / str(n))}
        )
        for n in range(3)
        if (tmp_path / str(n)).mkdir() is None
    ]
    assert [process.wait(60) for process in started] == [0, 0, 0]


def test_a_newer_database_is_not_touched(parts: Parts) -> None:
    with parts.db.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'later'"))
    with pytest.raises(Unavailable, match="newer"):
        open_parts(parts.settings)
    with pytest.raises(Unavailable, match="not up to date"):
        open_parts(parts.settings, migrate=False)
