"""Circles: a network that is only in tests. It wants an app, speaks OAuth to a server of somebody else's making, and one log-in
gives several accounts."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import requests

from socialq.networks.base import Account, Connected, ConnectFailed
from socialq.networks.besides import AppCredentials, Offer
from socialq.networks.call import Call
from socialq.networks.oauth import ByCode, Flow
from tests.fakes import FakeNetwork
from tests.structure.tree import ROOT

SERVER = ROOT / "node_modules" / "oauth2-mock-server"


def flow(address: str = "http://127.0.0.1:1", **changes: Any) -> Flow:
    """Everything on one loopback server."""
    return Flow(address, "/login", address, "/token", ("post", "read"), **changes)


@dataclass
class Circles(ByCode, FakeNetwork):
    """Publishes in memory, like FakeNetwork."""

    key: str = "circles"
    name: str = "Circles"
    asks_handle: bool = False
    app_credentials: AppCredentials = AppCredentials("https://developer.circles.example/apps")
    flow: Flow = field(default_factory=flow)

    def accounts(self, server: str, credentials: Mapping[str, Any], call: Call) -> list[Offer]:
        """Each page with the token of the log-in and its own number."""
        return [
            Offer(
                one["id"], one["name"], {**credentials, "account_id": one["id"]}, one["about"], one.get("why_not", "")
            )
            for one in self._asked(credentials, call)
        ]

    def connect(self, account: Account) -> Connected:
        """The page whose number stands in the credentials."""
        wanted = account.credentials.get("account_id")
        found = next((one for one in self._asked(account.credentials, account.call) if one["id"] == wanted), None)
        if found is None:
            raise ConnectFailed("Circles gives no such page.")
        return Connected(found["id"], found["name"], self.flow.api)

    def _asked(self, credentials: Mapping[str, Any], call: Call) -> list[dict[str, str]]:
        bearer = {"Authorization": f"Bearer {credentials.get('access_token')}"}
        answer: requests.Response = call.session().get(f"{self.flow.api}/accounts", headers=bearer)
        if answer.status_code != 200:
            raise ConnectFailed("Circles refuses the token.")
        found: list[dict[str, str]] = answer.json()
        return found


@dataclass(frozen=True)
class OAuthServer:
    """oauth2-mock-server, with a page to say yes or no."""

    address: str

    def answer_next(self, status: int, body: Mapping[str, Any]) -> None:
        """To the next request for a token."""
        httpx.post(f"{self.address}/_next", json={"status": status, "body": body}, trust_env=False)

    def seen(self) -> list[dict[str, str]]:
        """The requests for tokens, the form and how the app showed its secret."""
        found: list[dict[str, str]] = httpx.get(f"{self.address}/_seen", trust_env=False).json()
        return found


@contextmanager
def oauth_server() -> Iterator[OAuthServer]:
    """Started with the machine's Node, ended with the test."""
    if not SERVER.exists():
        pytest.skip("oauth2-mock-server is not installed: run `make assets-tests`")
    command = [ROOT / "static" / "node.sh", "node", ROOT / "tests" / "tools" / "oauth_server.mjs"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), address
        yield OAuthServer(address)
        process.terminate()
