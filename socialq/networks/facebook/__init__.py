"""Facebook Pages, by log-in or by the token of a Page. This module declares and delegates; the SDK is imported where a call is made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from socialq.domain.message import Wanted
from socialq.domain.outcomes import Look, Metrics, Outcome, Prepared, Published
from socialq.domain.shots import Said
from socialq.networks.base import Account, AccountMetrics, App, Connected, Content, Limits, Remember, Visit
from socialq.networks.besides import AppCredentials, Offer
from socialq.networks.call import Call
from socialq.networks.facebook import connect, links, metrics, read, send
from socialq.networks.facebook.client import SITE
from socialq.networks.oauth import ByCode, Flow
from socialq.networks.problems import problems

# No PKCE: Facebook documents it for tokens of identity only; the app's secret and the state protect the way back.
FLOW = Flow(
    "https://www.facebook.com", "/v25.0/dialog/oauth", SITE, "/v25.0/oauth/access_token",
    ("pages_show_list", "pages_manage_posts", "pages_read_engagement", "read_insights", "pages_read_user_content"),
    between_scopes=",", pkce=False,
)  # fmt: skip


@dataclass(frozen=True)
class Facebook(ByCode):
    """`remote_id` of an account is the Page's number, that of a post both numbers, `page_post`."""

    key: str = "facebook"
    name: str = "Facebook"
    limits: Limits = Limits(
        characters=63_206, counted="utf16", images=10, image_types=("image/jpeg", "image/png"), image_bytes=10_000_000,
    )  # fmt: skip
    asks_server: bool = False
    asks_handle: bool = False
    metrics_given: frozenset[str] = frozenset(
        {"views", "reach", "likes", "comments", "shares", "clicks", "video_views", "followers"}
    )
    app_credentials: AppCredentials = AppCredentials("https://developers.facebook.com/apps", "App ID", "App secret")
    flow: Flow = field(default=FLOW, repr=False)

    def token(self, app: App, visit: Visit, code: str, call: Call) -> Mapping[str, Any]:
        """Two requests: for the code, and for the token that lasts. Raises ConnectFailed, AppUnknown."""
        short = str(super().token(app, visit, code, call)["access_token"])
        return connect.long_lived(visit.server, app, short, call)

    def accounts(self, server: str, credentials: Mapping[str, Any], call: Call) -> list[Offer]:
        """The Pages that were ticked. Raises ConnectFailed."""
        return connect.pages(server, credentials, call)

    def connect(self, account: Account) -> Connected:
        """The Page's number and name. Raises ConnectFailed."""
        return connect.connect(account)

    def recognize(self, link: str, server: str, account_id: str, handle: str) -> Published | None:
        """By the Page's number and the post's."""
        return links.recognize(link, account_id)

    def problems(self, post: Content, limits: Limits) -> list[Said]:
        """From the limits."""
        return problems(post, limits, self.name)

    def prepare(self, post: Content, account: Account, remember: Remember) -> Prepared | Outcome:
        """Pictures uploaded and the post made, unpublished, and read back."""
        return send.prepare(post, account, remember)

    def publish(self, prepared: Prepared, account: Account) -> Outcome:
        """Exactly one request. Raises whatever cannot be explained: that is Unknown."""
        return send.publish(prepared, account)

    def find(self, prepared: Prepared, wanted: Wanted, account: Account) -> Look:
        """Exact: that very post is public or it is not."""
        return read.find(prepared, account)

    def repeatable(self, prepared: Prepared, started_at: datetime, now: datetime) -> bool:
        """For ever: the call names the post that it makes public."""
        return True

    def metrics(self, remote_ids: list[str], account: Account) -> dict[str, Metrics | None]:
        """Views, reach, reactions, comments, shares, clicks. Raises ReadFailed or AccessLost."""
        return metrics.metrics(remote_ids, account)

    def account_metrics(self, account: Account) -> AccountMetrics:
        """Followers. Raises ReadFailed or AccessLost."""
        return metrics.account_metrics(account)


NETWORK = Facebook()
