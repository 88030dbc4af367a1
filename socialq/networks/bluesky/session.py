"""The account's session: made once from the app password, then renewed. Never opened anew for a single post; says no outcome."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from socialq import clock
from socialq.networks import guard
from socialq.networks.base import Account
from socialq.networks.bluesky.xrpc import SHUT, Answer, Unexplained, ask, tell

ENTRYWAY = "https://bsky.social"  # hosts no account itself: it names the server of each
FRESH = timedelta(minutes=30)  # a token with less left is renewed; Bluesky's live two hours


class NotIn(Exception):
    """The server gave no session; `answer` says why. Its text holds no secret."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"the server answered {answer.status} to the log-in")
        self.answer = answer


def host(account: Account) -> str:
    """The server that holds the account's posts."""
    return str(account.credentials.get("pds") or account.server)


def token(account: Account) -> str:
    """The access token as it stands; empty before the first session."""
    return str(account.credentials.get("access_jwt", ""))


def certain(account: Account) -> Account:
    """With a token that has time left and that the server accepts now. Raises NotIn, or what a call raises."""
    account = fresh(account)
    answer = ask(account, host(account), "com.atproto.server.getSession", token=token(account))
    if answer.stale or answer.status == 401 and answer.error not in SHUT:
        return renewed(account)
    if answer.status != 200 or answer.fields.get("active") is False:
        raise NotIn(answer)
    return account


def fresh(account: Account) -> Account:
    """With a token that has time left by its own word. Raises NotIn, or what a call raises."""
    ends = _ends(token(account))
    stale = not token(account) or (ends is not None and ends - clock.host_now() < FRESH)
    return renewed(account) if stale else account


def renewed(account: Account) -> Account:
    """A new pair of tokens, kept before it is used: by the refresh token or, when that is dead, by the app password."""
    refresh = str(account.credentials.get("refresh_jwt", ""))
    if refresh:
        answer = tell(account, account.server, "com.atproto.server.refreshSession", token=refresh)
        if answer.status == 200:
            return _kept(account, answer)
        if not answer.stale and answer.status != 401:
            raise NotIn(answer)
    return log_in(account, account.remote_id)


def log_in(account: Account, identifier: str) -> Account:
    """A session from the app password; few a day are allowed. Raises NotIn, Unexplained, or what a call raises."""
    password = str(account.credentials.get("access_token", ""))
    body = {"identifier": identifier, "password": password}
    answer = tell(account, account.server, "com.atproto.server.createSession", body)
    if answer.status != 200:
        raise NotIn(answer)
    return _kept(account, answer)


def end(account: Account) -> Answer:
    """The session's tokens are worth nothing afterwards. Raises what a call raises."""
    refresh = str(account.credentials.get("refresh_jwt", ""))
    return tell(account, account.server, "com.atproto.server.deleteSession", token=refresh)


def _kept(account: Account, answer: Answer) -> Account:
    found = {name: answer.fields.get(name) for name in ("accessJwt", "refreshJwt", "did", "handle")}
    if not all(isinstance(value, str) and value for value in found.values()):
        raise Unexplained("the server gave a session without tokens")
    if answer.fields.get("active") is False or account.remote_id not in ("", found["did"]):
        raise NotIn(answer)
    credentials = {
        **account.credentials,
        "access_jwt": found["accessJwt"],
        "refresh_jwt": found["refreshJwt"],
        "handle": found["handle"],
        "pds": _pds(account, answer.fields.get("didDoc")),
    }
    account.renewed(credentials)
    return replace(account, remote_id=str(found["did"]), credentials=credentials)


def _pds(account: Account, document: Any) -> str:
    """Where the account lives. Whoever named a server of their own means it; only the entryway sends us on. Raises Blocked."""
    if account.server != ENTRYWAY or not isinstance(document, dict):
        return host(account)
    services = document.get("service")
    for one in services if isinstance(services, list) else []:
        if isinstance(one, dict) and str(one.get("id", "")).endswith("#atproto_pds"):
            return guard.clean_server(str(one.get("serviceEndpoint")), allow_private=account.call.allow_private)
    return host(account)


def _ends(jwt: str) -> datetime | None:
    """When the token ends, by its own word; None where it says nothing that we can read."""
    try:
        body = jwt.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return datetime.fromtimestamp(int(claims["exp"]), UTC)
    except (IndexError, KeyError, TypeError, ValueError, OverflowError, OSError):
        return None
