"""The Graph API over one bounded call. Only what was answered counts; the SDK's own errors go no further."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from socialq.networks import rates
from socialq.networks.base import Account
from socialq.networks.call import Call, plainly
from socialq.networks.meaning import Refused

SITE = "https://graph.facebook.com"
WORDS = 300  # so much of Facebook's own words is shown
RATE = (4, 17, 32, 341, 613, 80001)  # come as 400 or 403, never as 429
GONE = 33  # subcode of 100: no such object, or not for this token


class Unexplained(Exception):
    """Facebook answered something that is not documented: nobody can say what it has done."""


@dataclass(frozen=True)
class Answer:
    """A complete answer. `body` is None where it was no JSON."""

    status: int
    headers: Mapping[str, str]
    body: Any
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def fields(self) -> dict[str, Any]:
        """The body as an object; empty for anything else, an error too."""
        return self.body if self.status == 200 and isinstance(self.body, dict) and not self.error else {}

    @property
    def error(self) -> dict[str, Any]:
        """Graph's own form of a refusal; empty when it is none, whoever answered then."""
        found = self.body.get("error") if isinstance(self.body, dict) else None
        return found if isinstance(found, dict) and isinstance(found.get("code"), int) else {}

    @property
    def code(self) -> int | None:
        return self.error.get("code")

    @property
    def subcode(self) -> int | None:
        found = self.error.get("error_subcode")
        return found if isinstance(found, int) else None

    @property
    def transient(self) -> bool:
        """By its own word the same request may work later."""
        return self.error.get("is_transient") is True or self.code in (1, 2)

    @property
    def gone(self) -> bool:
        """There is no such object, or this token may not know of it."""
        return self.code == 100 and self.subcode == GONE

    @property
    def words(self) -> str:
        """What Facebook says to people, else to programs; short, without our secrets."""
        told = self.error.get("error_user_msg") or self.error.get("message") or ""
        told = " ".join(str(told).split())
        for secret in self.secrets:
            told = told.replace(secret, "…")
        return told[:WORDS]

    def refused(self) -> Refused:
        """As the tables read it."""
        again_at = rates.again_at(rates.META, self.headers)
        return Refused(self.status, self.words, "" if self.code is None else self.code, self.subcode, again_at)


class Client:
    """One token for one call. Each `ask` is exactly one request. `proof` shows that the caller knows the app's secret."""

    def __init__(self, server: str, token: str, call: Call, proof: str = "") -> None:
        from socialq.networks.facebook.sdk import Graph

        self._call, self._secrets = call, tuple(filter(None, (token, proof)))
        self._graph = Graph(token, proof, call.session(), server or SITE)

    def ask(self, method: str, *args: Any, **options: Any) -> Answer:
        """Facebook's answer to one method of the SDK, whatever the SDK makes of it.

        Without a complete answer it raises what our own call raised (TooLate, Blocked, Overrun, requests' exceptions)."""
        self._graph.answered = None
        failure: Exception | None = None
        try:
            getattr(self._graph, method)(*args, **options)
        except Exception as error:
            failure = error
        response = self._answered()
        if response is None:
            raise _clean(failure)
        answer = Answer(response.status_code, response.headers, _json(response), self._secrets)
        status = rates.TOO_MANY if answer.code in RATE else answer.status
        self._call.count(*rates.read(rates.META, status, answer.headers))
        return answer

    def _answered(self) -> requests.Response | None:
        return self._graph.answered


def client_of(account: Account) -> Client:
    """With the account's own token."""
    kept = account.credentials
    return Client(account.server, str(kept.get("access_token", "")), account.call, str(kept.get("appsecret_proof", "")))


def _clean(failure: Exception | None) -> Exception:
    """The same kind of failure in plain words, tied to no exception that holds a request or its headers."""
    if failure is None:
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
