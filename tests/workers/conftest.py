"""Fixtures of the workers: an installation at a twentieth of the shipped times, and a Redis of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from socialq.settings import Settings
from socialq.wiring import Parts, open_parts
from tests.workers.installation import Server, fast


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """On each database."""
    return fast(tmp_path / "data", database_url)


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Parts]:
    """For what is the same on every database: SQLite in the data folder."""
    parts = open_parts(fast(tmp_path / "data"))
    yield parts
    parts.db.dispose()


@pytest.fixture
def installed(settings: Settings) -> Iterator[Parts]:
    """All tables, no rows."""
    parts = open_parts(settings)
    yield parts
    parts.db.dispose()


@pytest.fixture
def server(quick: Parts) -> Iterator[Server]:
    """The Redis of `quick`."""
    server = Server(quick.settings)
    server.start()
    yield server
    server.kill()
