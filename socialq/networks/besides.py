"""What a network may offer or need beside publishing: its own app, giving access back, recognising a link. See `base`."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from socialq.domain.outcomes import Published
from socialq.networks.base import Account, App, Network


@dataclass(frozen=True)
class AppCredentials:
    """What a person brings from a network's site for developers. `where` is its address; the others are the words there."""

    where: str
    id_name: str = "Client ID"
    secret_name: str = "Client secret"


@runtime_checkable
class NeedsApp(Protocol):
    """socialq does not register itself there: somebody makes an app by hand, once for all clients."""

    app_credentials: AppCredentials


@runtime_checkable
class CanWithdraw(Protocol):
    """Access can be given back to the server, so that nobody can use the token any more."""

    def withdraw(self, account: Account, app: App | None) -> None:
        """`app`: socialq as that server knows it, if it does. Raises ConnectFailed."""
        ...


@runtime_checkable
class CanRecognize(Protocol):
    """A post's link says which post it is."""

    def recognize(self, link: str, server: str, account_id: str, handle: str) -> Published | None:
        """The post of that account that the link shows; None when it shows none of it. Makes no request."""
        ...


@dataclass(frozen=True)
class Declared:
    """So many of something a channel may have within `window` seconds, where answers do not say what is left."""

    name: str
    size: int
    window: float


@runtime_checkable
class HasBudgets(Protocol):
    """It counts what a channel sends. A network whose answers say what is left hands that on: `account.call.count(Remaining(…))`."""

    budgets: tuple[Declared, ...]


def declares(network: Network | None) -> tuple[Declared, ...]:
    """Empty for one that counts nothing."""
    return network.budgets if isinstance(network, HasBudgets) else ()
