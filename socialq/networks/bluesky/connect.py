"""Who a handle and an app password belong to, and where the account lives. Every failure becomes one sentence for a person."""

from dataclasses import replace
from urllib.parse import urlsplit

import requests

from socialq.networks import guard
from socialq.networks.base import Account, Connected, ConnectFailed
from socialq.networks.bluesky import session
from socialq.networks.bluesky.names import PAGES
from socialq.networks.bluesky.xrpc import Answer, Unexplained
from socialq.networks.call import Overrun, plainly

WHERE = "in Bluesky under Settings, Privacy and security, App passwords"


def connect(account: Account) -> Connected:
    """One log-in. The session is handed to `account.renewed`, to be kept with the app password. Raises ConnectFailed."""
    server = _server(account)
    identifier = _identifier(account.handle, server)
    if not str(account.credentials.get("access_token", "")).strip():
        raise ConnectFailed(f"Give an app password; make one {WHERE}.")
    account = _logged_in(replace(account, server=server), identifier, urlsplit(server).netloc)
    return Connected(account.remote_id, str(account.credentials["handle"]), server)


def withdraw(account: Account) -> None:
    """The session ends; the app password is the person's to take away. Raises ConnectFailed."""
    host = urlsplit(account.server).netloc
    try:
        answer = session.end(account)
    except Exception as error:
        raise ConnectFailed(f"{host} did not answer: {plainly(error)}.") from None
    if answer.status != 200 and not answer.stale:
        raise ConnectFailed(f"{host} answered {answer.status}.")


def _server(account: Account) -> str:
    try:
        return guard.clean_server(account.server or session.ENTRYWAY, allow_private=account.call.allow_private)
    except guard.Blocked as error:
        raise ConnectFailed(str(error)) from None


def _identifier(typed: str, server: str) -> str:
    """A handle, as people copy it: with an @, as the link to the profile, or (on bsky.social) only its first part."""
    handle = typed.strip().removeprefix(f"{PAGES}/").strip("/").removeprefix("@")
    if not handle or " " in handle or "/" in handle:
        raise ConnectFailed("Give the account's handle, for example vera.bsky.social.")
    if "." not in handle and ":" not in handle and server == session.ENTRYWAY:
        return f"{handle}.bsky.social"
    return handle


def _logged_in(account: Account, identifier: str, host: str) -> Account:
    try:
        return session.log_in(account, identifier)
    except session.NotIn as refused:
        told = _told(refused.answer, host)
    except guard.Blocked as error:
        told = str(error)
    except requests.exceptions.SSLError:
        told = f"The certificate of {host} could not be verified; check the address."
    except (requests.exceptions.ReadTimeout, Overrun):
        told = f"{host} does not answer in time; try again later."
    except requests.exceptions.ConnectionError:
        told = f"{host} cannot be reached; try again later."
    except (requests.exceptions.RequestException, Unexplained):
        told = f"{host} does not answer like a Bluesky server; check its address."
    raise ConnectFailed(told)


def _told(answer: Answer, host: str) -> str:
    match answer.status, answer.error:
        case _, "AuthFactorTokenRequired":
            return f"This is the account's own password, which asks for a code by mail; make an app password {WHERE}."
        case 429, _:
            return f"{host} takes no more log-ins for now; try again in an hour."
        case (200, _) | (_, "AccountTakedown" | "AccountDeactivated" | "AccountSuspended"):
            return "Bluesky has shut this account, or its owner has; open it there first."
        case 400 | 401 | 403, error if error:
            return f"{host} does not accept this handle and app password; check the handle, or make a new one {WHERE}."
        case status, _ if status >= 500:
            return f"{host} has trouble of its own (error {status}); try again later."
        case _:
            return f"{host} does not answer like a Bluesky server; check its address."
