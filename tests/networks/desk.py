"""Accounts and pictures for the tests of one network."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image

from socialq.domain.outcomes import Outcome, Prepared
from socialq.networks.base import Account, Attachment, Content, Network
from socialq.networks.call import Call
from tests.networks.fake_mastodon import TOKEN, FakeMastodon

KEY = "a" * 32


def call(**options: Any) -> Call:
    return Call(**{"connect_within": 2, "total": 5, "allow_private": True} | options)


def account(server: FakeMastodon, **changes: Any) -> Account:
    made = Account(server.url, "1", "@vera@fake.example", {"access_token": TOKEN}, call())
    return replace(made, **changes)


def picture(folder: Path, name: str = "picture.png", alt: str = "") -> Attachment:
    path = folder / name
    Image.new("RGB", (20, 10), "teal").save(path)
    return Attachment(path, "image/png", alt, width=20, height=10)


def prepared(network: Network, post: Content, account: Account) -> Prepared:
    """Prepares as often as it is deferred; each time with what was remembered."""
    memory: dict[str, Any] = dict(post.memory)
    for _ in range(10):
        found = network.prepare(replace(post, memory=dict(memory)), replace(account, call=call()), memory.update)
        if isinstance(found, Prepared):
            return found
    raise AssertionError(found)


def send(network: Network, post: Content, account: Account) -> Outcome:
    """Prepare and publish."""
    ready = prepared(network, post, account)
    return network.publish(ready, replace(account, call=call()))
