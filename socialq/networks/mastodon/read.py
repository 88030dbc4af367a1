"""Reading back: the account's own posts for a look, numbers for the reports. Changes nothing anywhere."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from socialq import clock
from socialq.domain.message import OTHERS_SINCE, Seen, Wanted, judge
from socialq.domain.outcomes import Look, LookFailed, Metrics, Prepared
from socialq.networks.base import AccessLost, Account, AccountMetrics, ReadFailed
from socialq.networks.call import plainly
from socialq.networks.mastodon.client import Answer, Client
from socialq.networks.mastodon.html import as_written
from socialq.networks.text import without_hosts

PAGE, PAGES = 40, 50
COUNTS = {"favourites_count": "likes", "replies_count": "comments", "reblogs_count": "shares", "quotes_count": "shares"}
ACCOUNT_COUNTS = ("followers_count", "following_count", "statuses_count")


def find(prepared: Prepared, wanted: Wanted, account: Account) -> Look:
    """Texts are compared without the hosts of mentions: the server shows `@user@host` as `@user`."""
    oldest = wanted.started_at - OTHERS_SINCE
    try:
        client = Client(account)
        seen, complete = _back_to(oldest, client, account)
        known = _still_known(client, prepared.memory.get("known") or wanted.known, seen, oldest)
    except Exception as error:  # a failed look says nothing about the post
        return LookFailed(str(error) if isinstance(error, ReadFailed) else plainly(error))
    return judge(seen, replace(wanted, text=without_hosts(wanted.text), known=known), complete=complete)


def metrics(remote_ids: list[str], account: Account) -> dict[str, Metrics | None]:
    """One request a post; None where the server says that it is gone."""
    client = Client(account)
    found: dict[str, Metrics | None] = {}
    for remote_id in remote_ids:
        answer = _ask(client, "status", remote_id)
        gone = answer.status in (404, 410) and bool(answer.words)
        found[remote_id] = None if gone else _numbers(_fields(answer))
    return found


def account_metrics(account: Account) -> AccountMetrics:
    """Followers and the server's other counts of the account."""
    fields = _fields(_ask(Client(account), "account_verify_credentials"))
    raw = {name: fields[name] for name in ACCOUNT_COUNTS if _is_count(fields.get(name))}
    return AccountMetrics(raw.get("followers_count"), raw)


def _back_to(oldest: datetime, client: Client, account: Account) -> tuple[list[Seen], bool]:
    """Own posts, newest first, and whether the list reached `oldest` or its own end."""
    seen: list[Seen] = []
    for page in _pages(client, account.remote_id):
        if not page or (seen and page[0].remote_id in {one.remote_id for one in seen}):
            return seen, not page
        seen += page
        if page[-1].created_at < oldest:
            return seen, True
    return seen, False


def _still_known(client: Client, known: str | None, seen: list[Seen], oldest: datetime) -> str | None:
    """The known post, unless it was deleted meanwhile or is older than the look: then it need not be in the list."""
    if known is None or known in {one.remote_id for one in seen}:
        return known
    answer = _ask(client, "status", known)
    if answer.status in (404, 410) and answer.words:
        return None
    try:
        return None if _seen(_fields(answer), _ahead(answer)).created_at < oldest else known
    except (KeyError, TypeError, ValueError):
        raise ReadFailed("the server's answer about a post cannot be read") from None


def _pages(client: Client, remote_id: str) -> Iterator[list[Seen]]:
    last = None
    for _ in range(PAGES):
        answer = _ask(client, "account_statuses", remote_id, exclude_reblogs=True, limit=PAGE, max_id=last)
        if answer.status != 200 or not isinstance(answer.body, list):
            raise ReadFailed(f"the server answered {answer.status}")
        try:
            page = [_seen(status, _ahead(answer)) for status in answer.body]
        except (KeyError, TypeError, ValueError):
            raise ReadFailed("the server's list of posts cannot be read") from None
        yield page
        last = page[-1].remote_id


def _ahead(answer: Answer) -> timedelta:
    """By how much our clock is ahead of the server's, by its Date header."""
    date = answer.date()
    return clock.host_now() - date if date else timedelta()


def _seen(status: dict[str, Any], ahead: timedelta) -> Seen:
    created_at = datetime.fromisoformat(status["created_at"])
    created_at = created_at if created_at.tzinfo else created_at.replace(tzinfo=UTC)
    text = without_hosts(as_written(status["content"]))
    return Seen(
        str(status["id"]), text, len(status["media_attachments"]), created_at + ahead, str(status.get("url") or "")
    )


def _ask(client: Client, method: str, *args: Any, **options: Any) -> Answer:
    """Raises AccessLost for a refused token, ReadFailed when there is no answer or a limit is reached."""
    try:
        answer = client.ask(method, *args, **options)
    except Exception as error:
        failed = ReadFailed(plainly(error))
    else:
        if answer.status == 401 or answer.status == 403 and answer.words:
            raise AccessLost("The server no longer accepts the token.")
        if answer.status != 429:
            return answer
        failed = ReadFailed("the server takes no more requests for now")
    raise failed


def _fields(answer: Answer) -> dict[str, Any]:
    if answer.status != 200 or not answer.fields.get("id"):
        raise ReadFailed(f"the server answered {answer.status} without numbers")
    return answer.fields


def _numbers(status: dict[str, Any]) -> Metrics:
    """A count that the server does not send stays away; boosts and quotes are both shares."""
    raw = {name: status[name] for name in COUNTS if _is_count(status.get(name))}
    common: dict[str, int] = {}
    for name, value in raw.items():
        common[COUNTS[name]] = common.get(COUNTS[name], 0) + value
    return Metrics(common, raw)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
