"""The kinds of networks under fault, declared as those of socialq/networks are, over the same bounded calls. Loaded into the children.

lasting: an identity for ever. readable: reads back by text only. blind: can do nothing. finishing: accepts, and is done later."""

import os
import signal
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from socialq import clock
from socialq.domain import message
from socialq.domain.message import Seen, Wanted
from socialq.domain.outcomes import (
    Absent,
    Deferred,
    Disconnected,
    Found,
    Look,
    LookFailed,
    Metrics,
    NotSent,
    Outcome,
    Prepared,
    Processing,
    Published,
    Rejected,
)
from socialq.domain.shots import Said
from socialq.networks import base
from socialq.networks.base import Account, AccountMetrics, Connected, Content, Limits, ReadFailed, Remember
from socialq.networks.call import not_out, plainly

PAGES = 30
POISON = "poison"
AGAIN = timedelta(seconds=1)


@dataclass(frozen=True)
class Blind:
    """`account.server` is the account's own door."""

    key: str = "blind"
    name: str = "Blind"
    limits: Limits = Limits(characters=5_000_000)
    asks_server: bool = True
    asks_handle: bool = False
    metrics_given: frozenset[str] = frozenset()

    def connect(self, account: Account) -> Connected:
        """Nothing is asked."""
        return Connected("1", "vera", account.server)

    def problems(self, post: Content, limits: Limits) -> list[Said]:
        """None."""
        return []

    def prepare(self, post: Content, account: Account, remember: Remember) -> Prepared | Outcome:
        """Each picture is an upload that is remembered. Poison ends the process, as a broken decoder would."""
        if POISON in post.text:
            os.kill(os.getpid(), signal.SIGKILL)
        memory = {**post.memory, "text": post.text, "reply_to": (post.reply_to or {}).get("remote_id")}
        try:
            for one in post.media[len(memory.get("pictures", [])) :]:
                picture = {"data": one.path.read_bytes(), "headers": {"Content-Type": one.media_type}}
                answer = account.call.session().post(f"{account.server}/pictures", **picture)
                memory["pictures"] = [*memory.get("pictures", []), answer.json()["id"]]
                remember({"pictures": memory["pictures"]})
            return self._known(Prepared(post.key, memory), account)
        except Exception as error:
            return NotSent(plainly(error))

    def publish(self, prepared: Prepared, account: Account) -> Outcome:
        """One POST. Raises what cannot be explained."""
        account.call.arm()
        wanted = {name: prepared.memory.get(name) for name in ("text", "reply_to")}
        form = wanted | {"pictures": prepared.memory.get("pictures", []), "identity": prepared.identity}
        try:
            response = account.call.session().post(f"{account.server}/posts", json=form)
        except Exception as error:
            return not_out(account.call, error)
        return _meaning(response.status_code, response.json())

    def metrics(self, remote_ids: list[str], account: Account) -> dict[str, Metrics | None]:
        """It gives none."""
        return {}

    def account_metrics(self, account: Account) -> AccountMetrics:
        """It gives none."""
        raise ReadFailed("this network gives no numbers")

    def _known(self, prepared: Prepared, account: Account) -> Prepared:
        return prepared


@dataclass(frozen=True)
class Readable(Blind):
    """Like X: reads back, cannot repeat."""

    key: str = "readable"
    name: str = "Readable"

    def find(self, prepared: Prepared, wanted: Wanted, account: Account) -> Look:
        """By text, in the whole list."""
        try:
            seen, complete = _all(account)
        except Exception as error:
            return LookFailed(plainly(error))
        known = prepared.memory.get("known") or wanted.known
        return message.judge(
            seen, Wanted(wanted.text, wanted.media, wanted.started_at, wanted.taken, known), complete=complete
        )

    def _known(self, prepared: Prepared, account: Account) -> Prepared:
        posts = _asked(account, "/posts")["posts"]
        known = {"known": posts[0]["id"] if posts else None}
        return Prepared(prepared.identity, {**known, **prepared.memory})


@dataclass(frozen=True)
class Lasting(Blind):
    """Like Bluesky: the same identity is the same post, for ever, and can be looked up."""

    key: str = "lasting"
    name: str = "Lasting"

    def find(self, prepared: Prepared, wanted: Wanted, account: Account) -> Look:
        """Exact; by text where no identity was made yet (a restored row)."""
        if not prepared.identity:
            return Readable().find(prepared, wanted, account)
        answer = account.call.session().get(f"{account.server}/posts/{prepared.identity}")
        if answer.status_code == 404:
            return Absent()
        if answer.status_code != 200:
            return LookFailed(f"the server answered {answer.status_code}")
        return Found(answer.json()["id"], answer.json()["url"])

    def repeatable(self, prepared: Prepared, started_at: datetime, now: datetime) -> bool:
        """Always."""
        return True


@dataclass(frozen=True)
class Finishing(Blind):
    """Like YouTube: accepts, and says later whether it is out."""

    key: str = "finishing"
    name: str = "Finishing"

    def poll(self, handle: str, account: Account) -> Outcome:
        """Published, or still at it."""
        return _meaning(200, _asked(account, f"/handles/{handle}"))


def _meaning(status: int, body: dict[str, Any]) -> Outcome:
    match status:
        case 200 | 202 if "handle" in body:
            return Processing(body["handle"], clock.host_now() + AGAIN)
        case 200:
            return Published(body["id"], body["url"])
        case 429:
            return Deferred(clock.host_now() + AGAIN, "the server takes no more for now")
        case 401:
            return Disconnected("the server no longer accepts the token")
        case 422:
            return Rejected("the server refuses the post")
    raise ValueError(f"the server answered {status}")


def _asked(account: Account, path: str) -> Any:
    answer = account.call.session().get(account.server + path)
    answer.raise_for_status()
    return answer.json()


def _all(account: Account) -> tuple[list[Seen], bool]:
    seen: list[Seen] = []
    before = 0
    for _ in range(PAGES):
        page = _asked(account, f"/posts?before={before}")
        seen += [
            Seen(p["id"], p["text"], p["pictures"], datetime.fromisoformat(p["at"]), p["url"]) for p in page["posts"]
        ]
        if not page["more"] or not page["posts"]:
            return seen, not page["more"]
        before = int(seen[-1].remote_id)
    return seen, False


KINDS = (Blind(), Readable(), Lasting(), Finishing())


def add_to_registry() -> None:
    """From now on `discover` finds them beside the real ones. Before anything has imported it by name."""
    real = base.discover
    base.discover = lambda: real() | {one.key: one for one in KINDS}
