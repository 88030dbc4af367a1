"""Numbers of posts and of the Page. Facebook takes names of metrics away and then refuses the whole request: such names are found one
by one, and not asked for again by this process."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from socialq.domain.outcomes import Metrics
from socialq.networks.base import Account, AccountMetrics
from socialq.networks.facebook.client import Answer, Client, client_of
from socialq.networks.facebook.read import asked, failed
from socialq.networks.facebook.refusals import PERMISSIONS

# Facebook's names, seen alive on v25.0 in September 2026, and ours; "" where ours has none.
INSIGHTS = {
    "post_media_view": "views",
    "post_total_media_view_unique": "reach",
    "post_clicks": "clicks",
    "post_video_views": "video_views",
    "post_reactions_by_type_total": "",
    "post_activity_by_action_type": "",
}
PLAIN = "id,shares"
COUNTED = f"{PLAIN},comments.limit(0).summary(true),reactions.limit(0).summary(true)"  # wants pages_read_user_content
COUNTS = {"shares": "shares", "comments": "comments", "reactions": "likes"}
ACCOUNT_COUNTS = ("followers_count", "fan_count")
DEAD: dict[str, frozenset[str]] = {}  # by server; whole values are exchanged, so that threads cannot disturb each other


def metrics(remote_ids: list[str], account: Account) -> dict[str, Metrics | None]:
    """One request a post, more only while a name is dead or a right is missing. Raises ReadFailed or AccessLost."""
    reading = _Reading(client_of(account), account)
    return {one: reading.numbers(one) for one in remote_ids}


def account_metrics(account: Account) -> AccountMetrics:
    """Followers, and what Facebook still calls fans."""
    answer = asked(client_of(account), "get_object", account.remote_id, fields=f"id,{','.join(ACCOUNT_COUNTS)}")
    if not answer.fields.get("id"):
        raise failed(answer, account.call)
    raw = {name: answer.fields[name] for name in ACCOUNT_COUNTS if _is_count(answer.fields.get(name))}
    return AccountMetrics(raw.get("followers_count"), raw)


@dataclass
class _Reading:
    """One pull of one Page. What was refused once is not asked for again in it."""

    client: Client
    account: Account
    fields: str = COUNTED
    insights: bool = True
    without: int = 0  # posts that have none; two are enough to stop asking

    def numbers(self, post: str) -> Metrics | None:
        """None: it is gone."""
        names = self._living()
        wanted = f",insights.metric({','.join(names)}){{name,values}}" if names else ""
        answer = self._get(post, wanted)
        insights = _values(answer.fields.get("insights"))
        if names and not answer.gone and answer.code in (100, *PERMISSIONS):
            answer = self._get(post, "")
            self.insights = bool(answer.fields) and self.insights
            insights = self._one_by_one(post, names) if answer.fields else {}
        if answer.gone:
            return None
        if not answer.fields:
            raise failed(answer, self.account.call)
        return _numbers(answer.fields, insights)

    def _get(self, post: str, more: str) -> Answer:
        """Without the right to count what others did, Facebook refuses those fields: then without them."""
        answer = asked(self.client, "get_object", post, fields=self.fields + more)
        if answer.code in PERMISSIONS and self.fields == COUNTED:
            answer = asked(self.client, "get_object", post, fields=PLAIN + more)
            self.fields = PLAIN if answer.fields else COUNTED
        return answer

    def _living(self) -> list[str]:
        dead = DEAD.get(self.account.server, frozenset())
        return [name for name in INSIGHTS if name not in dead] if self.insights and self.without < 2 else []

    def _one_by_one(self, post: str, names: list[str]) -> dict[str, Any]:
        """A name is dead when it is refused beside others that are not; with none alive the Page has no insights (yet)."""
        values: dict[str, Any] = {}
        refused, alive = set(), False
        for name in names:
            answer = asked(self.client, "get_connections", post, "insights", metric=name)
            alive = alive or bool(answer.fields)
            values |= _values(answer.fields)
            if answer.code == 100 and not answer.gone:
                refused.add(name)
            elif not answer.fields and answer.code not in PERMISSIONS:
                raise failed(answer, self.account.call)
        self.without += not alive
        if alive:
            DEAD[self.account.server] = DEAD.get(self.account.server, frozenset()) | refused
        return values


def _values(found: Any) -> dict[str, Any]:
    """Facebook's list of insights by name; what has no value is not there."""
    values: dict[str, Any] = {}
    for one in found.get("data", []) if isinstance(found, Mapping) else []:
        value = next((each.get("value") for each in one.get("values", [])), None)
        if _is_count(value) or isinstance(value, dict):
            values[str(one.get("name"))] = value
    return values


def _numbers(post: Mapping[str, Any], insights: Mapping[str, Any]) -> Metrics:
    """Reactions count as likes. A count that Facebook does not give stays away."""
    raw: dict[str, Any] = {name: value for name in COUNTS if (value := _count(post.get(name))) is not None}
    common = {COUNTS[name]: value for name, value in raw.items()}
    common |= {ours: insights[name] for name, ours in INSIGHTS.items() if ours and _is_count(insights.get(name))}
    by_type = insights.get("post_reactions_by_type_total")
    if "likes" not in common and isinstance(by_type, dict) and all(map(_is_count, by_type.values())):
        common["likes"] = sum(by_type.values())
    return Metrics(common, raw | dict(insights))


def _count(found: Any) -> int | None:
    """{"count": 3} or {"summary": {"total_count": 3}}."""
    if not isinstance(found, Mapping):
        return None
    summary = found.get("summary")
    value = summary.get("total_count") if isinstance(summary, Mapping) else found.get("count")
    return value if _is_count(value) else None


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
