"""The token that a person pastes: a bare one, or one JSON object. Says what is wrong with it without repeating it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from socialq.domain.access import instant
from socialq.errors import BadInput

LONGEST_TOKEN = 20_000
TIMES = ("expires_at", "refresh_expires_at")
TOKEN_KEYS = frozenset(
    {
        "access_token",
        "refresh_token",
        *TIMES,
        "account_id",
        "appsecret_proof",
        "consumer_key",
        "consumer_secret",
        "access_token_secret",
    }
)


def parse_token(text: str) -> dict[str, Any]:
    """Credentials from a bare token or one JSON object. Raises BadInput, in which nothing of the token appears."""
    text = text.strip()
    if not text:
        raise BadInput("The token is empty: give it on standard input.")
    if len(text) > LONGEST_TOKEN:
        raise BadInput("That is too long for a token.")
    if not text.startswith("{"):
        if not text.isascii() or not text.isprintable() or " " in text:
            raise BadInput("A token is one line without spaces: copy it again.")
        return {"access_token": text}
    try:
        found = json.loads(text)
    except ValueError:
        raise BadInput("The token begins like JSON but cannot be read as one JSON object.") from None
    return _fields(found)


def _fields(found: Any) -> dict[str, Any]:
    if unknown := sorted(set(found) - TOKEN_KEYS):
        raise BadInput(
            f"The token has fields that are not known ({len(unknown)}): use {', '.join(sorted(TOKEN_KEYS))}."
        )
    if not found.get("access_token"):
        raise BadInput("The token's JSON object needs an access_token.")
    texts = {key: value for key, value in found.items() if key not in TIMES}
    if not all(isinstance(value, str) and value.isascii() and value.isprintable() for value in texts.values()):
        raise BadInput("The fields of the token are plain texts: copy them again.")
    for name in TIMES:
        expires_at(found, name)
    return dict(found)


def expires_at(credentials: Mapping[str, Any], name: str = "expires_at") -> datetime | None:
    """Seconds since 1970 or ISO 8601 with an offset. Raises BadInput."""
    try:
        return instant(credentials.get(name))
    except ValueError:
        raise BadInput(f"{name} is a time like 2026-10-06T09:00:00+02:00, or seconds since 1970.") from None
