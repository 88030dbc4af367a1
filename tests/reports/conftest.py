"""A database for what does not depend on which one it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from socialq.db import Database
from socialq.settings import Settings
from socialq.wiring import open_parts


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Database]:
    """SQLite only: the page, its words and its file are the same on every database."""
    opened = open_parts(Settings(data_dir=tmp_path / "lite"))
    yield opened.db
    opened.db.dispose()
