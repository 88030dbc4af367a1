"""Accounts on the fake Bluesky, each with a session, for the tests of that network."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from socialq import clock
from socialq.networks.base import Account, Content
from tests.networks.desk import call
from tests.networks.fake_bluesky import PASSWORD, FakeBluesky
from tests.networks.fake_repo import DID, HANDLE

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)


def account(server: FakeBluesky, **changes: Any) -> Account:
    """Connected: its app password, a session that lasts, renewed credentials kept in place."""
    opened = server.instance.session(clock.host_now())
    kept: dict[str, Any] = {
        "access_token": PASSWORD, "access_jwt": opened["accessJwt"], "refresh_jwt": opened["refreshJwt"],
        "handle": HANDLE, "pds": server.url,
    }  # fmt: skip
    kept |= changes.pop("credentials", {})
    return replace(Account(server.url, DID, HANDLE, kept, call(), kept.update), **changes)


def post(text: str = "hoi", **more: Any) -> Content:
    return Content(**{"text": text, "key": "a" * 32, "promised_at": AT} | more)
