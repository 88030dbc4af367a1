"""What befalls the database, and every clock that is asked."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from socialq.domain.slots import local_instant
from socialq.domain.states import DeliveryState
from socialq.models import Delivery
from socialq.publishing.confirm import confirm
from tests.faults.rows.answers import TOO
from tests.faults.stage import BLIND, READING, Row, Stage
from tests.faults.waiting import let_pass
from tests.faults.world import Spot

HOUR = 3600.0
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def _under_way(stage: Stage, *script: str, limit: float = 3 * HOUR) -> list[Spot]:
    """Calls have begun, and the next posts of the same channels are due."""
    spots = stage.all(script)
    stage.post(spots, each=2, limit=limit)
    stage.until(lambda: sum(spot.door.calls for spot in spots) >= len(spots) // 2, "nothing began")
    return spots


def locked(stage: Stage) -> Iterator[None]:
    """8 s (long: 30 s): longer than the driver waits."""
    _under_way(stage, "slow")
    with stage.world.store.locked():
        let_pass(30 if stage.long else 8)
    yield


def restarted(stage: Stage) -> Iterator[None]:
    """As in a crash, and away for a while; what was answered meanwhile is in memory or in the journal."""
    _under_way(stage, "slow")
    cluster = stage.world.store.cluster
    assert cluster is not None
    cluster.stop()
    let_pass(3)
    cluster.start()
    yield


def killed_while_away(stage: Stage) -> Iterator[None]:
    """The answer has come, the database is away, and then the process dies: the journal is all that is left of it."""
    _under_way(stage, "slow")
    with stage.world.store.locked():
        stage.until(lambda: stage.effects() >= len(stage.spots) // 2, "nothing went out")
        let_pass(3)
        stage.killed(stage.world.machine.signal(9, "publish"))
        let_pass(3)
    yield


def stepped(seconds: float) -> Callable[[Stage], Iterator[None]]:
    """The database's clock jumps while calls are on their way, and comes back later."""

    def run(stage: Stage) -> Iterator[None]:
        spots = _under_way(stage, "slow") if seconds > 0 else stage.all(["hang"])
        if seconds < 0:  # what has not begun is not due for an hour
            stage.post(spots, limit=3 * HOUR)
            stage.until(lambda: all(spot.door.calls for spot in spots), "nothing began")
        stage.world.step_clock(seconds)
        if seconds < 0:
            yield
        stage.lasts(60)  # marks are made in that hour; a machine that far off the database claims nothing, and says so
        stage.world.step_clock(0)
        yield
        stage.check(stage.rests(), "marks in the future hold it up")
        stage.post(stage.spots, ahead=1)
        yield

    return run


def other_clock(seconds: float) -> Callable[[Stage], Iterator[None]]:
    """The machine's own clock, not the database's: nothing may depend on it."""

    def run(stage: Stage) -> Iterator[None]:
        stage.world.machine.set_clock(seconds)
        _under_way(stage, "late")
        yield
        stage.world.machine.set_clock(0)
        stage.post(stage.spots, ahead=1)
        yield

    return run


def clock_changes(stage: Stage) -> Iterator[None]:
    """02:30 does not exist in March and exists twice in October: the first valid minute, and the first of the two, once."""
    now = stage.world.parts.db.now()
    for day, hour in ((date(2027, 3, 28), time(1, 0)), (date(2027, 10, 31), time(0, 30))):
        at = local_instant(AMSTERDAM, day, time(2, 30))
        stage.check(at == datetime.combine(day, hour, UTC), f"{day} 02:30 is {at}")
        ahead = (at - now).total_seconds()
        spots = stage.all()
        ids = stage.post(spots, ahead=ahead - stage.world.ahead)
        for before in (3 * HOUR, 30.0):
            stage.world.step_all_clocks(ahead - before)
            let_pass(2)
            stage.check(not any(spot.door.app.effects() for spot in spots), f"out {before} s before {day} 02:30")
        for one in ids:
            stage.ahead[one] = ahead - 2.0
        stage.world.step_all_clocks(ahead - 2.0)
        yield
        stage.world.step_all_clocks(ahead + HOUR)  # the second 02:30 of October
        let_pass(2)
    yield


def restored(stage: Stage) -> Iterator[None]:
    """Copied, then some of it went out, then the copy is put back: looked up first, and nothing goes without a yes."""
    world = stage.world
    spots = stage.all()
    ids = stage.post(spots, each=2, ahead=25)
    world.machine.off()
    world.parts.db.dispose()
    world.store.copy()
    with world.parts.db.begin() as session:  # one of each two goes out after the copy was made
        for one in ids[1::2]:
            session.get_one(Delivery, one).due_at += timedelta(minutes=5)
    world.start()
    stage.until(lambda: all(stage.get(one).state == DeliveryState.PUBLISHED for one in ids[::2]), "they did not go out")
    world.machine.off()
    world.parts.db.dispose()
    world.store.put_back()
    world.start()
    stage.until(lambda: all(stage.get(one).confirm_found for one in ids), "it was not looked up")
    stage.check(stage.effects() == len(ids) // 2, "something went out without a yes")
    with world.parts.db.begin() as session:
        confirm(session, ids, "faults")
    yield


ROWS = [
    Row("database locked 8 s", locked),
    Row("database locked, its worker killed meanwhile", killed_while_away, asks=BLIND),
    Row("PostgreSQL restarted", restarted, asks=BLIND, only="postgresql"),
]
RESTORED = [Row("restore of an older copy", restored, kinds=READING)]
CLOCKS = [
    Row("database clock stepped + 1 h", stepped(HOUR), asks=TOO, late=2 * HOUR),
    Row("database clock stepped - 1 h", stepped(-HOUR), asks=BLIND, late=2 * HOUR),
    Row("the machine's clock + 1 h", other_clock(HOUR), asks=BLIND, only="postgresql"),
    Row("the machine's clock - 1 h", other_clock(-HOUR), asks=BLIND, only="postgresql"),
    Row("Amsterdam, 02:30 on the days the clocks change", clock_changes),
]
