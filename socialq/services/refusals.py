"""A refusal in the reader's language: its msgid and values, said now or kept as JSON and said later. Decides nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any

from socialq.domain.shots import Said
from socialq.errors import BadInput, Moment, SocialqError
from socialq.services.i18n import Words, mark

BOTH = mark("%(first)s %(rest)s")


def said(words: Words, error: SocialqError | Said) -> str | None:
    """None when the language has no such sentence."""
    return told(words, kept(error))


def all_of(found: Sequence[Said]) -> BadInput:
    """Several sentences as one refusal, each once."""
    rest, *before = reversed([*{str(one): one for one in found}.values()])
    for one in before:
        rest = Said(BOTH, {"first": one, "rest": rest})
    return BadInput(rest.msgid, **rest.values)


def kept(error: SocialqError | Said) -> dict[str, Any]:
    """As an incident keeps it."""
    return {"msgid": error.msgid, "values": {name: _kept(value) for name, value in error.values.items()}}


def told(words: Words, refusal: Mapping[str, Any]) -> str | None:
    """What was kept; None when the language has no such sentence."""
    msgid = str(refusal.get("msgid", ""))
    if not msgid or not words.knows(msgid):
        return None
    return words.text(msgid, **{name: _told(words, value) for name, value in refusal.get("values", {}).items()})


def _kept(value: object) -> Any:
    match value:
        case SocialqError() | Said():
            return kept(value)
        case Moment():
            return {"at": value.at.isoformat(), "zone": value.zone}
        case Enum():
            return {"word": str(value.value).replace("_", " ")}
        case list() | tuple():
            return [_kept(one) for one in value]
        case bool() | int() | float() | None:
            return value
        case _:
            return str(value)


def _told(words: Words, value: Any) -> str:
    match value:
        case {"msgid": _}:
            return told(words, value) or str(value["msgid"]) % value["values"]
        case {"at": str(at), "zone": str(zone)}:
            return words.moment(datetime.fromisoformat(at), zone)
        case {"word": str(word)}:
            return words.within("inside a sentence", word)
        case list():
            return words.list(_told(words, one) for one in value)
        case int() | float():
            return words.number(value)
        case _:
            return str(value)
