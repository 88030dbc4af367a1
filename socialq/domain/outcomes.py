"""What a network may say. Whatever is not one of these (an exception too) is `Unknown`: the careless path is the safe one."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Published:
    remote_id: str
    url: str = ""


@dataclass(frozen=True)
class Processing:
    """Accepted by the final call; the network still works on it."""

    handle: str
    check_at: datetime


@dataclass(frozen=True)
class NotSent:
    """Provably not out; try again."""

    reason: str


@dataclass(frozen=True)
class Deferred:
    """Provably not out; not before `until` (rate, quota, something not ready)."""

    until: datetime
    reason: str


@dataclass(frozen=True)
class Rejected:
    """The network refuses this content for good."""

    reason: str


@dataclass(frozen=True)
class Disconnected:
    """The network refuses the account: somebody must connect it again."""

    reason: str


@dataclass(frozen=True)
class Unknown:
    """It may be out. Networks need not say it: whatever they cannot explain becomes this."""

    reason: str


Outcome = Published | Processing | NotSent | Deferred | Rejected | Disconnected | Unknown
NotOut = NotSent | Deferred | Rejected | Disconnected


@dataclass(frozen=True)
class Prepared:
    """Everything that the final call needs. `memory` is what prepare stored; `identity` is what makes two final calls one post.

    `again`: an earlier attempt was made, so "it is there already" may mean that one."""

    identity: str
    memory: dict[str, Any] = field(default_factory=dict)
    again: bool = False


@dataclass(frozen=True)
class Found:
    """Reading back shows exactly one post that is ours."""

    remote_id: str
    url: str = ""


@dataclass(frozen=True)
class Absent:
    """A complete look (back past the start, a known post seen) shows nothing that resembles it."""

    looked_at: str = ""


@dataclass(frozen=True)
class Near:
    """Something resembles it, but not exactly one post beyond doubt: a person decides."""

    reason: str
    url: str = ""


@dataclass(frozen=True)
class LookFailed:
    """Reading back did not work or was not complete: try later."""

    reason: str


Look = Found | Absent | Near | LookFailed


@dataclass(frozen=True)
class Metrics:
    """Numbers of one post or account. A name that a network does not give is absent; zero is a number.

    `common` uses: views reach likes comments shares saves clicks video_views followers. `raw` keeps the network's own names."""

    common: dict[str, int]
    raw: dict[str, Any]
    definition: str = "1"
