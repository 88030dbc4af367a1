"""Never one call too many, and no post behind numbers: a simulated week, two workers, both databases. The figures are printed."""

from dataclasses import dataclass

import pytest

from socialq.services import budget, counted
from tests.usecases.line import Line
from tests.usecases.week import STEP, Busy, Clock, Daily, Week

PLANNED = (
    {"brood": 18, "taart": 18},
    {"brood": 27, "taart": 0},
)  # day by day, where 25 of each account and 30 of both are taken
TAKEN = (30, 25)
REQUESTS = 100  # an hour on the network that says how much is used


@dataclass
class Played:
    daily: Daily
    busy: Busy
    on_daily: dict[str, int]
    on_busy: dict[str, int]
    posts: int

    def __str__(self) -> str:
        gates = [gate.highest for gate in self.daily.accounts.values()]
        return (
            f"25 posts a day, 30 for the app: {self.daily.app.total} calls, {self.daily.app.over} too many; the most in any 24 h "
            f"{gates}, together {self.daily.app.highest}; deliveries {self.on_daily}\n"
            f"{self.busy.gate.most} requests an hour: {self.busy.gate.total} calls, {self.busy.gate.over} too many, the most in an hour "
            f"{self.busy.gate.highest}; deliveries {self.on_busy}; numbers of {self.busy.numbers_given} posts"
        )


def play(line: Line, days: int, requests: int = REQUESTS) -> Played:
    """A third of a day's posts at nine, noon and three on each daily account; one on each busy one, and all numbers of one of them."""
    clock = Clock()
    daily, busy = Daily(clock), Busy(clock, requests)
    week = Week(line, {"daily": daily, "busy": busy}, clock)
    week.open()
    try:
        on_daily = {name: week.channel("daily", name) for name in PLANNED[0]}
        on_busy = [week.channel("busy", name) for name in ("thee", "koffie")]
        posts = 0
        for hour in range(0, 24 * days, STEP):
            for name, count in PLANNED[hour // 24 % 2].items() if hour % 24 in range(8, 18) else []:
                for number in range(count // 3):
                    week.post(on_daily[name], f"dag {hour} {name} {number}")
            for channel_id in on_busy:
                week.post(channel_id, f"uur {hour} {channel_id}")
                posts += 1
            week.step(on_busy[:: 1 if hour % 2 else -1][:1])
        return Played(daily, busy, week.states(on_daily.values()), week.states(on_busy), posts)
    finally:
        week.close()


def test_a_week_with_two_workers(line: Line) -> None:
    played = play(line, 7)
    print(f"\n{played}")
    assert played.daily.app.over == 0 and [gate.over for gate in played.daily.accounts.values()] == [0, 0]
    assert len(played.daily.out) == sum(TAKEN[day % 2] for day in range(7)), "what may be sent is sent"
    assert played.busy.gate.over == 0
    assert played.on_busy == {"published": played.posts}, "every post, though numbers would take all"
    assert played.busy.numbers_given >= 7 * 24, "numbers get what posts leave"


def test_without_taking_first_it_would_be_too_many(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "take", lambda *_: None)
    monkeypatch.setattr(budget, "take_for_numbers", lambda *_: (0, None))
    monkeypatch.setattr(counted, "recount", lambda *_: None)
    played = play(line, 1, requests=4)
    print(f"\n{played}")
    assert played.daily.app.over > 0 and played.busy.gate.over > 0
