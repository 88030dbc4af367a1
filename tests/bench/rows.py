"""The rows of `make bench`: what is measured, beside what limit of the same run, towards which goal. Nothing here fails on a time."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update

from socialq.models import Delivery
from tests.bench.house import ROOT, House, open_house

WORKERS = 2  # processes of 16 threads each, for the limit and for the line
THREADS = 16
SOON = timedelta(seconds=3)


@dataclass(frozen=True)
class Figure:
    """`value` and `limit` in `unit`; `ratio` is what the goal speaks of where there is a limit."""

    what: str
    unit: str
    value: float
    limit: float | None = None
    goal: str = ""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.value / self.limit if self.limit else None


@dataclass(frozen=True)
class Row:
    name: str
    run: Callable[[str], list[Figure]]


def burst(database: str, posts: int = 1600) -> list[Figure]:
    """All published at once, nothing prepared: posts a second, beside the network module called without a database."""
    with open_house(database, channels=400) as house:
        limit = bare(house.servers, posts)
        house.start(WORKERS)
        took = _all_at_once(house, posts)
        goal = "≥ 0.75 of the limit" if database == "postgresql" else "≥ 200 posts/s"
        return [Figure("publish burst", "posts/s", posts / took, limit, goal, _first(house))]


def ten_thousand(database: str, posts: int = 10_000) -> list[Figure]:
    """All due at the same second, prepared ahead as the line does by itself, 25 on each of 400 channels."""
    with open_house(database, channels=400) as house:
        limit = posts / bare(house.servers, 1600)
        house.start(WORKERS)
        lateness = _due_together(house, posts)
        goal = "≤ 1.3 × the limit, first ≤ 0.3 s" if database == "postgresql" else "≤ 60 s, first ≤ 0.3 s"
        return [
            Figure("10,000 due at once, lateness p99", "s", _p99(lateness), limit, goal, f"first {lateness[0]:.2f} s")
        ]


def hundred(database: str) -> list[Figure]:
    """100 due at 09:00 on 40 channels."""
    with open_house(database, channels=40) as house:
        house.start(1)
        lateness = _due_together(house, 100)
        return [
            Figure("100 due at 09:00, worst lateness", "s", lateness[-1], None, "≤ 1 s", f"first {lateness[0]:.2f} s")
        ]


def one_a_second(database: str, seconds: int = 60) -> list[Figure]:
    """A minute of one post a second."""
    with open_house(database, channels=40) as house:
        house.start(1)
        begins = house.parts.db.now() + SOON
        house.schedule([begins + timedelta(seconds=number) for number in range(seconds)])
        house.all_out(seconds + 60)
        lateness = house.lateness()
        return [
            Figure(
                "one a second, lateness p99",
                "s",
                _p99(lateness),
                None,
                "≤ 0.35 s",
                f"median {lateness[len(lateness) // 2]:.2f} s",
            )
        ]


def bare(servers: list[str], posts: int) -> float:
    """Posts a second of the same network module on as many processes and threads, without database and queue."""
    words = [sys.executable, "-m", "tests.bench.bare", str(THREADS), str(posts // WORKERS), *servers]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(words, cwd=ROOT, **pipes) for _ in range(WORKERS)]  # type: ignore[call-overload]
    for process in processes:
        process.stdout.readline()
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    took = [float(process.communicate()[0]) for process in processes]
    return posts / max(took)


def _all_at_once(house: House, posts: int) -> float:
    """Seconds from the moment at which all became due until the last was out."""
    house.schedule([house.parts.db.now() + timedelta(hours=1)] * posts)
    with house.parts.db.begin() as session:  # as long as preparation has not been told
        session.execute(update(Delivery).values(prepare_at=Delivery.scheduled_at))
    _make_due(house)
    house.all_out(600)
    return house.lateness()[-1]


def _due_together(house: House, posts: int) -> list[float]:
    """Lateness of posts that were prepared while there was time, sorted."""
    house.schedule([house.parts.db.now() + timedelta(minutes=14)] * posts)
    waiting = select(func.count()).where(Delivery.prepared_at.is_(None))
    house.wait(lambda session: session.scalar(waiting) == 0, 780, "not everything was prepared")
    _make_due(house)
    house.all_out(600)
    return house.lateness()


def _make_due(house: House) -> None:
    at = house.parts.db.now() + SOON
    with house.parts.db.begin() as session:
        session.execute(update(Delivery).values(scheduled_at=at, due_at=at, rung_at=None))


def _p99(sorted_values: list[float]) -> float:
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * 0.99))]


def _first(house: House) -> str:
    return f"first {house.lateness()[0]:.2f} s"


ROWS = [
    Row("publish burst", burst),
    Row("10,000 due", ten_thousand),
    Row("100 due", hundred),
    Row("one a second", one_a_second),
]
