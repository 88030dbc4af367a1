"""What a network of the harness keeps: every effect with its moment, and how reading back shows it. Knows nothing of sockets."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from socialq import clock
from tests.networks.fake_instance import Instance
from tests.networks.fake_server import Reply

PAGE = 20


@dataclass(frozen=True)
class Effect:
    """One post that is public. `at` is true time, whatever clock a machine under test believes in."""

    id: str
    text: str
    at: datetime
    reply_to: str | None = None


@dataclass
class Reading:
    """How reading back misbehaves. Times are seconds of boot time; nothing of it touches what is out."""

    down_until: float = 0.0  # once there was a final call
    lag: float = 0.0  # so long an effect is not shown
    stale: float = 0.0  # the first list after an effect begins a page that is so old for so long
    short: int = 0  # so many lists end before the beginning
    hold: Callable[[], object] | None = None  # what a list waits for
    stale_until: float | None = None

    @property
    def down(self) -> bool:
        return clock.boottime() < self.down_until


@dataclass
class Shown:
    """An effect as it stands in the account's list."""

    effect: Effect
    shows: str
    pictures: int
    identity: str
    since: float
    by_hand: bool = False


@dataclass
class Board:
    """One account. `effects` is the record of what was really made public; identities are honoured where `lasting`."""

    url: str
    lasting: bool = False
    finishing: float | None = None  # seconds until what was accepted is out; None: at once
    alter: Callable[[str], str] = str
    reading: Reading = field(default_factory=Reading)
    _posts: list[Shown] = field(default_factory=list)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def effects(self) -> list[Effect]:
        """What we made public (a person's own posts are not in it)."""
        with self._lock:
            return [one.effect for one in self._posts if not one.by_hand]

    def own_post(self, text: str, ago: timedelta) -> str:
        """A post that a person makes herself."""
        with self._lock:
            return self._add(text, clock.host_now() - ago, by_hand=True).effect.id

    def handle(self, method: str, path: str, query: dict[str, list[str]], form: dict[str, Any]) -> Reply:
        """One request whose headers do not matter."""
        what = path.strip("/").split("/")
        with self._lock:
            if method == "POST" and what == ["posts"]:
                return self._post(form)
            if method == "POST":
                return Reply(200, {"id": f"picture-{len(form)}"})
        if self.reading.down and self.effects():
            return Reply(503, {"error": "down"})
        if what[0] == "handles":
            return self._finished(what[1])
        return self._by_identity(what[1]) if len(what) == 2 else self._list(int(query.get("before", ["0"])[0]))

    def _post(self, form: dict[str, Any]) -> Reply:
        identity = str(form.get("identity", ""))
        same = [one for one in self._posts if self.lasting and one.identity == identity]
        post = same[0] if same else self._add(form["text"], clock.host_now(), form, identity)
        if self.finishing is not None:
            return Reply(202, {"handle": post.effect.id})
        return Reply(200, _told(self.url, post))

    def _add(
        self, text: str, at: datetime, form: dict[str, Any] | None = None, identity: str = "", by_hand: bool = False
    ) -> Shown:
        form = form or {}
        effect = Effect(f"{len(self._posts) + 1:06d}", text, at, form.get("reply_to"))
        pictures = len(form.get("pictures", []))
        self._posts.append(Shown(effect, self.alter(text), pictures, identity, clock.boottime(), by_hand))
        return self._posts[-1]

    def _finished(self, handle: str) -> Reply:
        post = next(one for one in self._posts if one.effect.id == handle)
        done = self.finishing is not None and clock.boottime() > post.since + self.finishing
        return Reply(200, _told(self.url, post) if done else {"handle": handle})

    def _by_identity(self, identity: str) -> Reply:
        if self._cut_short():
            return Reply(500, {"error": "half an answer"})
        found = [one for one in self._visible() if one.identity == identity]
        return Reply(200, _told(self.url, found[0])) if found else Reply(404, {"error": "there is none"})

    def _list(self, before: int) -> Reply:
        short = self._cut_short()
        visible = [one for one in self._visible() if not before or int(one.effect.id) < before][::-1]
        page = [_told(self.url, one) for one in visible[:PAGE]]
        return Reply(200, {"posts": page[:0] if short else page, "more": short or len(visible) > PAGE})

    def _cut_short(self) -> bool:
        with self._lock:
            cut = self.reading.short > 0 and bool(self.effects())
            self.reading.short -= cut
            return cut

    def _visible(self) -> list[Shown]:
        with self._lock:
            return [one for one in self._posts if one.by_hand or shown(self.reading, one.since, bool(self.effects()))]


class Home(Instance):
    """The fake Mastodon server, which honours no Idempotency-Key (every request makes a copy, so every copy counts)."""

    def __init__(self, url: str, token: str) -> None:
        super().__init__(url, token)
        self.keys = _Forgetful()
        self.reading = Reading()
        self.alter: Callable[[str], str] = str
        self._since: dict[str, float] = {}

    def effects(self) -> list[Effect]:
        return [
            Effect(one["id"], one["text"], datetime.fromisoformat(one["arrived_at"]), one["in_reply_to_id"])
            for one in self.record()
        ]

    def own_post(self, text: str, ago: timedelta) -> str:
        return self.add_status(text, clock.host_now() - ago)

    def _status(self, text: str, *rest: Any) -> dict[str, Any]:
        status = super()._status(self.alter(text), *rest)
        self._since[status["id"]] = clock.boottime()
        return status

    def _read(self, path: str, query: Any) -> Reply:
        everything, ours = self.statuses, {one["id"] for one in self.arrivals}
        if self.reading.down and ours:
            return Reply(503, {"error": "down"})
        visible = [
            s for s in everything if s["id"] not in ours or shown(self.reading, self._since[s["id"]], bool(ours))
        ]
        if path.endswith("/statuses") and ours and self.reading.short > 0:
            self.reading.short -= 1
            visible = []
        self.statuses = visible
        try:
            return super()._read(path, query)
        finally:
            self.statuses = everything


class _Forgetful(dict[str, Any]):
    def __contains__(self, key: object) -> bool:
        return False


def shown(reading: Reading, since: float, something_out: bool) -> bool:
    """Whether an effect of that moment is in a list that is made now."""
    now = clock.boottime()
    if reading.stale and something_out and reading.stale_until is None:
        reading.stale_until = now + reading.stale
    return now >= since + reading.lag and now >= (reading.stale_until or 0.0)


def _told(url: str, post: Shown) -> dict[str, Any]:
    one = post.effect
    return {
        "id": one.id, "url": f"{url}/posts/{one.id}", "text": post.shows, "pictures": post.pictures,
        "at": one.at.isoformat(),
    }  # fmt: skip
