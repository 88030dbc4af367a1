"""What a network offers and what it is handed. Networks state facts and make calls; they never decide what follows."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from socialq.domain.message import Wanted
from socialq.domain.outcomes import Look, Metrics, Outcome, Prepared
from socialq.domain.shots import Said
from socialq.networks.call import Call
from socialq.networks.limits import Limits as Limits  # networks import it from here

Remember = Callable[[dict[str, Any]], None]
"""Commits what a step of preparation gave (merged into the delivery's memory) before the next step is taken."""


@dataclass(frozen=True)
class Attachment:
    """A file to send, written again by us; in `prepare` a picture is as the network's limits ask."""

    path: Path
    media_type: str
    alt: str = ""
    sha256: str = ""
    width: int = 0
    height: int = 0
    size: int = 0  # bytes
    seconds: float = 0.0  # of a video
    codecs: str = ""  # of a video: "h264 aac"
    url: str = field(default="", repr=False)  # signed; only in `prepare` of a network that fetches


@dataclass(frozen=True)
class Content:
    """A post as a network is to show it. `reply_to` is the memory and remote id of the part before it in a chain."""

    text: str
    media: tuple[Attachment, ...] = ()
    language: str = ""
    reply_to: Mapping[str, Any] | None = None
    key: str = ""  # random, one a delivery and revision: the seed of an identity
    memory: Mapping[str, Any] = field(default_factory=dict)  # what earlier preparations remembered
    promised_at: datetime | None = None  # when it is to be public; what a network dates itself is never before it


def _keep(_credentials: Mapping[str, Any]) -> None:
    raise RuntimeError("these credentials cannot be renewed here")


@dataclass(frozen=True)
class Account:
    """One connected account for one piece of work. `call` bounds it: guard, deadlines, the look at the lease.

    `renewed` keeps new credentials; from then on this account has them too."""

    server: str
    remote_id: str
    handle: str
    credentials: Mapping[str, Any] = field(repr=False)
    call: Call = field(repr=False)
    renewed: Callable[[Mapping[str, Any]], None] = field(default=_keep, repr=False)


@dataclass(frozen=True)
class Connected:
    """Who the network says this account is, checked at connect."""

    remote_id: str
    handle: str
    server: str = ""
    limits: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AccountMetrics:
    """Numbers of the account itself; `followers` None where a network does not give it."""

    followers: int | None
    raw: Mapping[str, Any]
    definition: str = "1"


class ConnectFailed(Exception):
    """The account cannot be connected; the text is one plain sentence that says what to do. Holds no secret."""


class AppUnknown(ConnectFailed):
    """The server has forgotten that socialq is registered there."""


@dataclass(frozen=True)
class App:
    """socialq as one server knows it."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class Visit:
    """One way of a person to a server and back. `verifier` is what only we know of it (PKCE)."""

    server: str
    returns_to: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)


class ReadFailed(Exception):
    """Numbers cannot be read now; the text says why, in plain words without a secret."""


class AccessLost(ReadFailed):
    """The network refuses the account: somebody must connect it again."""


class Network(Protocol):
    """One module of this folder. `key` is its name in rows and URLs, `limits` what it declares."""

    key: str
    name: str
    limits: Limits
    asks_server: bool  # the person names a server (an instance)
    asks_handle: bool
    metrics_given: frozenset[str]  # common names that it gives at all; the others are shown as "–"

    def connect(self, account: Account) -> Connected:
        """Check the token with the network. Raises ConnectFailed."""
        ...

    def problems(self, post: Content, limits: Limits) -> list[Said]:
        """Why this network would refuse the post, each with its counts; empty when it would take it. `networks.problems` derives
        them from the limits. No I/O."""
        ...

    def prepare(self, post: Content, account: Account, remember: Remember) -> Prepared | Outcome:
        """Uploads and containers; repeatable; starts from `post.memory`; `remember(dict)` commits each step. Anything but Prepared
        is an outcome that is provably not out (NotSent, Deferred, Rejected, Disconnected)."""
        ...

    def publish(self, prepared: Prepared, account: Account) -> Outcome:
        """The one call that counts. Whatever is raised counts as Unknown, so say NotSent only when provably nothing left."""
        ...

    def metrics(self, remote_ids: list[str], account: Account) -> dict[str, Metrics | None]:
        """Numbers by remote id; None for a post that is gone."""
        ...

    def account_metrics(self, account: Account) -> AccountMetrics: ...


@runtime_checkable
class CanFind(Protocol):
    """It can be read back whether a post is out."""

    def find(self, prepared: Prepared, wanted: Wanted, account: Account) -> Look: ...


@runtime_checkable
class CanRepeat(Protocol):
    """The same call with the same identity makes no second post while the identity lives."""

    def repeatable(self, prepared: Prepared, started_at: datetime, now: datetime) -> bool: ...


@runtime_checkable
class CanPoll(Protocol):
    """What was accepted can be asked about: Published, Rejected, or Processing again."""

    def poll(self, handle: str, account: Account) -> Outcome: ...


@runtime_checkable
class CanAuthorize(Protocol):
    """An account is connected by going to its server and saying yes there (OAuth with a code). All but `authorization` may raise
    ConnectFailed."""

    def server(self, typed: str, call: Call) -> str:
        """The base URL of the server that a person named. Makes no request."""
        ...

    def register(self, server: str, returns_to: str, call: Call) -> App: ...

    def authorization(self, app: App, visit: Visit) -> str:
        """The address to go to."""
        ...

    def token(self, app: App, visit: Visit, code: str, call: Call) -> Mapping[str, Any]:
        """Credentials for the code that she brought back. Raises AppUnknown too."""
        ...


Networks = Mapping[str, Network]


def discover() -> dict[str, Network]:
    """Every module of this folder that declares NETWORK, by key. Declarations are cheap: SDKs are imported where they are called."""
    import socialq.networks as folder

    found: dict[str, Network] = {}
    for module in pkgutil.iter_modules(folder.__path__):
        network = getattr(importlib.import_module(f"{folder.__name__}.{module.name}"), "NETWORK", None)
        if network is not None:
            found[network.key] = network
    return found
