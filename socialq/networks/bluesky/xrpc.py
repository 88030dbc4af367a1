"""XRPC over one bounded call: each `ask` is exactly one request. The SDK's own client (httpx) is not used for this, see decision 0006."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests

from socialq.networks import rates
from socialq.networks.base import Account
from socialq.networks.call import plainly

USER_AGENT = "socialq"
WORDS = 300  # so much of a server's own words is shown
REQUESTS = rates.Counted("ratelimit-")
APART = dict.fromkeys(  # log-ins and uploads have limits of their own: what is left of those says nothing of posts
    ("com.atproto.server.createSession", "com.atproto.server.refreshSession", "com.atproto.repo.uploadBlob")
)
READERS = {"com.atproto.repo.putRecord": rates.Counted("ratelimit-", "posts", only_posts=True), **APART}
STALE = frozenset({"ExpiredToken", "InvalidToken"})  # the token, not the account, is refused
SHUT = frozenset(
    {"AccountTakedown", "AccountDeactivated", "AccountSuspended", "RepoTakendown", "RepoDeactivated", "RepoSuspended"}
)


class Unexplained(Exception):
    """The server answered something that is not documented: nobody can say what it has done."""


@dataclass(frozen=True)
class Answer:
    """A complete answer. `fields` is empty where it was no JSON object."""

    status: int
    headers: Mapping[str, str]
    fields: Mapping[str, Any]
    secret: str = ""

    @property
    def error(self) -> str:
        """The name of the error in XRPC's own form; empty when it is not in that form."""
        name = self.fields.get("error")
        return name if isinstance(name, str) and self.status >= 400 else ""

    @property
    def words(self) -> str:
        """The server's own explanation, short, without our secret; empty when it gave none."""
        told = self.fields.get("message")
        told = " ".join(told.split()) if isinstance(told, str) else self.error
        return (told.replace(self.secret, "…") if self.secret else told)[:WORDS]

    @property
    def stale(self) -> bool:
        """The token is refused as such: nothing was done, and another token may be taken."""
        return self.status in (400, 401) and self.error in STALE

    @property
    def shut(self) -> bool:
        """The account is refused: no token will help."""
        return self.error in SHUT or self.status in (401, 403) and bool(self.error) and not self.stale

    def again_at(self) -> datetime:
        """When a rate limit ends, on our clock."""
        return rates.again_at(REQUESTS, self.headers)


def ask(account: Account, server: str, name: str, *, token: str = "", **query: Any) -> Answer:
    """A reading (GET) of the method `name`. Raises as `tell` does."""
    return _request(account, "GET", server, name, token=token, params=query)


def tell(account: Account, server: str, name: str, body: Mapping[str, Any] | None = None, *, token: str = "") -> Answer:
    """A procedure (POST) with a JSON body, always the same bytes for the same body.

    Without a complete answer it raises what our own call raised (TooLate, Blocked, Overrun, requests' exceptions)."""
    data = None if body is None else json.dumps(body, ensure_ascii=False, sort_keys=True).encode()
    return _request(account, "POST", server, name, token=token, data=data, kind="application/json" if data else "")


def upload(account: Account, server: str, data: bytes, media_type: str, *, token: str) -> Answer:
    """com.atproto.repo.uploadBlob. Raises as `tell` does."""
    return _request(account, "POST", server, "com.atproto.repo.uploadBlob", token=token, data=data, kind=media_type)


def _request(
    account: Account, method: str, server: str, name: str, *, token: str, kind: str = "", **what: Any
) -> Answer:
    headers = {"User-Agent": USER_AGENT, "Accept": "application/json"}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    headers |= {"Content-Type": kind} if kind else {}
    try:
        response = account.call.session().request(method, f"{server}/xrpc/{name}", headers=headers, **what)
    except Exception as error:
        failure = _clean(error)
    else:
        account.call.count(*rates.read(READERS.get(name, REQUESTS), response.status_code, response.headers))
        secret = token or str(account.credentials.get("access_token", ""))
        return Answer(response.status_code, response.headers, _object(response), secret)
    raise failure


def _clean(failure: Exception) -> Exception:
    """The same kind of failure in plain words, tied to no exception that holds a request or its headers."""
    kind = type(failure)
    if isinstance(failure, requests.exceptions.InvalidHeader | requests.exceptions.InvalidURL):
        kind = requests.exceptions.RequestException
    try:
        return kind(plainly(failure))
    except TypeError:
        return Unexplained(plainly(failure))


def _object(response: requests.Response) -> dict[str, Any]:
    try:
        found = response.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
