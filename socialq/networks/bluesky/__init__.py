"""Bluesky, by app password. This module declares and delegates; the SDK is imported where it is used."""

from dataclasses import dataclass
from datetime import datetime

from socialq.domain.message import Wanted
from socialq.domain.outcomes import Look, Metrics, Outcome, Prepared, Published
from socialq.domain.shots import Said
from socialq.networks.base import Account, AccountMetrics, App, Connected, Content, Limits, Remember
from socialq.networks.bluesky import connect, names, read, send
from socialq.networks.problems import problems

IMAGE = 1_000_000  # bytes; the lexicon now says 2,000,000, servers of a year ago still refuse more than this


@dataclass(frozen=True)
class Bluesky:
    """`remote_id` of an account is its DID, that of a post its at:// address. `server` gives sessions; the posts may live elsewhere."""

    key: str = "bluesky"
    name: str = "Bluesky"
    limits: Limits = Limits(
        characters=300,
        text_bytes=3000,
        images=4,
        image_types=("image/jpeg", "image/png", "image/webp"),
        image_bytes=IMAGE,
        alt_characters=2000,
        alt_counted="characters",
    )
    asks_server: bool = False
    asks_handle: bool = True
    at_once: int = read.AT_ONCE
    chains: bool = True
    metrics_given: frozenset[str] = frozenset({"likes", "comments", "shares", "saves", "followers"})

    def connect(self, account: Account) -> Connected:
        """The account's DID and handle. The session goes to `account.renewed`. Raises ConnectFailed."""
        return connect.connect(account)

    def withdraw(self, account: Account, app: App | None) -> None:
        """Ends the session. Raises ConnectFailed."""
        connect.withdraw(account)

    def recognize(self, link: str, server: str, account_id: str, handle: str) -> Published | None:
        """By the profile and the key in it."""
        return names.recognize(link, account_id, handle)

    def problems(self, post: Content, limits: Limits) -> list[Said]:
        """From the limits: characters as a reader sees them, and bytes as well. Large pictures are made smaller."""
        return problems(post, limits, self.name)

    def prepare(self, post: Content, account: Account, remember: Remember) -> Prepared | Outcome:
        """A token that lasts, pictures uploaded, the record made and frozen under our own key."""
        return send.prepare(post, account, remember)

    def publish(self, prepared: Prepared, account: Account) -> Outcome:
        """Exactly one request. Raises whatever cannot be explained: that is Unknown."""
        return send.publish(prepared, account)

    def find(self, prepared: Prepared, wanted: Wanted, account: Account) -> Look:
        """Exact: our key is there or it is not."""
        return read.find(prepared, account)

    def repeatable(self, prepared: Prepared, started_at: datetime, now: datetime) -> bool:
        """For ever: the same record under the same key is the same post."""
        return True

    def metrics(self, remote_ids: list[str], account: Account) -> dict[str, Metrics | None]:
        """Likes, replies, reposts and quotes, bookmarks. Raises ReadFailed or AccessLost."""
        return read.metrics(remote_ids, account)

    def account_metrics(self, account: Account) -> AccountMetrics:
        """Followers. Raises ReadFailed or AccessLost."""
        return read.account_metrics(account)


NETWORK = Bluesky()
