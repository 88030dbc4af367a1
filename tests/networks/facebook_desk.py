"""A Page on the fake Graph API, for the tests of that network; a test that ends with a request that Meta's specification refuses fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from socialq import clock
from socialq.domain.message import Wanted
from socialq.domain.outcomes import Prepared
from socialq.networks.base import Account, Content
from socialq.networks.facebook import NETWORK
from socialq.networks.facebook.connect import proof
from tests.networks.desk import KEY, call, prepared
from tests.networks.fake_graph import NAME, PAGE, SECRET, TOKEN, FakeGraph, error


@contextmanager
def graph() -> Iterator[FakeGraph]:
    made = FakeGraph().start()
    try:
        yield made
    finally:
        made.stop()
    assert made.instance.wrong == [], "; ".join(made.instance.wrong)


def account(server: FakeGraph, **changes: Any) -> Account:
    kept = {"access_token": TOKEN, "account_id": PAGE, "appsecret_proof": proof(TOKEN, SECRET)}
    return replace(Account(server.url, PAGE, NAME, kept, call()), **changes)


def says(server: FakeGraph, method: str, path: str, code: int, subcode: int | None = None, **more: Any) -> None:
    """The next such request is refused so."""
    reply = error(code, subcode, f"(#{code}) because {TOKEN}", **more)
    server.behave(method, path, {"type": "status", "status": reply.status, "body": reply.body})


def ready(server: FakeGraph, text: str = "hoi") -> Prepared:
    return prepared(NETWORK, Content(text, key=KEY), account(server))


def wanted() -> Wanted:
    return Wanted("hoi", 0, clock.host_now())
