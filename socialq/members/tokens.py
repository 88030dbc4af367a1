"""Tokens of sessions and password links: see services.links."""

from socialq.services.links import hashed, new_token

__all__ = ["hashed", "new_token"]
