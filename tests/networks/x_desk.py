"""Accounts of the fake X, and a server whose every request was held against X's schema."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from socialq.networks.base import Account
from tests.networks.desk import call
from tests.networks.fake_x import ME, TOKEN, FakeX
from tests.networks.fake_x_doors import KEYS

POSTS = "/2/tweets"


@contextmanager
def fake_x() -> Iterator[FakeX]:
    made = FakeX().start()
    yield made
    made.stop()
    assert made.instance.objections == [], "; ".join(made.instance.objections)


def account(server: FakeX, **changes: Any) -> Account:
    made = Account(server.url, ME, "@vera", {"access_token": TOKEN}, call())
    return replace(made, **changes)


def signing(server: FakeX) -> Account:
    """With the four parts of OAuth 1.0a."""
    return account(server, credentials=dict(KEYS))
