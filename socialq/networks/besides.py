"""What a network may offer or need beside publishing: its own app, giving access back, recognising a link. See `base`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from socialq.domain.outcomes import Deferred, Disconnected, NotSent, Published
from socialq.networks.base import Account, App
from socialq.networks.call import Call


@dataclass(frozen=True)
class AppCredentials:
    """What a person brings from a network's site for developers. `where` is its address; the others are the words there."""

    where: str
    id_name: str = "Client ID"
    secret_name: str = "Client secret"


@runtime_checkable
class Fetches(Protocol):
    """It fetches pictures and videos itself: attachments have a public `url`, good for some hours, and no file at `path`."""

    fetches: bool


@runtime_checkable
class NeedsApp(Protocol):
    """socialq does not register itself there: somebody makes an app by hand, once for all clients."""

    app_credentials: AppCredentials


@dataclass(frozen=True)
class Offer:
    """One account that a log-in gives. `about` is the network's own word for it ("Page"); `why_not` one sentence that says why it
    cannot be connected and what to do, empty when it can."""

    remote_id: str
    name: str
    credentials: Mapping[str, Any] = field(repr=False)
    about: str = ""
    why_not: str = ""


@runtime_checkable
class OffersAccounts(Protocol):
    """One log-in gives several accounts (Pages, organisations): the person chooses which become channels."""

    def accounts(self, server: str, credentials: Mapping[str, Any], call: Call) -> list[Offer]:
        """Those of the token, each with credentials of its own. Raises ConnectFailed, also with what a personal account is to do."""
        ...


@runtime_checkable
class CanWithdraw(Protocol):
    """Access can be given back to the server, so that nobody can use the token any more."""

    def withdraw(self, account: Account, app: App | None) -> None:
        """`app`: socialq as that server knows it, if it does. Raises ConnectFailed."""
        ...


@dataclass(frozen=True)
class Renewed:
    """What a renewal gave. A field that is not there stays as it was; an empty one is no answer.

    `expires_at`: when the access ends; `ends_at`: when no renewal helps any more and a person must connect again."""

    credentials: Mapping[str, Any] = field(repr=False)
    expires_at: datetime | None = None
    ends_at: datetime | None = None


@runtime_checkable
class CanRefresh(Protocol):
    """Access is renewed without a person. Nobody else renews this account meanwhile: that is the caller's to see to."""

    def renews(self, credentials: Mapping[str, Any]) -> bool:
        """These credentials hold what a renewal needs. Makes no request."""
        ...

    def refresh(self, account: Account, app: App | None) -> Renewed | NotSent | Deferred | Disconnected:
        """One request, never repeated here. Disconnected only when the network says that the access is over; a lost answer is
        raised. `app`: socialq as that server knows it, if it does."""
        ...


@runtime_checkable
class CanRecognize(Protocol):
    """A post's link says which post it is."""

    def recognize(self, link: str, server: str, account_id: str, handle: str) -> Published | None:
        """The post of that account that the link shows; None when it shows none of it. Makes no request."""
        ...


@runtime_checkable
class CanChain(Protocol):
    """A post can be followed by answers of its own: the parts of a thread, or a first comment. `post.reply_to` is what is answered."""

    chains: bool


def chains(network: object) -> bool:
    """Whether a post may have more than one part there."""
    return isinstance(network, CanChain) and network.chains
