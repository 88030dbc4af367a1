"""Mastodon: any instance, by token. This module declares and delegates; the SDK is imported where a call is made."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from socialq.domain.message import Wanted
from socialq.domain.outcomes import Look, Metrics, Outcome, Prepared, Published
from socialq.domain.shots import Said
from socialq.networks.base import (
    Account,
    AccountMetrics,
    App,
    Connected,
    ConnectFailed,
    Content,
    Limits,
    Remember,
    Visit,
)
from socialq.networks.call import Call
from socialq.networks.mastodon import authorize, connect, links, read, send
from socialq.networks.problems import problems

KEY_LIVES = timedelta(minutes=50)  # the server keeps an Idempotency-Key for an hour; less the lease, less five minutes


@dataclass(frozen=True)
class Mastodon:
    """`limits` are what an instance has that was never changed; each channel keeps what its own instance said."""

    key: str = "mastodon"
    name: str = "Mastodon"
    limits: Limits = Limits(
        characters=500, counted="fediverse", url_characters=23, images=4, image_bytes=16_000_000, image_pixels=33_177_600,
        videos=1, video_types=connect.VIDEOS, video_bytes=99_000_000, video_seconds=(0, 86_400),
    )  # fmt: skip
    asks_server: bool = True
    asks_handle: bool = False
    chains: bool = True
    metrics_given: frozenset[str] = frozenset({"likes", "comments", "shares", "followers"})

    def connect(self, account: Account) -> Connected:
        """The account's id, handle, base URL and the instance's limits. Raises ConnectFailed."""
        return connect.connect(account)

    def server(self, typed: str, call: Call) -> str:
        """The instance's base URL. Raises ConnectFailed."""
        return connect.clean(typed, call)

    def register(self, server: str, returns_to: str, call: Call) -> App:
        """socialq as this instance knows it. Raises ConnectFailed."""
        return authorize.register(server, returns_to, call)

    def authorization(self, app: App, visit: Visit) -> str:
        """Where the person says yes or no."""
        return authorize.address(app, visit)

    def token(self, app: App, visit: Visit, code: str, call: Call) -> dict[str, Any]:
        """Credentials for the code. Raises ConnectFailed, AppUnknown."""
        return authorize.token(app, visit, code, call)

    def withdraw(self, account: Account, app: App | None) -> None:
        """Only what socialq itself was given by going there. Raises ConnectFailed."""
        if app is None:
            raise ConnectFailed("This token was not given to socialq itself.")
        authorize.withdraw(account.server, app, str(account.credentials.get("access_token", "")), account.call)

    def recognize(self, link: str, server: str, account_id: str, handle: str) -> Published | None:
        """By the server, the user and the number in it."""
        return links.recognize(link, server, account_id, handle)

    def problems(self, post: Content, limits: Limits) -> list[Said]:
        """From the limits: links count alike, mentions without their host, an emoji as one."""
        return problems(post, limits, self.name)

    def prepare(self, post: Content, account: Account, remember: Remember) -> Prepared | Outcome:
        """Uploads what is not uploaded yet. Deferred while the server still works on a picture."""
        return send.prepare(post, account, remember)

    def publish(self, prepared: Prepared, account: Account) -> Outcome:
        """Exactly one request. Raises whatever cannot be explained: that is Unknown."""
        return send.publish(prepared, account)

    def find(self, prepared: Prepared, wanted: Wanted, account: Account) -> Look:
        """Reads the account's own posts back past the start."""
        return read.find(prepared, wanted, account)

    def repeatable(self, prepared: Prepared, started_at: datetime, now: datetime) -> bool:
        """While the server surely still knows the key."""
        return timedelta() <= now - started_at <= KEY_LIVES

    def metrics(self, remote_ids: list[str], account: Account) -> dict[str, Metrics | None]:
        """Favourites, replies, boosts and quotes. Raises ReadFailed or AccessLost."""
        return read.metrics(remote_ids, account)

    def account_metrics(self, account: Account) -> AccountMetrics:
        """Followers. Raises ReadFailed or AccessLost."""
        return read.account_metrics(account)


NETWORK = Mastodon()
