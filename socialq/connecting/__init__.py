"""Connecting a client's accounts: `channels` (add, again, disconnect), `authorization` (by going there), `asking`, `tokens`."""

from socialq.connecting.asking import Wanted
from socialq.connecting.channels import add_channel
from socialq.connecting.tokens import parse_token

__all__ = ["Wanted", "add_channel", "parse_token"]
