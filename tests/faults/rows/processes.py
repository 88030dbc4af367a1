"""What befalls our own processes: SIGKILL at every point, SIGSTOP, a sleeping laptop, a full disk, days of downtime."""

import random
import resource
import signal
import threading
from collections.abc import Callable, Iterator, Sequence

from socialq import clock
from socialq.domain.states import DeliveryState
from tests.faults.injected import points
from tests.faults.stage import ALL, BLIND, Row, Stage
from tests.faults.waiting import let_pass

STOP = "before the first byte"  # the lease has just been looked at
KILLS = [
    *points.commits(points.UPLOADING | points.STORING | points.SENDING | points.LOOKING),
    *points.commits({"ring": None, "bury": None}),
    *points.WIRE,
]
ROUNDS = 12
SLACK = 10.0  # seconds that a loaded machine may need beside the times of the algorithm


def killed(*where: str) -> Callable[[Stage], Iterator[None]]:
    """All points at once; new posts until each has had its process. Pictures, so that there is something to remember."""

    def run(stage: Stage) -> Iterator[None]:
        armed = stage.world.machine.armed
        for point in where:
            points.arm(armed, point)
        spots = stage.all()
        for _ in range(ROUNDS):
            stage.post(spots, ahead=3, each=2, picture=True)
            yield
            if all(points.struck(armed, point) for point in where):
                break
        spared = [point for point in where if not points.struck(armed, point)]
        stage.killed(len(where) - len(spared))
        stage.check(not spared, f"nobody was killed {spared}")
        for point in where:
            (armed / point).unlink(missing_ok=True)

    return run


def recovery(stage: Stage) -> Iterator[None]:
    """Killed with nothing sent: how long until it is out after all."""
    times = stage.world.parts.settings.times
    for spot in stage.all():
        ids = stage.post(spot, ahead=1)
        points.arm(stage.world.machine.armed, STOP)
        stage.until_struck(STOP)
        began = clock.boottime()
        stage.killed()
        stage.until(lambda one=spot: one.door.app.effects(), f"{spot.kind}: it never went out")  # type: ignore[misc]
        took, most = clock.boottime() - began, times.quarantine + times.gap + 2 * times.tick
        stage.check(took <= most + SLACK, f"{spot.kind}: {took:.1f} s after the kill instead of {most:.1f} ({ids})")
        points.forget(stage.world.machine.armed, STOP)
    yield


def stopped(point: str, *, wakes: bool) -> Callable[[Stage], Iterator[None]]:
    """SIGSTOP past the lease. It is killed because a delivery waits for its end; or it wakes up before that, or in spite of it."""

    def run(stage: Stage) -> Iterator[None]:
        spots = stage.all()
        points.arm(stage.world.machine.armed, point, "stop")
        ids = stage.post(spots, each=2)
        stage.until_struck(point)
        stage.killed()
        if wakes:
            stage.until(
                lambda: any(stage.get(one).state == DeliveryState.UNKNOWN for one in ids), "its lease lasts for ever"
            )
            stage.world.machine.wake()
        yield
        stage.world.machine.wake()
        yield

    return run


def sleeping(stage: Stage) -> Iterator[None]:
    """The lid is closed while calls are on their way, and opened long after every lease."""
    spots = stage.all(["slow", "slow"])
    stage.post(spots, each=2)
    stage.until(lambda: sum(spot.door.calls for spot in spots) > 1, "nothing began")
    stage.world.machine.sleep()
    stage.lasts(120)
    stage.world.machine.wake()
    yield


def supervisor_killed(stage: Stage) -> Iterator[None]:
    """Its children notice, bring home what they have begun and leave; another one is started."""
    spots = stage.all(["slow"])
    stage.post(spots, each=2)
    stage.until(lambda: any(spot.door.calls for spot in spots), "nothing began")
    stage.world.machine.processes[0].kill()
    stage.killed()
    stage.world.start()
    yield


