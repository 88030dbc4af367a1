"""A token server on loopback, and a line whose one channel lives on it; on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tokens.desk import Tokens, make_tokens
from tests.tokens.server import TokenServer
from tests.usecases.line import make_line


@pytest.fixture
def server() -> Iterator[TokenServer]:
    made = TokenServer().start()
    yield made
    made.stop()


@pytest.fixture
def tokens(database_url: str, tmp_path: Path, server: TokenServer) -> Iterator[Tokens]:
    line = make_line(tmp_path / "data", database_url)
    yield make_tokens(line, server)
    line.worker.close()
    line.parts.db.dispose()
