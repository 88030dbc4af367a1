"""An installation on the web, on both databases: with Vera as its owner, and browsers for her, for Stan and for nobody."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from mastodon_mock.testing import DEFAULT_TEST_SEED, MockServer
from sqlalchemy import update

from socialq.db import now
from socialq.models import Channel, Client
from socialq.web import assets
from socialq.wiring import Parts
from tests.cast import VERA
from tests.factories import Practice, make_practice
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


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    """A Mastodon server that is not ours."""
    made = MockServer(seed=DEFAULT_TEST_SEED).start()
    yield made
    made.stop()


@pytest.fixture
def client(parts: Parts) -> Client:
    """One without channels."""
    with parts.db.begin() as session:
        made = Client(
            name="Bakkerij", timezone="Europe/Amsterdam", language="nl", approval_needed=False, created_at=now(session)
        )
        session.add(made)
        session.flush()
        return made


@pytest.fixture
def practice(parts: Parts, vera: Browser) -> Practice:
    """Vera's, on the practice network, for the application knows no fake one."""
    made = make_practice(parts, slots=("mon 09:00", "wed 09:00", "fri 09:00"))
    with parts.db.begin() as session:
        session.execute(update(Channel).values(network="practice"))
    made.desk = replace(made.desk, networks=parts.networks)
    return made