def downtime(stage: Stage) -> Iterator[None]:
    """Three days without power: what is past its limit has failed and is told, what is not goes out at once."""
    spots = stage.all()
    stage.world.machine.off()
    stage.killed(len(stage.world.machine.processes))
    old = stage.post(spots, ahead=-3 * 86400, each=2)
    fresh = stage.post(spots, ahead=-60)
    stage.world.start()
    yield
    stage.check(all(stage.get(one).state == DeliveryState.FAILED for one in old), "an old one went out")
    stage.check(
        all(stage.get(one).state == DeliveryState.PUBLISHED for one in fresh), "one that was in time did not go"
    )


def disk_full(stage: Stage) -> Iterator[None]:
    """No file can grow, neither the database nor a log, while calls are on their way."""
    spots = stage.all(["slow"])
    stage.post(spots, each=2)
    stage.until(lambda: any(spot.door.calls for spot in spots), "nothing began")
    pids = stage.world.machine.pids()
    for pid in pids:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    let_pass(4)
    for pid in stage.world.machine.pids():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    yield


def chaos(posts: int, every: float) -> Callable[[Stage], Iterator[None]]:
    """Bad answers of all kinds, and a kill at a chance point of a chance process every so many seconds, until all rest."""

    def run(stage: Stage) -> Iterator[None]:
        bad = ["", "", "", "mid", "lost", "hang", "late", "gateway", "later", "empty", "cut", "slow", "drip"]
        spots = [stage.spot(kind, stage.random.choices(bad, k=posts // 2)) for kind in stage.kinds for _ in range(4)]
        for _ in range(posts):
            stage.post(spots, ahead=stage.random.uniform(1, posts * 1.5))
        ending = threading.Event()
        killer = threading.Thread(
            target=_kill_now_and_then, args=(stage, random.Random(stage.random.random()), every, ending)
        )
        killer.start()
        stage.settle()
        ending.set()
        killer.join()
        yield

    return run


def _kill_now_and_then(stage: Stage, chance: random.Random, every: float, ending: threading.Event) -> None:
    machine = stage.world.machine
    while not ending.wait(chance.uniform(0.5 * every, 1.5 * every)):
        if chance.random() < 0.3:
            stage.killed(
                machine.signal(signal.SIGKILL, chance.choice(["publish", "publish", "pull", "slow", "scheduler"]))
            )
            continue
        point = chance.choice(KILLS)
        if points.struck(machine.armed, point):
            stage.killed()
            points.forget(machine.armed, point)
        points.arm(machine.armed, point)


def _split(names: Sequence[str], part: int) -> list[str]:
    return [name for place, name in enumerate(names) if place % 2 == part]


POISONED = frozenset(ALL)  # three of these kills in one row's preparation make it a poison row: failed, and told
ROWS = [
    Row(
        "kill -9 around the commits and on the wire (1)",
        killed(*_split(KILLS, 0)),
        asks=BLIND,
        fails=POISONED,
        only="sqlite",
    ),
    Row(
        "kill -9 around the commits and on the wire (2)",
        killed(*_split(KILLS, 1)),
        asks=BLIND,
        fails=POISONED,
        only="postgresql",
    ),
    Row("kill -9, time to recover", recovery, kinds=("lasting", "readable")),
    Row("SIGSTOP past the lease, never wakes", stopped(STOP, wakes=False), asks=BLIND),
    Row("SIGSTOP past the lease, wakes with the answer", stopped("after the answer is read", wakes=True), asks=BLIND),
    Row("SIGSTOP of everything (sleeping laptop)", sleeping, asks=BLIND),
    Row("kill -9 of the supervisor", supervisor_killed, asks=BLIND),
    Row("three days of downtime", downtime, fails=frozenset(ALL), late=700),
]
EACH_KILL = [Row(f"kill -9 {point}", killed(point), asks=BLIND) for point in KILLS]
FULL = [Row("disk full", disk_full, asks=BLIND, only="sqlite")]
SHIPPED = [
    Row("shipped times: kill -9, time to recover", recovery, kinds=("lasting", "readable"), patience=600),
    Row("shipped times: SIGSTOP past the lease", stopped(STOP, wakes=False), asks=BLIND, patience=900),
]
CHAOS = [Row("chance kills and answers", chaos(120, 0.7), asks=BLIND, fails=POISONED, patience=900)]
