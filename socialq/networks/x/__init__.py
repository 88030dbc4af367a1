"""X, with an app made by hand. This module declares and delegates; the SDK is imported where a call is made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from socialq.domain.message import Wanted
from socialq.domain.outcomes import Deferred, Disconnected, Look, Metrics, NotSent, Outcome, Prepared, Published
from socialq.domain.shots import Said
from socialq.networks.base import Account, AccountMetrics, App, Connected, Content, Limits, Remember
from socialq.networks.besides import AppCredentials, Renewed
from socialq.networks.oauth import ByCode, Flow
from socialq.networks.problems import problems
from socialq.networks.quotas import Prices
from socialq.networks.text import linked
from socialq.networks.x import connect, links, numbers, read, send
from socialq.networks.x.client import API

# As of November 2026. Reading posts of the account that owns the app is cheaper; so few do that it is reckoned dear.
PRICES = Prices("USD", post=15_000, post_with_link=200_000, read=5_000, account_read=10_000, links=linked)


@dataclass(frozen=True)
class X(ByCode):
    """The limits are those of an account that does not pay X. `server` is X's own unless the settings name another."""

    key: str = "x"
    name: str = "X"
    limits: Limits = Limits(
        characters=280, counted="x", url_characters=23, alt_characters=1000, images=4, image_bytes=5_000_000, gifs=1,
        gif_bytes=15_000_000, videos=1, video_types=("video/mp4", "video/quicktime"), video_bytes=512_000_000,
        video_codecs=("h264",), video_seconds=(0.5, 140), video_ratio=(1 / 3, 3),
    )  # fmt: skip
    asks_server: bool = False
    asks_handle: bool = False
    metrics_given: frozenset[str] = frozenset(
        {"views", "likes", "comments", "shares", "saves", "clicks", "video_views", "followers"}
    )
    chains: bool = True
    at_once: int = numbers.AT_ONCE
    prices: Prices = PRICES
    app_credentials: AppCredentials = AppCredentials("https://console.x.com", "Client ID", "Client Secret")
    flow: Flow = Flow(
        site="https://x.com", authorize="/i/oauth2/authorize", api=API, token=connect.TOKEN,
        scopes=("tweet.read", "tweet.write", "users.read", "media.write", "offline.access"),
        client_auth="client_secret_basic",
    )  # fmt: skip

    def connect(self, account: Account) -> Connected:
        """The account's number and name. Raises ConnectFailed."""
        return connect.connect(account)

    def renews(self, credentials: Mapping[str, Any]) -> bool:
        """With a refresh token."""
        return connect.renews(credentials)

    def refresh(self, account: Account, app: App | None) -> Renewed | NotSent | Deferred | Disconnected:
        """One request. The refresh token is another one afterwards."""
        return connect.refresh(account, app)

    def withdraw(self, account: Account, app: App | None) -> None:
        """Only what socialq itself was given by going there. Raises ConnectFailed."""
        connect.withdraw(account, app)

    def recognize(self, link: str, server: str, account_id: str, handle: str) -> Published | None:
        """By the name and the number in it."""
        return links.recognize(link, handle)

    def problems(self, post: Content, limits: Limits) -> list[Said]:
        """From the limits: most letters count 1, an emoji 2, every link 23."""
        return problems(post, limits, self.name)

    def prepare(self, post: Content, account: Account, remember: Remember) -> Prepared | Outcome:
        """Uploads and descriptions. Deferred while X still works on a video."""
        return send.prepare(post, account, remember)

    def publish(self, prepared: Prepared, account: Account) -> Outcome:
        """Exactly one request. Raises whatever cannot be explained: that is Unknown."""
        return send.publish(prepared, account)

    def find(self, prepared: Prepared, wanted: Wanted, account: Account) -> Look:
        """Reads the account's own posts back past the start."""
        return read.find(prepared, wanted, account)

    def metrics(self, remote_ids: list[str], account: Account) -> dict[str, Metrics | None]:
        """Views, likes, replies, reposts and quotes, bookmarks; for 30 days clicks too. Raises ReadFailed or AccessLost."""
        return numbers.metrics(remote_ids, account)

    def account_metrics(self, account: Account) -> AccountMetrics:
        """Followers. Raises ReadFailed or AccessLost."""
        return numbers.account_metrics(account)


NETWORK = X()
