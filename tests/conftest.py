"""Shared by all tests: real databases (SQLite always, PostgreSQL when it answers), and the cast."""

import logging
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import structlog
from argon2 import PasswordHasher
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from socialq.db import Database
from socialq.members import passwords
from socialq.services.i18n import Words
from socialq.settings import Settings
from socialq.wiring import Parts, open_parts

POSTGRES = os.environ.get("SOCIALQ_TEST_POSTGRES_URL", "")
# Nearly every test of the web signs somebody in. What is shipped takes 50 ms each time: `shipped_hashes` brings it back.
SHIPPED = passwords._hasher
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

# Files that take a minute come first, or one worker ends with them while the other has nothing left to do.
LONG = ("tests/journey", "tests/tokens", "tests/usecases/test_budget_week.py", "tests/usecases/test_media_table.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda one: not one.nodeid.startswith(LONG))


@pytest.fixture
def shipped_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", SHIPPED)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the machine reaches a test; nothing is written outside its folder."""
    for name in [
        name
        for name in os.environ
        if name.startswith("SOCIALQ_") and not name.startswith(("SOCIALQ_TEST", "SOCIALQ_SPECS"))
    ]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SOCIALQ_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture(autouse=True)
def _logs_as_at_the_start() -> Iterator[None]:
    """A test that sets up the logs, as a process does once, leaves them to no other."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture(autouse=True)
def _no_text_untranslated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Words, "strict", True)


@pytest.fixture(scope="session")
def _postgres_server() -> str:
    if not POSTGRES:
        pytest.skip("no PostgreSQL: SOCIALQ_TEST_POSTGRES_URL is not set")
    return POSTGRES


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All tables, no rows; each test gets a copy, because making them takes longer than most tests."""
    folder = tmp_path_factory.mktemp("template")
    open_parts(Settings(data_dir=folder)).db.dispose()
    return folder / "socialq.sqlite3"


@pytest.fixture(scope="session")
def _postgres_template(_postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with _postgres_database(_postgres_server, "template0") as url:
        open_parts(Settings(data_dir=tmp_path_factory.mktemp("template"), database_url=url)).db.dispose()
        yield url


@contextmanager
def _postgres_database(server_url: str, template: str) -> Iterator[str]:
    """A database of its own on the test server, dropped afterwards."""
    name = f"socialq_test_{secrets.token_hex(6)}"
    server = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    server.dispose()


@pytest.fixture
def empty_postgres_url(_postgres_server: str) -> Iterator[str]:
    """A database without tables."""
    with _postgres_database(_postgres_server, "template0") as url:
        yield url


@pytest.fixture
def postgres_url(_postgres_server: str, _postgres_template: str) -> Iterator[str]:
    """A database with all tables and no rows."""
    with _postgres_database(_postgres_server, make_url(_postgres_template).database or "") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """With all tables. Each test that asks for it runs once on each database."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("_sqlite_template"), tmp_path / "test.sqlite3")
        return f"sqlite:///{tmp_path / 'test.sqlite3'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def parts(database_url: str, tmp_path: Path) -> Iterator[Parts]:
    """An installation with all tables, empty."""
    opened = open_parts(Settings(data_dir=tmp_path / "data", database_url=database_url, allow_private_hosts=True))
    yield opened
    opened.db.dispose()


@pytest.fixture
def db(parts: Parts) -> Database:
    return parts.db
