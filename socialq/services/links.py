"""One-time tokens that stand in links and cookies: 256 random bits for a person, their SHA-256 for the database."""

import hashlib
import re
import secrets

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def new_token() -> str:
    """43 characters fit for cookies and links."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """64 hexadecimal digits; "-" for what cannot be a token, which no row has."""
    return hashlib.sha256(token.encode()).hexdigest() if _TOKEN.fullmatch(token) else "-"
