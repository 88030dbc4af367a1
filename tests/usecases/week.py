"""A week with two workers in real time of minutes: rows are moved back hour by hour, and the fakes count every call themselves."""

import json
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text, update

from socialq import clock as wall
from socialq import db as database
from socialq.db import Database, UtcDateTime
from socialq.domain.outcomes import Deferred, Metrics, Outcome, Prepared
from socialq.metrics.pull import pull
from socialq.models import Channel, Delivery, Record
from socialq.networks import rates
from socialq.networks.base import Account, AccountMetrics, Content, Remember
from socialq.networks.quotas import Declared
from socialq.publishing import budgets, life, ring
from socialq.publishing.publish import publish
from socialq.publishing.sender import Sender
from socialq.services.accounts import open_account
from socialq.wiring import Parts, open_parts
from tests.fakes import FakeNetwork
from tests.usecases.line import Line

DAY, HOUR = 24.0, 1.0
STEP = 3  # hours


@dataclass
class Gate:
    """At most `most` calls within `window` hours; `over` counts those that were one too many."""

    most: int
    window: float
    clock: "Clock"
    calls: deque[float] = field(default_factory=deque)
    total: int = 0
    over: int = 0
    highest: int = 0

    def call(self) -> int:
        """One more; how many there were within the window."""
        while self.calls and self.calls[0] <= self.clock.hours - self.window:
            self.calls.popleft()
        self.calls.append(self.clock.hours)
        self.total += 1
        self.over += len(self.calls) > self.most
        self.highest = max(self.highest, len(self.calls))
        return len(self.calls)


@dataclass
class Clock:
    hours: float = 0.0


