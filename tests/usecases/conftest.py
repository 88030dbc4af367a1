"""Fixtures of the use cases: the whole line in one process, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.usecases.line import Line, make_line


@pytest.fixture
def line(database_url: str, tmp_path: Path) -> Iterator[Line]:
    made = make_line(tmp_path / "data", database_url)
    yield made
    made.worker.close()
    made.parts.db.dispose()
