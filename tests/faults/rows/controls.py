"""Each removable choice of the model switched off in the real code: the row that it protects must fail, for that very reason."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

from sqlalchemy import text

from socialq.domain.states import DeliveryState
from tests.faults.injected import points
from tests.faults.rows import answers, doorbell, machines, people, processes
from tests.faults.stage import Row, Stage
from tests.faults.waiting import wait_until
from workers.queues import PULL, Bell, connect

READABLE = ("readable",)
CHANCES = 3


def looks_at_once(stage: Stage) -> Iterator[None]:
    """Two reconcilers are shown the same stale page; several times, for the second one must come while the first is held."""
    for spot in [one for _ in range(CHANCES) for one in stage.all(["lost"])]:
        spot.door.app.own_post("Van vorige week", answers.HOUR)
        (one,) = stage.post(spot)
        stage.until_state(one, DeliveryState.UNKNOWN)
        both = threading.Barrier(2)
        spot.door.app.reading.stale, spot.door.app.reading.hold = 2.2, lambda both=both: _together(both)  # type: ignore[misc]
        stage.until(lambda both=both: both.n_waiting > 0, "nobody looked")  # type: ignore[misc]
        _ring_until(stage, one, lambda both=both: both.n_waiting != 1)  # type: ignore[misc]
        spot.door.app.reading.hold = None
        yield


def _ring_until(stage: Stage, delivery_id: int, seen: Callable[[], bool]) -> None:
    bell = Bell(connect(stage.world.parts.settings))
    with suppress(TimeoutError):
        wait_until(lambda: bell.ring(PULL, "reconcile", [delivery_id]) and seen(), 4, "the other one did not look")


def _together(both: threading.Barrier) -> None:
    with suppress(threading.BrokenBarrierError):
        both.wait(4)


def stopped_before_write(stage: Stage) -> Iterator[None]:
    """Stopped between the look at the lease and the write; woken when the second call is out."""
    for spot in stage.all():
        points.arm(stage.world.machine.armed, processes.STOP, "stop")
        stage.post(spot)
        stage.until_struck(processes.STOP)
        stage.killed()
        stage.until(lambda spot=spot: spot.door.app.effects(), "it never went out")  # type: ignore[misc]
        stage.world.machine.wake()
        yield
        yield


def same_text_in_flight(stage: Stage) -> Iterator[None]:
    """A was cut; while it is looked for, B's answer would be on its way."""
    with stage.world.store.engine.begin() as connection:
        connection.execute(text("DROP INDEX uq_deliveries_one_in_flight"))
    for spot in stage.all(["mid", "until read"]):
        spot.door.app.own_post("Van vorige week", answers.HOUR)
        body = stage.words()
        (first,) = stage.post(spot, text=body, repeat_allowed=True)
        stage.until(lambda one=first: stage.get(one).misses == 1, "it was not looked for")  # type: ignore[misc]
        spot.door.app.reading.hold = lambda app=spot.door.app: _effect_or_not(app)  # type: ignore[misc]
        stage.post(spot, text=body, repeat_allowed=True, ahead=0)
        yield


def _effect_or_not(app: object) -> None:
    with suppress(TimeoutError):
        wait_until(lambda: bool(app.effects()), 3, "nothing went out")  # type: ignore[attr-defined]


def told_with_the_move(stage: Stage) -> Iterator[None]:
    """Killed directly after the move was committed."""
    for spot in stage.all(["rejected"]):
        points.arm(stage.world.machine.armed, "after commit of record")
        stage.post(spot)
        stage.until_struck("after commit of record")
        stage.killed()
        yield


def unanswered_parent(stage: Stage) -> Iterator[None]:
    for spot in stage.all(["mid"]):
        stage.chain(spot, 2)
    yield


def missed(stage: Stage) -> Iterator[None]:
    stage.post(stage.all(), ahead=-3600, limit=60)
    yield


def _without(choice: str, row: Row, shows: str, patience: float = 60, **more: object) -> Row:
    return replace(row, name=f"control: without {choice}", shows=shows, patience=patience, **more)  # type: ignore[arg-type]


APART = Row("two looks at one stale page", looks_at_once, READABLE)
STOPPED = Row("SIGSTOP between look and write, wakes later", stopped_before_write, ("lasting", *READABLE))
IN_FLIGHT = Row("same text, the second one's answer on its way", same_text_in_flight, READABLE)
TOLD = Row("refused for good, killed at once", told_with_the_move, READABLE, fails=frozenset(READABLE))
MISSED = Row("past its limit when first seen", missed, fails=frozenset({"lasting", "mastodon", "readable", "blind"}))
PARENT = Row("chain, its first part cut", unanswered_parent, READABLE)
STALE = next(row for row in answers.ROWS if row.name == "reading back stale once")
LATE = next(row for row in answers.ROWS if row.name == "effect after our time-out")
ROWS = [STOPPED, TOLD, APART, IN_FLIGHT]  # with their guards in
QUIET = [PARENT, MISSED]
HARMLESS = [  # these guards are apart: each is missed by its own row only
    _without("near_match_asks", answers.ALTERED, "copies", kinds=READABLE),
    _without("stop_reading_back", answers.DOWN, "lost", kinds=READABLE),
    _without("processing_deadline", answers.ENDLESS, "lost"),
    _without("scheduler_misses_slot", MISSED, "lost", kinds=READABLE),
    _without("parent_first", PARENT, "wrong"),
]
TABS = _without("page_names_attempt", Row("", people.two_tabs(careless=True), ("blind",)), "copies")
ALONE = {
    "quarantine": _without("quarantine", LATE, "copies", kinds=READABLE),
    "two_looks": _without("two_looks", STALE, "copies", kinds=READABLE),
    "wishes_kept_after_claim": _without("wishes_kept_after_claim", people.ROWS[1], "wrong", kinds=READABLE),
    "alert_in_same_transaction": _without("alert_in_same_transaction", TOLD, "wrong"),
    "lease_covers_call": _without("lease_covers_call", answers.SLOW, "wrong", kinds=READABLE),
}
MANY = {  # several workers, so that another one sends
    "sender_ended_before_resend": _without("sender_ended_before_resend", STOPPED, "copies", kinds=READABLE),
    "looks_apart": _without("looks_apart", APART, "copies"),
    "one_in_flight": _without("one_in_flight", IN_FLIGHT, "asked"),
    "claim_before_send": _without("claim_before_send", doorbell.MANY[0], "copies", kinds=READABLE),
}
ELSEWHERE = {
    "look_at_lease_before_write": _without("look_at_lease_before_write", machines.BEFORE_WRITE, "copies"),
    "late_good_news": _without("late_good_news", machines.WITH_ANSWER, "copies"),
    "reaper": _without("reaper", machines.OFF, "lost", kinds=READABLE),
    "one_clock": _without(
        "one_clock", replace(machines.AHEAD, run=machines.ahead(300, "very late")), "copies", kinds=READABLE
    ),
}