class Daily(FakeNetwork):
    """25 posts a day on each account and 30 on all together; its answers say nothing of it."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(key="daily", name="Daily")
        self.budgets = (Declared("posts", 25, 86400), Declared("app posts", 30, 86400, "app"))
        self.clock, self.accounts, self.app = clock, {}, Gate(30, DAY, clock)
        self.accounts: dict[str, Gate]

    def put_out(self, prepared: Prepared, account: Account) -> Any:
        with self.lock:
            gate = self.accounts.setdefault(account.remote_id, Gate(25, DAY, self.clock))
            spent = gate.call() > gate.most or self.app.call() > self.app.most
        return Deferred(in_an_hour(), "too many") if spent else super().put_out(prepared, account)


class Busy(FakeNetwork):
    """Every request counts, and each answer says in percent how many there were within the hour, as Meta does."""

    def __init__(self, clock: Clock, most: int) -> None:
        super().__init__(key="busy", name="Busy")
        self.gate, self.numbers_asked, self.numbers_given = Gate(most, HOUR, clock), 0, 0

    def asked(self, account: Account) -> bool:
        with self.lock:
            used = self.gate.call()
        percent = min(100, 100 * used // self.gate.most)
        said = {"X-App-Usage": json.dumps({"call_count": percent, "total_time": 3, "total_cputime": 1})}
        account.call.count(*rates.read(rates.META, 200, said))
        account.call.answered = True
        return used <= self.gate.most

    def prepare(self, post: Content, account: Account, remember: Remember) -> Prepared | Outcome:
        self.asked(account)
        return super().prepare(post, account, remember)

    def publish(self, prepared: Prepared, account: Account) -> Outcome:
        account.call.first_byte()
        if not self.asked(account):
            return Deferred(in_an_hour(), "too many")
        return self.put_out(prepared, account)

    def metrics(self, remote_ids: list[str], account: Account) -> dict[str, Metrics | None]:
        self.numbers_given += len(remote_ids)
        return {one: Metrics({"likes": 1}, {}) for one in remote_ids if self.asked(account)}

    def account_metrics(self, account: Account) -> AccountMetrics:
        self.asked(account)
        return AccountMetrics(7, {})


def in_an_hour() -> datetime:
    return wall.host_now() + timedelta(hours=1)


@dataclass
class Week:
    """`workers`: each with its own connections, as two processes have."""

    line: Line
    networks: dict[str, FakeNetwork]
    clock: Clock
    workers: list[Sender] = field(default_factory=list)
    lives: list[life.Life] = field(default_factory=list)

    def open(self, count: int = 2) -> None:
        for _ in range(count):
            parts = open_parts(self.line.parts.settings)
            mine = life.register(parts.db, parts.settings.data_dir, "publish")
            self.lives.append(mine)
            self.workers.append(Sender(replace(parts, networks=self.networks), mine.id))

    def close(self) -> None:
        for mine, sender in zip(self.lives, self.workers, strict=True):
            mine.close()
            sender.db.dispose()

    @property
    def parts(self) -> Parts:
        return self.workers[0].parts  # type: ignore[return-value]

    def channel(self, network: str, handle: str) -> int:
        with self.parts.db.begin() as session:
            moment = database.now(session)
            row = Channel(
                client_id=self.line.client_id, network=network, handle=handle, remote_id=handle, created_at=moment
            )
            session.add(row)
            session.flush()
            row.credentials = self.parts.secrets.seal(row.owner, {"access_token": "canary"})
            return row.id

    def post(self, channel_id: int, words: str) -> int:
        made = self.line.schedule(words, late=1, limit=4 * 3600)
        self.line.set(made, channel_id=channel_id)
        return made

    def step(self, pulls: Iterable[int]) -> None:
        """Everything that is due goes through both workers at once, numbers are asked for at the same time; then three hours pass."""
        work: list[Callable[[], None]] = [lambda: self._publish(0), lambda: self._publish(1)]
        together([*work, *[lambda one=one: self.pull(one) for one in pulls]])
        self.clock.hours += STEP
        shift(self.parts.db, timedelta(hours=STEP))

    def pull(self, channel_id: int) -> None:
        def opened(channel: Channel) -> Account:
            return open_account(channel, self.parts.secrets, self.workers[0].preparing_call(), lambda _: None)

        pull(self.parts.db, self.networks, opened, channel_id, everything=True)

    def _publish(self, number: int) -> None:
        sender = self.workers[number]
        for _ in range(3):  # the bell is rung again when something was left
            if number == 0:
                budgets.apply_all(sender.db, self.networks)
            ids = self.due()
            for lane in ring.lanes(sender.db, ids)[:: 1 if number else -1]:
                publish(sender, lane.ids)

    def due(self) -> list[int]:
        with self.parts.db.read() as session:
            moment = database.now(session)
            return list(session.scalars(select(Delivery.id).where(ring.CLAIMABLE), ring.at(moment)))

    def states(self, channels: Iterable[int]) -> dict[str, int]:
        with self.parts.db.read() as session:
            query = select(Delivery.state, func.count()).where(Delivery.channel_id.in_(list(channels)))
            return {row[0]: row[1] for row in session.execute(query.group_by(Delivery.state))}


def together(work: list[Callable[[], None]]) -> None:
    """At once; the first exception of any is raised."""
    failures: list[BaseException] = []

    def run(one: Callable[[], None]) -> None:
        try:
            one()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def shift(db: Database, by: timedelta) -> None:
    """As if so much time had passed: every instant in every table is moved back."""
    seconds = int(by.total_seconds())
    with db.begin() as session:
        for table in Record.metadata.sorted_tables:
            names = [column.name for column in table.columns if isinstance(column.type, UtcDateTime)]
            if not names:
                continue
            moved = f"strftime('%Y-%m-%d %H:%M:%f', {{}}, '-{seconds} seconds') || '000'"
            moved = moved if db.sqlite else f"{{}} - interval '{seconds} seconds'"
            sets = ", ".join(f'"{one}" = {moved.format(f"{chr(34)}{one}{chr(34)}")}' for one in names)
            session.execute(text(f'UPDATE "{table.name}" SET {sets}'))
    with db.begin() as session:
        session.execute(update(Channel).values(pulling_until=None))
