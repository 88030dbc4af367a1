"""Whose token it is, access renewed and given back. Every failure of connecting becomes one sentence for a person."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests

from socialq import clock
from socialq.domain.outcomes import Deferred, Disconnected, NotSent
from socialq.networks import guard
from socialq.networks.base import Account, App, Connected, ConnectFailed
from socialq.networks.besides import Renewed
from socialq.networks.call import Overrun
from socialq.networks.x.client import API, USER_AGENT, Answer, Client, Unexplained, fields_of

TOKEN, REVOKE = "/2/oauth2/token", "/2/oauth2/revoke"
SIGNED = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")


def connect(account: Account) -> Connected:
    """One request. Raises ConnectFailed."""
    given = account.credentials
    if not str(given.get("access_token", "")).strip():
        raise ConnectFailed("Log in on X, or give an access token of it.")
    if any(name in given for name in SIGNED[:2]) and not all(given.get(name) for name in SIGNED):
        raise ConnectFailed("X's older tokens have four parts: consumer key and secret, access token and secret.")
    server = _server(account)
    owner = _owner(_ask(account, server), urlsplit(server).netloc)
    return Connected(str(owner["id"]), f"@{owner['username']}", server)


def renews(credentials: Mapping[str, Any]) -> bool:
    """OAuth 1.0a tokens do not end."""
    return bool(credentials.get("refresh_token")) and not credentials.get("consumer_key")


def refresh(account: Account, app: App | None) -> Renewed | NotSent | Deferred | Disconnected:
    """The refresh token serves once. Raises when nobody can know whether it has been used."""
    if app is None:
        return NotSent("the app at X is not set up here")
    form = {"grant_type": "refresh_token", "refresh_token": str(account.credentials["refresh_token"])}
    before = clock.host_now()
    answer = _posted(account, TOKEN, app, form)
    error = str(answer.fields.get("error", ""))
    if answer.status == 200:
        return _renewed(answer, before)
    if answer.status == 429:
        return Deferred(answer.again_at(), "the server takes no more requests for now")
    if error in ("invalid_client", "unauthorized_client"):
        return NotSent("X does not know the app: its codes are others by now")
    if answer.status in (400, 401) and error:
        return Disconnected("X does not renew the access any more; log in there again.")
    raise Unexplained(f"the server answered {answer.status}")


def withdraw(account: Account, app: App | None) -> None:
    """Ends both tokens. Raises ConnectFailed, also for a token that was not given to this app."""
    if app is None or not renews(account.credentials):
        raise ConnectFailed("This token was not given to socialq itself.")
    try:
        answer = _posted(account, REVOKE, app, {"token": str(account.credentials["refresh_token"])})
    except Exception as error:
        raise _trouble(error, urlsplit(account.server).netloc) from None
    if answer.status != 200:
        raise ConnectFailed(f"X answered {answer.status}.")


def _renewed(answer: Answer, began: datetime) -> Renewed:
    fields = answer.fields
    kept = {name: fields[name] for name in ("access_token", "refresh_token") if fields.get(name)}
    seconds = fields.get("expires_in")
    if not isinstance(kept.get("access_token"), str) or not isinstance(seconds, int):
        raise Unexplained("the server renewed the access without a token")
    ends = began + timedelta(seconds=seconds)
    return Renewed({**kept, "expires_at": int(ends.timestamp())}, ends)


def _posted(account: Account, path: str, app: App, form: dict[str, str]) -> Answer:
    response = account.call.session().post(
        (account.server or API) + path, data={**form, "client_id": app.client_id},
        auth=(app.client_id, app.client_secret), headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
    )  # fmt: skip
    return Answer(response.status_code, response.headers, fields_of(response))


def _server(account: Account) -> str:
    try:
        return guard.clean_server(account.server or API, allow_private=account.call.allow_private)
    except guard.Blocked as error:
        raise ConnectFailed(str(error)) from None


def _ask(account: Account, server: str) -> Answer:
    try:
        return Client(account, server).get("/2/users/me", {})
    except Exception as error:
        raise _trouble(error, urlsplit(server).netloc) from None


def _owner(answer: Answer, host: str) -> Mapping[str, Any]:
    owner = answer.object
    match answer.status:
        case 200 if str(owner.get("id", "")).isdecimal() and isinstance(owner.get("username"), str):
            return owner
        case 401:
            raise ConnectFailed("X does not accept this token: log in there again, or copy it anew.")
        case 402 | 429 if answer.status == 402 or answer.code == "usage-capped":
            raise ConnectFailed("The app's credit at X is used up: add to it in X's developer console, then try again.")
        case 403:
            raise ConnectFailed(
                "The app at X may not read and write: allow that in X's developer console, then log in there again."
            )
        case 429:
            raise ConnectFailed(f"{host} takes no more requests for now; try again in a few minutes.")
        case status if status >= 500:
            raise ConnectFailed(f"{host} has trouble of its own (error {status}); try again later.")
    raise ConnectFailed(f"{host} gave no answer that can be used; try again later.")


def _trouble(error: Exception, host: str) -> ConnectFailed:
    match error:
        case guard.Blocked():
            return ConnectFailed(str(error))
        case Overrun() | requests.exceptions.ReadTimeout():
            return ConnectFailed(f"{host} does not answer in time; try again later.")
        case requests.exceptions.ConnectionError():
            return ConnectFailed(f"{host} cannot be reached; try again later.")
    return ConnectFailed(f"{host} gave no answer that can be used; try again later.")
