"""Numbers for the reports, under X's names of before and after it renamed them. Changes nothing anywhere."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from socialq import clock
from socialq.domain.outcomes import Metrics
from socialq.networks.base import Account, AccountMetrics, ReadFailed
from socialq.networks.x.client import Answer, Client
from socialq.networks.x.read import ask, checked

AT_ONCE = 100  # posts a request
OWN = timedelta(days=30) - timedelta(hours=1)  # so long X tells an account what only it may know
EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)  # of the clock in X's numbers
# Not the non-public impression_count: the public one counts the same, and for every age.
PUBLIC = {
    "impression_count": "views", "like_count": "likes", "reply_count": "comments", "bookmark_count": "saves",
    "retweet_count": "shares", "repost_count": "shares", "quote_count": "shares",
}  # fmt: skip
PRIVATE = {"url_link_clicks": "clicks", "user_profile_clicks": "", "engagements": ""}
SAME = {"repost_count": "retweet_count"}  # one number, should an answer ever bring both names
ACCOUNT = ("followers_count", "following_count", "tweet_count", "post_count", "listed_count")
VIDEO = {"expansions": ["attachments.media_keys"], "media.fields": ["public_metrics"]}


def metrics(remote_ids: list[str], account: Account) -> dict[str, Metrics | None]:
    """A hundred posts a request; None for one that is gone. What X does not say anything about is left out."""
    client, moment = Client(account), clock.host_now()
    young = [one for one in remote_ids if moment - _made_at(one) < OWN]
    old = [one for one in remote_ids if one not in set(young)]
    found = _read(client, young, own=True)
    # X empties a whole answer when it thinks one of them too old for what only the account may know.
    return found | _read(client, [*old, *(one for one in young if one not in found)], own=False)


def account_metrics(account: Account) -> AccountMetrics:
    """Followers and X's other counts of the account."""
    answer = checked(Client(account), "/2/users/me", {"user.fields": ["public_metrics"]})
    if answer.status != 200 or not answer.object.get("id"):
        raise ReadFailed(f"the server answered {answer.status} without numbers")
    counts = _part(answer.object, "public_metrics")
    raw = {name: counts[name] for name in ACCOUNT if _is_count(counts.get(name))}
    return AccountMetrics(raw.get("followers_count"), raw)


def _read(client: Client, remote_ids: list[str], *, own: bool) -> dict[str, Metrics | None]:
    found: dict[str, Metrics | None] = {}
    fields = ["attachments", "created_at", "public_metrics", *(["non_public_metrics"] if own else [])]
    for start in range(0, len(remote_ids), AT_ONCE):
        answer = ask(client, "/2/tweets", fields, ids=remote_ids[start : start + AT_ONCE], **VIDEO)
        views = _views(answer)
        posts = answer.data if isinstance(answer.data, list) else []
        found |= {str(one.get("id")): _numbers(one, views) for one in posts if isinstance(one, dict)}
        found |= {one: None for one in _gone(answer) if one not in found}
    return found


def _gone(answer: Answer) -> list[str]:
    there = [one for one in answer.errors if str(one.get("type", "")).endswith("/resource-not-found")]
    return [str(one.get("resource_id") or one.get("value")) for one in there]


def _numbers(post: Mapping[str, Any], views: Mapping[str, int]) -> Metrics:
    """A count that X does not send stays away; reposts and quotes are both shares."""
    public, private = _part(post, "public_metrics"), _part(post, "non_public_metrics")
    raw = {name: public[name] for name in PUBLIC if _is_count(public.get(name))}
    raw = {name: value for name, value in raw.items() if SAME.get(name) not in raw}
    raw |= {name: private[name] for name in PRIVATE if _is_count(private.get(name))}
    common: dict[str, int] = {}
    for name, value in raw.items():
        if meant := PUBLIC.get(name) or PRIVATE.get(name):
            common[meant] = common.get(meant, 0) + value
    keys = _part(post, "attachments").get("media_keys")
    seen = [views[key] for key in keys if key in views] if isinstance(keys, list) else []
    if seen:
        raw["view_count"] = common["video_views"] = sum(seen)
    return Metrics(common, raw)


def _views(answer: Answer) -> dict[str, int]:
    """Of videos, by their key."""
    media = _part(answer.fields, "includes").get("media")
    shown = [one for one in media if isinstance(one, dict)] if isinstance(media, list) else []
    counts = {str(one.get("media_key")): _part(one, "public_metrics").get("view_count") for one in shown}
    return {key: value for key, value in counts.items() if isinstance(value, int) and _is_count(value)}


def _made_at(remote_id: str) -> datetime:
    """X's numbers hold the time of their making."""
    number = int(remote_id) if remote_id.isascii() and remote_id.isdecimal() and len(remote_id) < 20 else 0
    return EPOCH + timedelta(milliseconds=number >> 22)


def _part(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = whole.get(name)
    return part if isinstance(part, dict) else {}


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
