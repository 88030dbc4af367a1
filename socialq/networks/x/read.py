"""Reading back: the account's own posts since a moment, for a look. Changes nothing anywhere."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from socialq import clock
from socialq.domain.message import OTHERS_SINCE, Seen, Wanted, judge
from socialq.domain.outcomes import Look, LookFailed, Prepared
from socialq.networks.base import AccessLost, Account, ReadFailed
from socialq.networks.call import plainly
from socialq.networks.x import links
from socialq.networks.x.client import Answer, Client
from socialq.networks.x.shown import as_written, media_of

FIELDS = ["attachments", "created_at", "entities"]
PAGE, PAGES = 100, 32  # X shows the newest 3,200
NAMES = ("tweet.fields", "post.fields")  # the same parameter, before and after X renamed it


def find(prepared: Prepared, wanted: Wanted, account: Account) -> Look:
    """X dates posts by whole seconds, and so is the list asked for."""
    oldest = (wanted.started_at - OTHERS_SINCE).replace(microsecond=0)
    try:
        client = Client(account)
        seen, complete = _since(oldest, client, account, wanted.text)
        known = _still_known(client, wanted.known, seen, oldest)
    except Exception as error:  # a failed look says nothing about the post
        return LookFailed(str(error) if isinstance(error, ReadFailed) else plainly(error))
    return judge(seen, replace(wanted, known=known), complete=complete)


def ask(client: Client, route: str, fields: list[str], **params: Any) -> Answer:
    """A reading of posts under whichever name X knows the parameter by. Raises AccessLost, ReadFailed."""
    for name in NAMES:
        answer = checked(client, route, {**params, name: fields})
        if answer.status != 400 or name not in _told(answer):
            break
    if answer.status != 200 or not answer.fields:
        raise ReadFailed(f"the server answered {answer.status}")
    return answer


def checked(client: Client, route: str, params: Mapping[str, Any]) -> Answer:
    """Raises AccessLost for a refused token, ReadFailed when there is no answer or nothing more is given."""
    try:
        answer = client.get(route, params)
    except Exception as error:
        failed = ReadFailed(plainly(error))
    else:
        if answer.status == 401:
            raise AccessLost("The server no longer accepts the token.")
        if answer.status not in (402, 429):
            return answer
        failed = ReadFailed("the server takes no more requests for now")
    raise failed


def _told(answer: Answer) -> str:
    return " ".join(map(str, [answer.words, answer.fields.get("detail"), *answer.errors]))


def _since(oldest: datetime, client: Client, account: Account, text: str) -> tuple[list[Seen], bool]:
    """Own posts, and whether X had no more of them."""
    seen: list[Seen] = []
    params: dict[str, Any] = {
        "max_results": PAGE, "exclude": "retweets", "start_time": oldest.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }  # fmt: skip
    for _ in range(PAGES):
        answer = ask(client, f"/2/users/{account.remote_id}/tweets", FIELDS, **params)
        seen += _page(answer, account, text)
        token = _token(answer)
        if not token:
            return seen, True
        params["pagination_token"] = token
    return seen, False


def _page(answer: Answer, account: Account, text: str) -> list[Seen]:
    """An empty list is said in so many words; anything else is no list."""
    posts, meta = answer.data, answer.fields.get("meta")
    if posts is None and isinstance(meta, dict) and meta.get("result_count") == 0 and not answer.errors:
        posts = []
    try:
        return [_seen(one, _ahead(answer), account, text) for one in posts]
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ReadFailed("the server's list of posts cannot be read") from None


def _token(answer: Answer) -> str:
    meta = answer.fields.get("meta")
    if not isinstance(meta, dict):
        raise ReadFailed("the server's list of posts cannot be read")
    return str(meta.get("next_token") or "")


def _seen(post: Mapping[str, Any], ahead: timedelta, account: Account, text: str) -> Seen:
    created_at = datetime.fromisoformat(post["created_at"])
    where = links.address(account.handle, str(post["id"]))
    return Seen(str(post["id"]), as_written(post, text), media_of(post), created_at + ahead, where)


def _ahead(answer: Answer) -> timedelta:
    """By how much our clock is ahead of X's, by its Date header."""
    date = answer.date()
    return clock.host_now() - date if date else timedelta()


def _still_known(client: Client, known: str | None, seen: list[Seen], oldest: datetime) -> str | None:
    """The known post, unless it was deleted meanwhile or is older than the look: then it need not be in the list."""
    if known is None or known in {one.remote_id for one in seen}:
        return known
    answer = ask(client, "/2/tweets", ["created_at"], ids=[known])
    for post in answer.data if isinstance(answer.data, list) else []:
        try:
            return None if datetime.fromisoformat(post["created_at"]) + _ahead(answer) < oldest else known
        except (KeyError, TypeError, ValueError):
            raise ReadFailed("the server's answer about a post cannot be read") from None
    return None if any(str(one.get("type", "")).endswith("/resource-not-found") for one in answer.errors) else known
