"""Reading back: one record by its own key for a look, numbers for the reports. Changes nothing anywhere, but may renew the session."""

from collections.abc import Callable
from typing import Any, TypeVar

from socialq.domain.outcomes import Absent, Found, Look, LookFailed, Metrics, Prepared
from socialq.networks.base import AccessLost, Account, AccountMetrics, ReadFailed
from socialq.networks.bluesky import session
from socialq.networks.bluesky.names import POST, rkey_of, uri, web_address
from socialq.networks.bluesky.xrpc import Answer, ask
from socialq.networks.call import plainly

T = TypeVar("T")
AT_ONCE = 25  # posts a request
COUNTS = {
    "likeCount": "likes", "replyCount": "comments", "repostCount": "shares", "quoteCount": "shares", "bookmarkCount": "saves",
}  # fmt: skip
ACCOUNT_COUNTS = ("followersCount", "followsCount", "postsCount")


def find(prepared: Prepared, account: Account) -> Look:
    """Exact, by the key that is only ours: whatever stands there is our post; the account's own server knows at once."""
    rkey = prepared.memory.get("rkey")
    if not rkey:
        return LookFailed("the post's key is not remembered")
    try:
        answer = own_record(account, rkey)
    except Exception as error:  # a failed look says nothing about the post
        return LookFailed(plainly(error))
    if answer.status == 200 and answer.fields.get("uri") == uri(account.remote_id, rkey):
        return Found(uri(account.remote_id, rkey), web_address(account, rkey))
    if answer.status in (400, 404) and answer.error == "RecordNotFound":
        return Absent(session.host(account))
    return LookFailed(f"the server answered {answer.status}")


def own_record(account: Account, rkey: str) -> Answer:
    """The record as the account's own server has it; needs no token. Raises what a call raises."""
    what = {"repo": account.remote_id, "collection": POST, "rkey": rkey}
    return ask(account, session.host(account), "com.atproto.repo.getRecord", **what)


def metrics(remote_ids: list[str], account: Account) -> dict[str, Metrics | None]:
    """One request for 25 posts; None for those that the AppView does not know (any more)."""
    numbers: dict[str, Metrics] = {}
    addresses = {one: uri(account.remote_id, rkey_of(one)) for one in remote_ids}
    account = _fresh(account)
    for start in range(0, len(remote_ids), AT_ONCE):
        uris = [addresses[one] for one in remote_ids[start : start + AT_ONCE]]
        posts = _read(account, "app.bsky.feed.getPosts", uris=uris).get("posts")
        if not isinstance(posts, list):
            raise ReadFailed("Bluesky answered without numbers.")
        numbers |= {str(one.get("uri")): _numbers(one) for one in posts if isinstance(one, dict)}
    return {one: numbers.get(address) for one, address in addresses.items()}


def account_metrics(account: Account) -> AccountMetrics:
    """Followers and Bluesky's other counts of the account."""
    fields = _read(_fresh(account), "app.bsky.actor.getProfile", actor=account.remote_id)
    raw = {name: fields[name] for name in ACCOUNT_COUNTS if _is_count(fields.get(name))}
    return AccountMetrics(raw.get("followersCount"), raw)


def _fresh(account: Account) -> Account:
    return _plainly(lambda: session.fresh(account))


def _read(account: Account, name: str, **query: Any) -> dict[str, Any]:
    """Through the account's own server, which hands it on to its AppView. A token that died early is renewed once."""
    answer = _plainly(lambda: ask(account, session.host(account), name, token=session.token(account), **query))
    if answer.stale:
        account = _plainly(lambda: session.renewed(account))
        answer = _plainly(lambda: ask(account, session.host(account), name, token=session.token(account), **query))
    if answer.status != 200:
        raise _failed(answer)
    return dict(answer.fields)


def _plainly(work: Callable[[], T]) -> T:
    """Raises AccessLost for an account that is refused, ReadFailed for all else that goes wrong."""
    try:
        return work()
    except session.NotIn as refused:
        failure = _failed(refused.answer)
    except Exception as error:
        failure = ReadFailed(f"Bluesky cannot be asked: {plainly(error)}.")
    raise failure


def _failed(answer: Answer) -> ReadFailed:
    if answer.shut or answer.stale or answer.fields.get("active") is False:
        return AccessLost("Bluesky no longer accepts the app password.")
    if answer.status == 429:
        return ReadFailed("Bluesky takes no more requests for now.")
    if answer.error in ("MethodNotImplemented", "XRPCNotSupported", "UpstreamFailure"):
        return ReadFailed("The account's server has no way to Bluesky's numbers now.")
    return ReadFailed(f"Bluesky answered {answer.status} without numbers.")


def _numbers(post: dict[str, Any]) -> Metrics:
    """A count that is not sent stays away; reposts and quotes are both shares."""
    raw = {name: post[name] for name in COUNTS if _is_count(post.get(name))}
    common: dict[str, int] = {}
    for name, value in raw.items():
        common[COUNTS[name]] = common.get(COUNTS[name], 0) + value
    return Metrics(common, raw)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
