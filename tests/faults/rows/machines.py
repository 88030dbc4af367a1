"""Two machines on one database: the end of a sender on the other one cannot be proved, so nothing is sent again unasked."""

import signal
from collections.abc import Callable, Iterator

from socialq.domain.states import DeliveryState
from socialq.planning import pausing
from tests.faults.injected import points
from tests.faults.stage import ALL, BLIND, Row, Stage
from tests.faults.waiting import let_pass
from tests.faults.world import Setting, Spot

TWO = (("all",), ("publish",))
HERE, THERE = 0, 1


def only_there(stage: Stage) -> None:
    """The workers here stand still, so that the other machine takes it; a job that Redis may have given them is rung again."""
    stage.world.machines[HERE].signal(signal.SIGSTOP, "publish")
    let_pass(1.5)


def here_again(stage: Stage) -> None:
    stage.world.machines[HERE].wake()


def _struck_there(stage: Stage, spot: Spot, point: str) -> int:
    only_there(stage)
    points.forget(stage.world.machines[THERE].armed, point)
    points.arm(stage.world.machines[THERE].armed, point, "stop")
    (one,) = stage.post(spot)
    stage.until_struck(point, THERE)
    stage.killed()
    here_again(stage)
    stage.until_state(one, DeliveryState.UNKNOWN, asked=True)
    return one


def asleep_before_write(stage: Stage) -> Iterator[None]:
    """Claimed there, asleep; asked; sent again here. Then the other one wakes: it looks at its lease and writes nothing."""
    for spot in stage.all():
        one = _struck_there(stage, spot, "after connect")
        stage.check(stage.decide(one, 1, "retry"), "she was refused")
        stage.until(stage.rests, "it did not go again")  # no `yield`: the connection of the one who sleeps stays open
        stage.world.machines[THERE].wake()
        yield
        let_pass(2)


def asleep_with_answer(stage: Stage) -> Iterator[None]:
    """It is out, the other machine sleeps on the answer; asked; "again", held by a pause. It wakes: the news is not dropped."""
    for spot in stage.all():
        one = _struck_there(stage, spot, "after the answer is read")
        with stage.world.parts.db.begin() as session:
            pausing.pause(session, [spot.client_id], "faults")
        stage.check(stage.decide(one, 1, "retry"), "she was refused")
        stage.world.machines[THERE].wake()
        stage.until(lambda one=one: all(a.ended_at for a in stage.attempts([one])), "it said nothing")  # type: ignore[misc]
        with stage.world.parts.db.begin() as session:
            pausing.resume(session, [spot.client_id], "faults")
        yield
        stage.check(stage.get(one).state == DeliveryState.PUBLISHED, f"{spot.kind}: {stage.get(one).state}")


def switched_off(stage: Stage) -> Iterator[None]:
    """The other machine is gone for good in the middle of a call."""
    only_there(stage)
    spots = stage.all(["slow"])
    stage.post(spots)
    stage.until(lambda: any(spot.door.calls for spot in spots), "nothing began")
    stage.world.machines[THERE].off()
    stage.killed()
    here_again(stage)
    yield
    stage.world.machines[THERE].run("publish")
    stage.world.await_workers(2)


def ahead(seconds: float, script: str = "late") -> Callable[[Stage], Iterator[None]]:
    """This machine's clock is wrong, the sender is the other one: quarantine and gap are the database's."""

    def run(stage: Stage) -> Iterator[None]:
        only_there(stage)
        stage.world.machines[HERE].set_clock(seconds)
        spots = stage.all([script])
        ids = stage.post(spots)
        stage.until(lambda: all(stage.get(one).attempt for one in ids), "nothing was claimed")
        here_again(stage)
        yield
        stage.world.machines[HERE].set_clock(0)

    return run


SETTING = Setting(machines=TWO)
BEFORE_WRITE = Row(
    "two machines, one sleeps before the write", asleep_before_write, kinds=("readable",), asks=frozenset(ALL)
)
WITH_ANSWER = Row("two machines, one sleeps on the answer", asleep_with_answer, kinds=("blind",), asks=BLIND)
OFF = Row("two machines, one is switched off", switched_off, asks=frozenset(ALL))
AHEAD = Row("two machines, one clock 5 min ahead", ahead(300), asks=BLIND, late=1200)
ROWS = [BEFORE_WRITE, WITH_ANSWER, AHEAD, OFF]
