"""What a network may declare of how much it takes and what it costs. Facts only; who holds whom back stands in services.budget."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from socialq.networks.base import Account
from socialq.networks.call import Remaining


@dataclass(frozen=True)
class Declared:
    """So many posts a channel (or, with scope "app", all channels there) may have within `window` seconds, where no answer says
    what is left. Each attempt counts, whatever became of it, unless nothing of it has left."""

    name: str
    size: int
    window: float
    scope: str = "channel"


@runtime_checkable
class HasBudgets(Protocol):
    """It counts what a channel sends. A network whose answers say what is left hands that on: `account.call.count(*rates.read(…))`."""

    budgets: tuple[Declared, ...]


@runtime_checkable
class TellsQuota(Protocol):
    """What is left can be asked for. It is, before a post, when nobody has asked within a few minutes."""

    def quota(self, account: Account) -> Iterable[Remaining]:
        """One request, or few. May raise whatever a call raises: then nothing is known."""
        ...


@runtime_checkable
class AnswersTogether(Protocol):
    """Numbers of so many posts come with one request; without it one request a post is reckoned with."""

    at_once: int


@dataclass(frozen=True)
class Prices:
    """What calls cost, in millionths of `currency`. `links` finds what the network takes for a link in a text."""

    currency: str
    post: int = 0
    post_with_link: int | None = None  # None: as any other
    read: int = 0  # the numbers of one post
    account_read: int = 0
    links: Callable[[str], Sequence[object]] = re.compile(r"https?://\S", re.IGNORECASE).findall

    def of_post(self, text: str) -> int:
        """What it costs to post this."""
        linked = self.post_with_link is not None and self.links(text)
        return self.post_with_link if linked and self.post_with_link is not None else self.post

    def of_numbers(self, posts: int, *, account: bool) -> int:
        """What it costs to read the numbers of so many posts, and of the account itself."""
        return posts * self.read + account * self.account_read


@runtime_checkable
class CostsMoney(Protocol):
    """Its calls are paid for. What is spent is counted per client, and shown before a post is scheduled."""

    prices: Prices


def prices(network: object) -> Prices | None:
    """None for one that costs nothing."""
    return network.prices if isinstance(network, CostsMoney) else None


def declares(network: object) -> tuple[Declared, ...]:
    """Empty for one that counts nothing."""
    return network.budgets if isinstance(network, HasBudgets) else ()


def requests_for(network: object, posts: int, *, account: bool) -> int:
    """How many requests it takes to read the numbers of so many posts, and of the account itself."""
    at_once = network.at_once if isinstance(network, AnswersTogether) else 1
    return -(-posts // max(1, at_once)) + account
