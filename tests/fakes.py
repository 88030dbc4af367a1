"""FakeNetwork: a network that works, in memory, and can be told to fail. It keeps what is really out, so a test can count copies."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from socialq import clock
from socialq.domain.message import Seen, Wanted, judge
from socialq.domain.outcomes import Look, Metrics, Outcome, Prepared, Published
from socialq.domain.shots import Said
from socialq.networks.base import Account, AccountMetrics, Connected, Content, Limits, Remember

Script = Callable[["FakeNetwork", Prepared, Account], Outcome]


@dataclass
class Copy:
    """One post as it stands on the fake network."""

    remote_id: str
    identity: str
    text: str
    media: int
    account: str
    at: datetime


@dataclass
class FakeNetwork:
    """`script` and `prepare_script` hold what the next calls do instead of succeeding; `find_script` what the next looks say."""

    key: str = "fake"
    name: str = "Fake"
    limits: Limits = field(default_factory=lambda: Limits(characters=500))
    asks_server: bool = False
    asks_handle: bool = True
    metrics_given: frozenset[str] = frozenset({"likes", "comments", "shares"})
    chains: bool = True
    remembers_identity: bool = False
    out: list[Copy] = field(default_factory=list)
    script: list[Script] = field(default_factory=list)
    prepare_script: list[Callable[[], Prepared | Outcome]] = field(default_factory=list)
    find_script: list[Callable[[], Look]] = field(default_factory=list)
    numbers: dict[str, Metrics | None] = field(default_factory=dict)
    followers: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def connect(self, account: Account) -> Connected:
        return Connected(account.handle or "someone", account.handle or "someone", account.server)

    def problems(self, post: Content, limits: Limits) -> list[Said]:
        long = len(post.text) - limits.characters
        counts: dict[str, object] = {"size": len(post.text), "network": self.name, "most": limits.characters}
        return [Said("The text has %(size)s characters, %(network)s takes %(most)s.", counts)] if long > 0 else []

    def prepare(self, post: Content, account: Account, remember: Remember) -> Prepared | Outcome:
        if self.prepare_script:
            return self.prepare_script.pop(0)()
        step = {"text": post.text, "media": len(post.media)}
        remember(step)
        return Prepared(post.key, dict(post.memory) | step)

    def publish(self, prepared: Prepared, account: Account) -> Outcome:
        account.call.first_byte()
        if self.script:
            return self.script.pop(0)(self, prepared, account)
        return self.put_out(prepared, account)

    def put_out(self, prepared: Prepared, account: Account) -> Published:
        with self.lock:
            same = [c for c in self.out if self.remembers_identity and c.identity == prepared.identity]
            if not same:
                number = str(len(self.out) + 1)
                text, media = prepared.memory["text"], prepared.memory["media"]
                same = [Copy(number, prepared.identity, text, media, account.remote_id, clock.host_now())]
                self.out += same
        return Published(same[0].remote_id, f"https://fake.example/{same[0].remote_id}")

    def find(self, prepared: Prepared, wanted: Wanted, account: Account) -> Look:
        if self.find_script:
            return self.find_script.pop(0)()
        mine = [c for c in self.out if c.account == account.remote_id]
        seen = [Seen(c.remote_id, c.text, c.media, c.at, f"https://fake.example/{c.remote_id}") for c in mine]
        return judge(seen, wanted, complete=True)

    def metrics(self, remote_ids: list[str], account: Account) -> Mapping[str, Metrics | None]:
        return {remote_id: self.numbers.get(remote_id, Metrics({}, {})) for remote_id in remote_ids}

    def account_metrics(self, account: Account) -> AccountMetrics:
        return AccountMetrics(self.followers.get(account.remote_id), {})
