"""Mastodon.py over one bounded call. Only what the server answered counts; the SDK's own errors may carry secrets and go no further."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests

from socialq.networks import rates
from socialq.networks.base import Account
from socialq.networks.call import plainly

USER_AGENT = "socialq"
VERSION = (4, 3, 0)  # what the SDK takes the server for, so that it asks nobody
WORDS = 300  # so much of a server's own words is shown
REQUESTS = rates.Counted("x-ratelimit-")
READERS = {
    "status_post": rates.Counted("x-ratelimit-", "posts", only_posts=True),
    "media_post": None,
}  # each counts apart


class Unexplained(Exception):
    """The server answered something that is not documented: nobody can say what it has done."""


@dataclass(frozen=True)
class Answer:
    """A complete answer. `body` is None where it was no JSON."""

    status: int
    headers: Mapping[str, str]
    body: Any
    token: str = ""

    @property
    def words(self) -> str:
        """The server's own explanation, short, without our token; empty when it gave none."""
        told = self.body.get("error") if isinstance(self.body, dict) else None
        if not isinstance(told, str):
            return ""
        told = " ".join(told.split())
        return (told.replace(self.token, "…") if self.token else told)[:WORDS]

    @property
    def fields(self) -> dict[str, Any]:
        """The body as an object; empty for anything else."""
        return self.body if isinstance(self.body, dict) else {}

    def date(self) -> datetime | None:
        """The server's clock when it answered."""
        return rates.date(self.headers)

    def again_at(self) -> datetime:
        """When a rate limit ends, on our clock."""
        return rates.again_at(REQUESTS, self.headers)


class Client:
    """One account for one call. Each `ask` is exactly one request."""

    def __init__(self, account: Account, server: str = "") -> None:
        from mastodon import Mastodon

        self._token = str(account.credentials.get("access_token", ""))
        self._call = account.call
        self._answer: requests.Response | None = None
        session = account.call.session()
        session.hooks["response"].append(self._keep)
        self._sdk = Mastodon(
            api_base_url=server or account.server,
            session=session,
            ratelimit_method="throw",
            version_check_mode="none",
            mastodon_version=".".join(map(str, VERSION)),
            request_timeout=account.call.total,
            user_agent=USER_AGENT,
        )
        self._sdk.mastodon_major, self._sdk.mastodon_minor, self._sdk.mastodon_patch = VERSION
        self._sdk.access_token = self._token  # set afterwards: the constructor would take a path for a file to read

    def ask(self, method: str, *args: Any, **options: Any) -> Answer:
        """The server's answer to one method of the SDK, whatever the SDK makes of it.

        Without a complete answer it raises what our own call raised (TooLate, Blocked, Overrun, requests' exceptions)."""
        self._answer = None
        failure: BaseException | None = None
        try:
            getattr(self._sdk, method)(*args, **options)
        except Exception as error:
            failure = error
        response = self._taken()
        if response is None:
            raise _clean(failure)
        said = rates.read(READERS.get(method, REQUESTS), response.status_code, response.headers)
        self._call.count(*said)
        return Answer(response.status_code, response.headers, _json(response), self._token)

    def _taken(self) -> requests.Response | None:
        return self._answer

    def _keep(self, response: requests.Response, *_: Any, **__: Any) -> None:
        self._answer = response


def _clean(failure: BaseException | None) -> Exception:
    """What really went wrong, of the same kind but in plain words, tied to no exception that holds a request."""
    while failure is not None and failure.__context__ is not None and type(failure).__module__.startswith("mastodon"):
        failure = failure.__context__
    if not isinstance(failure, Exception):
        return Unexplained("the SDK has lost the answer")
    kind = type(failure)
    if isinstance(failure, requests.exceptions.InvalidHeader | requests.exceptions.InvalidURL):
        kind = requests.exceptions.RequestException
    try:
        return kind(plainly(failure))
    except TypeError:
        return Unexplained(plainly(failure))


def _json(response: requests.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None
