"""What can be said to a person. Anything else that is raised is a fault of the program."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Moment:
    """An instant among an error's values, as it is read in the client's zone."""

    at: datetime
    zone: str

    def __str__(self) -> str:
        there = self.at.astimezone(ZoneInfo(self.zone))
        city = self.zone.rsplit("/", 1)[-1].replace("_", " ")
        return f"{there:%a} {there.day} {there:%b}, {there:%H:%M} ({city})"


class SocialqError(Exception):
    """A refusal in plain words: what is wrong and what to do. Nothing was written.

    With values, the sentence is a msgid ("There is no role %(role)s.") that the web can say in the reader's language.
    A value may be a number, a name, a state, a Moment, an error (a sentence inside), or a list of these."""

    def __init__(self, msgid: str = "", **values: object) -> None:
        super().__init__(msgid % {name: _english(value) for name, value in values.items()} if values else msgid)
        self.msgid = msgid
        self.values = values


def _english(value: object) -> object:
    if isinstance(value, list | tuple):
        return ", ".join(str(_english(one)) for one in value)
    return str(value.value).replace("_", " ") if isinstance(value, Enum) else value


class BadInput(SocialqError):
    """Somebody typed or sent something that cannot be accepted."""


class Repeats(BadInput):
    """The same text is out, planned or not yet settled there within a day: to be done only when the person says so."""


class NotFound(BadInput):
    """A thing that does not exist, or not for this person."""


class NotAllowed(SocialqError):
    """It exists, but this move is not open from its present state."""


class OutOfDate(NotAllowed):
    """The page or command speaks of an attempt that is no longer the newest."""


class Unavailable(SocialqError):
    """Something that is needed (database, disk, server) does not answer now."""


class TooMany(NotAllowed):
    """Tried too often: open again after `wait` seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__("That was tried too often. Wait %(minutes)s min, then try again.", minutes=-(-wait // 60))
        self.wait = wait
