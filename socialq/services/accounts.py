"""A channel as the networks are handed it. Opens the sealed credentials; asks no database and no network."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from socialq.crypto import Secrets
from socialq.errors import Unavailable
from socialq.models import Channel
from socialq.networks.base import Account
from socialq.networks.call import Call


def open_account(
    channel: Channel, secrets: Secrets, call: Call, renewed: Callable[[Mapping[str, Any]], object] | None = None
) -> Account:
    """The account for one piece of work, bounded by `call`. Raises Unavailable when the token cannot be opened."""
    if channel.credentials is None:
        raise Unavailable(f"Channel {channel.id} has no stored token: connect it again.")
    credentials = secrets.open(channel.owner, channel.credentials)
    account = Account(channel.server, channel.remote_id, channel.handle, credentials, call)
    if renewed is None:
        return account

    def keep(new: Mapping[str, Any]) -> None:
        renewed(new)
        credentials.update(new)  # the call that follows preparation is made with this same account

    return replace(account, renewed=keep)
