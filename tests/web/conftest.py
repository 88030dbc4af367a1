"""An installation on the web, on both databases: with Vera as its owner, and browsers for her, for Stan and for nobody."""

from collections.abc import Iterator

import pytest
from flask import Flask

from socialq.web import assets
from socialq.wiring import Parts
from tests.cast import VERA
from tests.web.door import Browser, join, opened


class AsNamed(dict[str, str]):
    """The addresses of files that are not built: their names."""

    def __missing__(self, name: str) -> str:
        return name


@pytest.fixture(autouse=True)
def _as_if_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages name their styles without Node having run."""
    monkeypatch.setattr(assets, "_addresses", AsNamed)


@pytest.fixture
def app(parts: Parts) -> Iterator[Flask]:
    """The installation before its first run."""
    with opened(parts) as app:
        yield app


@pytest.fixture
def omar(app: Flask) -> Browser:
    """Nobody's browser."""
    return Browser(app, address="198.51.100.9")


@pytest.fixture
def vera(parts: Parts, app: Flask) -> Browser:
    """The owner's, signed in."""
    join(parts, VERA)
    browser = Browser(app)
    assert browser.sign_in(VERA.email).status_code == 303
    return browser
