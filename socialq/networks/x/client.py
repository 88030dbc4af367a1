"""tweepy over one bounded call, at the address that the settings name. Only what X answered counts; the SDK's own errors go no further."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests

from socialq.networks import rates
from socialq.networks.base import Account
from socialq.networks.call import plainly

API = "https://api.x.com"
HOST = "https://api.twitter.com"  # the SDK's own: a local variable there, which nobody can set
USER_AGENT = "socialq"
WORDS = 300  # so much of X's own words is shown
POSTS = rates.Either(
    (
        rates.Counted("x-rate-limit-", "posts", only_posts=True),
        rates.Counted("x-user-limit-24hour-", "posts a day", only_posts=True),
        rates.Counted("x-app-limit-24hour-", "posts a day", "app", only_posts=True),
    ),
    reset="x-rate-limit-reset",
)
LOUD = ("tweepy", "requests_oauthlib", "oauthlib")  # they write requests with their tokens into the log


class Unexplained(Exception):
    """X answered something that is not documented: nobody can say what it has done."""


@dataclass(frozen=True)
class Answer:
    """A complete answer. `fields` is empty where it was no JSON object."""

    status: int
    headers: Mapping[str, str]
    fields: Mapping[str, Any]
    secrets: tuple[str, ...] = ()

    @property
    def errors(self) -> list[Mapping[str, Any]]:
        """What X has against it; a yes may bring some too."""
        found = self.fields.get("errors")
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    @property
    def words(self) -> str:
        """X's own explanation, short, without our secrets; empty when it gave none."""
        first = self.errors[0] if self.errors else {}
        said = [first.get("message"), first.get("detail"), self.fields.get("detail"), self.fields.get("title")]
        told = next((" ".join(one.split()) for one in said if isinstance(one, str) and one.strip()), "")
        for secret in self.secrets:
            told = told.replace(secret, "…")
        return told[:WORDS]

    @property
    def code(self) -> str:
        """The kind of problem: the end of the address that names it."""
        kind = self.fields.get("type")
        return kind.rpartition("/")[2] if isinstance(kind, str) and "/problems/" in kind else ""

    @property
    def data(self) -> Any:
        """What was asked for; None when it is not there."""
        return self.fields.get("data")

    @property
    def object(self) -> Mapping[str, Any]:
        """What was asked for, where it is one thing."""
        return self.data if isinstance(self.data, dict) else {}

    def date(self) -> datetime | None:
        """X's clock when it answered."""
        return rates.date(self.headers)

    def again_at(self) -> datetime:
        """When a rate limit ends, on our clock: that of the quarter of an hour, or of the day when that one is used up."""
        spent = [
            one.resets_at
            for one in POSTS.read({name.lower(): said for name, said in self.headers.items()})
            if not one.left
        ]
        return max([rates.again_at(POSTS, self.headers), *spent])


class Client:
    """One account for one call. Each method is exactly one request.

    Without a complete answer they raise what our own call raised (TooLate, Blocked, Overrun, requests' exceptions)."""

    def __init__(self, account: Account, server: str = "") -> None:
        from tweepy import Client as Sdk

        for name in LOUD:
            logging.getLogger(name).setLevel(logging.WARNING)
        given = {name: str(value) for name, value in account.credentials.items()}
        keys = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
        self._signs = bool(given.get("consumer_key"))  # OAuth 1.0a
        self._secrets = tuple(one for name, one in given.items() if len(one) > 8 and name != "account_id")
        self._call = account.call
        self._answer: requests.Response | None = None
        how = (
            {key: given.get(key, "") for key in keys}
            if self._signs
            else {"bearer_token": given.get("access_token", "")}
        )
        self._sdk = Sdk(**how, return_type=requests.Response)
        self._sdk.user_agent = USER_AGENT
        self._sdk.session = _Elsewhere(account.call.session(), server or account.server or API, self._keep)

    def create(self, text: str, media_ids: list[str], reply_to: str | None) -> Answer:
        """The request that makes a post public."""
        answer = self._ask(
            lambda: self._sdk.create_tweet(
                text=text or None, media_ids=media_ids or None, in_reply_to_tweet_id=reply_to, user_auth=self._signs
            )
        )
        self._call.count(*rates.read(POSTS, answer.status, answer.headers))
        return answer

    def get(self, route: str, params: Mapping[str, Any]) -> Answer:
        """A reading; lists as X wants them."""
        plain = {name: ",".join(one) if isinstance(one, list) else one for name, one in params.items()}
        return self._ask(lambda: self._sdk.request("GET", route, params=plain, user_auth=self._signs))

    def post(self, route: str, body: Mapping[str, Any] | None = None) -> Answer:
        """Whatever the SDK has no method for."""
        return self._ask(lambda: self._sdk.request("POST", route, json=body, user_auth=self._signs))

    def _ask(self, request: Callable[[], object]) -> Answer:
        self._answer = None
        failure: Exception | None = None
        try:
            request()
        except Exception as error:
            failure = error
        response = self._taken()
        if response is None:
            raise _clean(failure)
        return Answer(response.status_code, response.headers, fields_of(response), self._secrets)

    def _taken(self) -> requests.Response | None:
        return self._answer

    def _keep(self, response: requests.Response) -> None:
        self._answer = response


class _Elsewhere:
    """The session of the SDK: its host is exchanged before the request is signed, for a signature covers the address."""

    def __init__(self, session: requests.Session, server: str, keep: Callable[[requests.Response], None]) -> None:
        self._session, self._server, self._keep = session, server.rstrip("/"), keep

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        if urlsplit(url)[:2] != urlsplit(HOST)[:2]:
            raise Unexplained("the SDK calls another host than it used to")
        response = self._session.request(method, self._server + url.removeprefix(HOST), **options)
        self._keep(response)
        return response


def fields_of(response: requests.Response) -> dict[str, Any]:
    """The body as an object; empty for anything else."""
    try:
        found = response.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _clean(failure: Exception | None) -> Exception:
    """The same kind of failure in plain words, tied to no exception that holds a request or its headers."""
    if failure is None or isinstance(failure, Unexplained):
        return failure or Unexplained("the SDK has lost the answer")
    kind = type(failure)
    if isinstance(failure, requests.exceptions.InvalidHeader | requests.exceptions.InvalidURL):
        kind = requests.exceptions.RequestException
    try:
        return kind(plainly(failure))
    except TypeError:
        return Unexplained(plainly(failure))
