"""A network whose access ends after two hours and is renewed by a token that serves once. `account.server` is the account's family."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from socialq import clock
from socialq.domain.outcomes import Deferred, Disconnected, Metrics, NotSent, Outcome, Prepared, Published, Rejected
from socialq.networks import base
from socialq.networks.base import AccessLost, Account, AccountMetrics, App, Connected, Content, Limits, Remember
from socialq.networks.besides import Renewed
from socialq.networks.call import not_out

ENDED = "The server no longer accepts the token."
LOUD, REFUSED = "knal", "weiger"  # texts at which it tells its token: in an exception, in its answer


@dataclass(frozen=True)
class Rotating:
    """Declared as those of socialq/networks are."""

    key: str = "rotating"
    name: str = "Rotating"
    limits: Limits = Limits(characters=500)
    asks_server: bool = True
    asks_handle: bool = False
    metrics_given: frozenset[str] = frozenset({"followers"})

    def connect(self, account: Account) -> Connected:
        return Connected(account.server.rpartition("/")[2], account.server.rpartition("/")[2], account.server)

    def problems(self, post: Content, limits: Limits) -> list[str]:
        return []

    def prepare(self, post: Content, account: Account, remember: Remember) -> Prepared | Outcome:
        if self._ask(account, "me").status_code == 401:
            return Disconnected(ENDED)
        return Prepared(post.key, {**post.memory, "text": post.text})

    def publish(self, prepared: Prepared, account: Account) -> Outcome:
        account.call.arm()
        token = account.credentials["access_token"]
        if LOUD in prepared.memory["text"]:
            raise RuntimeError(f"401 for Bearer {token}")
        if REFUSED in prepared.memory["text"]:
            return Rejected(f"not with {token}")
        try:
            answer = self._ask(account, "posts", prepared.memory["text"])
        except Exception as error:
            return not_out(account.call, error)
        return Disconnected(ENDED) if answer.status_code == 401 else Published(answer.json()["id"])

    def metrics(self, remote_ids: list[str], account: Account) -> dict[str, Metrics | None]:
        return {}

    def account_metrics(self, account: Account) -> AccountMetrics:
        if self._ask(account, "me").status_code == 401:
            raise AccessLost(ENDED)
        return AccountMetrics(1, {})

    def renews(self, credentials: Mapping[str, Any]) -> bool:
        return bool(credentials.get("refresh_token"))

    def refresh(self, account: Account, app: App | None) -> Renewed | NotSent | Deferred | Disconnected:
        form = {"grant_type": "refresh_token", "refresh_token": account.credentials["refresh_token"]}
        answer = account.call.session().post(f"{account.server}/token", data=form)
        if answer.status_code == 400:
            return Disconnected(f"The server refuses: {answer.json()['error_description']}")
        if answer.status_code == 503:
            return NotSent("the server answered 503")
        found = answer.json()
        ends = clock.host_now() + timedelta(seconds=found.pop("expires_in"))
        return Renewed(found, ends)

    def _ask(self, account: Account, what: str, text: str = "") -> Any:
        bearer = {"Authorization": f"Bearer {account.credentials['access_token']}"}
        return account.call.session().post(f"{account.server}/{what}", data=text.encode(), headers=bearer)


NETWORK = Rotating()


def add_to_registry() -> None:
    """Beside those of the folder, in this process."""
    found = base.discover
    base.discover = lambda: {**found(), NETWORK.key: NETWORK}
