"""Going to an instance and coming back with a token: socialq registered there, the address to go to, the code exchanged.

Says in one sentence what went wrong; no secret of ours is in it. Keeps nothing."""

import base64
import hashlib
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests

from socialq.networks.base import App, AppUnknown, ConnectFailed, Visit
from socialq.networks.call import Call
from socialq.networks.mastodon.client import USER_AGENT
from socialq.networks.mastodon.connect import explained

NAME = "socialq"
SCOPES = "read:accounts read:statuses write:statuses write:media"
LONGEST = 255  # of an id or a secret


def register(server: str, returns_to: str, call: Call) -> App:
    """One request. Raises ConnectFailed."""
    host = urlsplit(server).netloc
    wanted = {"client_name": NAME, "redirect_uris": returns_to, "scopes": SCOPES}
    answer = _post(f"{server}/api/v1/apps", wanted, host, call)
    found = _fields(answer)
    client_id, secret = found.get("client_id"), found.get("client_secret")
    if answer.status_code == 200 and _usable(client_id) and _usable(secret):
        return App(str(client_id), str(secret))
    raise _refused(answer, host)


def address(app: App, visit: Visit) -> str:
    """Where the person says yes or no."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(visit.verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code", "client_id": app.client_id, "redirect_uri": visit.returns_to, "scope": SCOPES,
        "state": visit.state, "code_challenge": challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    return f"{visit.server}/oauth/authorize?{urlencode(asked)}"


def token(app: App, visit: Visit, code: str, call: Call) -> dict[str, Any]:
    """The credentials for the code with which she came back. One request. Raises ConnectFailed, AppUnknown."""
    host = urlsplit(visit.server).netloc
    brought = {
        "grant_type": "authorization_code", "code": code, "client_id": app.client_id, "client_secret": app.client_secret,
        "redirect_uri": visit.returns_to, "code_verifier": visit.verifier, "scope": SCOPES,
    }  # fmt: skip
    answer = _post(f"{visit.server}/oauth/token", brought, host, call)
    given = _fields(answer).get("access_token")
    if answer.status_code == 200 and isinstance(given, str) and given.isascii() and given.isprintable() and given:
        return {"access_token": given}
    if _fields(answer).get("error") == "invalid_client":
        raise AppUnknown(f"{host} no longer knows socialq; start again, and socialq registers itself anew.")
    if answer.status_code in (400, 401, 403):
        raise ConnectFailed(f"{host} did not accept the way back, perhaps it took too long; start again.")
    raise _refused(answer, host)


def withdraw(server: str, app: App, token: str, call: Call) -> None:
    """The token ends there. One request. Raises ConnectFailed, also when another app was given it."""
    host = urlsplit(server).netloc
    given = {"client_id": app.client_id, "client_secret": app.client_secret, "token": token}
    answer = _post(f"{server}/oauth/revoke", given, host, call)
    if answer.status_code in (400, 401, 403):
        raise ConnectFailed(f"{host} gave this token to another app than socialq.")
    if answer.status_code != 200:
        raise _refused(answer, host)


def _post(url: str, form: dict[str, str], host: str, call: Call) -> requests.Response:
    with explained(host):
        return call.session().post(url, data=form, headers={"User-Agent": USER_AGENT, "Accept": "application/json"})


def _fields(answer: requests.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _usable(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST and value.isascii() and value.isprintable()


def _refused(answer: requests.Response, host: str) -> ConnectFailed:
    if answer.status_code == 429:
        return ConnectFailed(f"{host} takes no more requests for now; try again in a few minutes.")
    if answer.status_code >= 500:
        return ConnectFailed(f"{host} has trouble of its own (error {answer.status_code}); try again later.")
    return ConnectFailed(f"{host} does not answer like a Mastodon server; check its address.")
