"""Shared by all tests: real databases (SQLite always, PostgreSQL when it answers), and the cast."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from socialq.db import Database
from socialq.settings import Settings
from socialq.wiring import Parts, open_parts

POSTGRES = os.environ.get("SOCIALQ_TEST_POSTGRES_URL", "")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the machine reaches a test; nothing is written outside its folder."""
    for name in [name for name in os.environ if name.startswith("SOCIALQ_") and not name.startswith(("SOCIALQ_TEST", "SOCIALQ_SPECS"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SOCIALQ_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture(scope="session")
def _postgres_server() -> str:
    if not POSTGRES:
        pytest.skip("no PostgreSQL: SOCIALQ_TEST_POSTGRES_URL is not set")
    return POSTGRES


@pytest.fixture
def postgres_url(_postgres_server: str) -> Iterator[str]:
    """A database of its own on the test server, dropped afterwards."""
    name = f"socialq_test_{secrets.token_hex(6)}"
    server = create_engine(_postgres_server, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
    yield make_url(_postgres_server).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    server.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Each test that asks for it runs once on each database."""
    if request.param == "sqlite":
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
