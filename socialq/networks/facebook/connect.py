"""From a log-in to the Pages that it gives, and whose a token is. Every failure becomes one sentence for the person who connects."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import requests

from socialq.networks import guard
from socialq.networks.base import Account, App, Connected, ConnectFailed
from socialq.networks.besides import Offer
from socialq.networks.call import Call, Overrun
from socialq.networks.facebook.client import RATE, SITE, Answer, Client, client_of

AT_ONCE, PAGES = 100, 5
MAY_POST = {"CREATE_CONTENT", "MANAGE"}
NO_TASK = "Your task on this Page does not let you post: ask who manages it to let you create content."
A_PERSON = "This access belongs to a person, and socialq can only post to Pages: log in with the button, or give the token of the Page."
NOT_TAKEN = "Facebook does not accept this access: log in there again."


def long_lived(server: str, app: App, short: str, call: Call) -> dict[str, str]:
    """The token of the log-in lives an hour; its longer one gives Page tokens that do not end by themselves. The app's codes are only
    needed until a Page is chosen and are not kept with it."""
    client = Client(server, short, call, proof(short, app.client_secret))
    what = {"client_id": app.client_id, "client_secret": app.client_secret, "fb_exchange_token": short}
    answer = _ask(client, server, "exchange", grant_type="fb_exchange_token", **what)
    token = answer.fields.get("access_token")
    if not isinstance(token, str) or not token.isascii() or not token.isprintable():
        raise _odd(answer, server)
    return {"access_token": token, "consumer_key": app.client_id, "consumer_secret": app.client_secret}


def pages(server: str, credentials: Mapping[str, Any], call: Call) -> list[Offer]:
    """Each with its own token, the proof that goes with it, and when Facebook wants a person to log in again."""
    token, secret = (str(credentials.get(name, "")) for name in ("access_token", "consumer_secret"))
    client = Client(server, token, call, proof(token, secret))
    ends = _ends(server, credentials, token, call)
    found: list[Offer] = []
    after: dict[str, str] = {}
    for _ in range(PAGES):
        what = {"fields": "id,name,access_token,tasks", "limit": str(AT_ONCE)} | after
        answer = _ask(client, server, "get_connections", "me", "accounts", **what)
        if not isinstance(answer.fields.get("data"), list):
            raise _odd(answer, server)
        found += [_offer(one, secret, ends) for one in answer.fields["data"] if one.get("access_token")]
        cursor = answer.fields.get("paging", {}).get("cursors", {}).get("after")
        if not cursor or len(answer.fields["data"]) < AT_ONCE:
            break
        after = {"after": str(cursor)}
    return found


def connect(account: Account) -> Connected:
    """One request: the Page of the token. Raises ConnectFailed."""
    if not str(account.credentials.get("access_token", "")).strip():
        raise ConnectFailed(NOT_TAKEN)
    wanted = str(account.credentials.get("account_id") or "me")
    # A person has no category: that is how a token of a person shows.
    answer = _ask(client_of(account), account.server, "get_object", wanted, fields="id,name,category")
    if answer.code == 100 and "category" in answer.words:
        raise ConnectFailed(A_PERSON)
    number, name = answer.fields.get("id"), answer.fields.get("name")
    if not isinstance(number, str) or not number.isdecimal() or not isinstance(name, str):
        raise _odd(answer, account.server)
    return Connected(number, name, account.server or SITE)


def proof(token: str, secret: str) -> str:
    """Shows Facebook that the caller knows the app's secret; empty without one."""
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest() if secret else ""


def _offer(page: Mapping[str, Any], secret: str, ends: int | None) -> Offer:
    token, number = str(page["access_token"]), str(page.get("id", ""))
    credentials: dict[str, Any] = {"access_token": token, "account_id": number}
    credentials |= {"appsecret_proof": proof(token, secret)} if secret else {}
    credentials |= {"expires_at": ends} if ends else {}
    tasks = page.get("tasks")
    may = not isinstance(tasks, list) or bool(MAY_POST & set(map(str, tasks)))
    return Offer(number, str(page.get("name", number)), credentials, "Page", "" if may else NO_TASK)


def _ends(server: str, credentials: Mapping[str, Any], token: str, call: Call) -> int | None:
    """90 days after a person said yes Facebook stops; None when it does not say. Asked with the app's own token."""
    ours = f"{credentials.get('consumer_key', '')}|{credentials.get('consumer_secret', '')}"
    answer = _ask(Client(server, ours, call), server, "get_object", "debug_token", input_token=token)
    data = answer.fields.get("data")
    ends = data.get("data_access_expires_at") if isinstance(data, dict) else None
    return ends if isinstance(ends, int) and ends > 0 else None


def _ask(client: Client, server: str, method: str, *args: Any, **options: Any) -> Answer:
    with _explained(_host(server)):
        return client.ask(method, *args, **options)


def _host(server: str) -> str:
    return urlsplit(server or SITE).netloc


@contextmanager
def _explained(host: str) -> Iterator[None]:
    """Whatever a request raises becomes ConnectFailed, in a sentence that says what to do."""
    try:
        yield
    except guard.Blocked as error:
        raise ConnectFailed(str(error)) from None
    except (requests.exceptions.ReadTimeout, Overrun):
        raise ConnectFailed(f"{host} does not answer in time; try again later.") from None
    except requests.exceptions.ConnectionError:
        raise ConnectFailed(f"{host} cannot be reached; try again later.") from None
    except requests.exceptions.RequestException:
        raise ConnectFailed(f"{host} gave no answer that can be used; try again later.") from None


def _odd(answer: Answer, server: str) -> ConnectFailed:
    host = _host(server)
    if answer.code in RATE or answer.status == 429:
        return ConnectFailed(f"{host} takes no more requests for now; try again in a few minutes.")
    if answer.status >= 500:
        return ConnectFailed(f"{host} has trouble of its own (error {answer.status}); try again later.")
    if answer.code is not None:
        return ConnectFailed(NOT_TAKEN)
    return ConnectFailed(f"{host} gave no answer that can be used; try again later.")
