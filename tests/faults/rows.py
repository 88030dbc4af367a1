"""The rows of the fault table: what goes wrong, with how many processes, and what the row must show besides."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from redis import Redis
from sqlalchemy import select

from socialq.models import Attempt, Delivery
from tests.faults import injected
from tests.faults.judge import Verdict, judge, settle
from tests.faults.world import World, wait_until
from tests.tools.lossy_proxy import LossyProxy
from workers.queues import PUBLISH, Bell, connect

POST = ("POST", "/api/v1/statuses")


@dataclass(frozen=True)
class Row:
    """`control` rows have a guard switched off and must show copies too many."""

    name: str
    run: Callable[[World], Verdict]
    control: bool = False


def _killed_at(*points: str, ahead: float = 2) -> Callable[[World], Verdict]:
    """Pictures, so that there is something to remember; `ahead` leaves time for preparation before the moment comes."""

    def run(world: World) -> Verdict:
        world.environment["FAULTS_KILL"] = ";".join(points)
        world.peer(channels=2 + 2 * len(points))
        world.start()
        world.schedule(each=2, ahead=ahead, picture=True)
        settle(world)
        verdict = judge(world)
        verdict.kills = sum((world.folder / f"killed {point}").exists() for point in points)
        if verdict.kills != len(points):
            verdict.wrong.append(f"{verdict.kills} of {len(points)} kills happened")
        return verdict

    return run


def _nothing(world: World) -> Verdict:
    world.peer(channels=10)
    world.start()
    world.schedule(each=3)
    settle(world)
    verdict = judge(world)
    with world.parts.db.read() as session:
        outcomes = set(session.scalars(select(Attempt.outcome)))
    if verdict.asked or verdict.incidents or not outcomes <= {"published", "notsent"}:
        verdict.wrong.append(f"without a fault nothing is unknown and nobody is asked, but: {outcomes}")
    return verdict


def _answer_lost(world: World) -> Verdict:
    proxies: list[LossyProxy] = []

    def through(peer: object) -> str:
        proxy = LossyProxy(("127.0.0.1", peer.port)).start()  # type: ignore[attr-defined]
        left = [4]

        def drop(line: bytes) -> bool:
            hit = line.startswith(b"POST /api/v1/statuses") and left[0] > 0
            left[0] -= hit
            return hit

        proxy.drop = drop
        proxies.append(proxy)
        return f"http://127.0.0.1:{proxy.port}"

    world.peer(channels=4, url=through)
    world.start()
    world.schedule(each=2)
    settle(world)
    verdict = judge(world)
    if sum(proxy.dropped for proxy in proxies) < 4:
        verdict.wrong.append("no answer was dropped")
    for proxy in proxies:
        proxy.stop()
    return verdict


def _job_ten_times(world: World, *, without_fence: bool = False) -> Verdict:
    if without_fence:
        world.environment["FAULTS_WITHOUT"] = "fence"
    world.peer(channels=8)
    world.start(workers=4)
    world.schedule(each=2, ahead=0)
    bell = Bell(connect(world.parts.settings.model_copy(update={"redis_url": world.redis.url})))
    with world.parts.db.read() as session:
        ids = list(session.scalars(select(Delivery.id)))
    rung = [threading.Thread(target=bell.ring, args=(PUBLISH, "publish", ids)) for _ in range(10)]
    for thread in rung:
        thread.start()
    for thread in rung:
        thread.join()
    settle(world)
    return judge(world)


def _without_fence(world: World) -> Verdict:
    return _job_ten_times(world, without_fence=True)


def _redis_dies(world: World) -> Verdict:
    world.peer(channels=8)
    world.start()
    world.schedule(each=8, ahead=0.5)

    def some_out() -> bool:
        return len(world.peers[0].instance.record()) >= 5

    wait_until(some_out, 30, "nothing went out before Redis was to be killed")
    Redis(unix_socket_path=str(world.folder / "redis.sock")).flushall()
    world.schedule(each=2, ahead=0.2)
    world.redis.kill()
    world.schedule(each=2, ahead=0.2)
    threading.Event().wait(1)
    world.redis.start()
    settle(world)
    return judge(world)


def _two_schedulers(world: World) -> Verdict:
    world.peer(channels=8)
    world.start(schedulers=2, workers=2)
    world.schedule(each=4)
    settle(world)
    return judge(world)


def _bad_neighbours(world: World) -> Verdict:
    """Each bad answer twice after the effect and twice instead of it, beside a server that is well."""
    well = world.peer(channels=4)
    for kind in ("hang", "drip", "garbage", "cut", "empty"):
        peer = world.peer()
        for after in (True, False):
            peer.behave(*POST, {"type": kind, "after": after, "seconds": 30}, count=1)
    world.environment["FAULTS_RAISE"] = "raises"
    world.start()
    world.schedule(each=2)
    wait_until(lambda: len(well.instance.record()) >= 8, 30, "the healthy server was held up")
    world.schedule(each=1, ahead=0.2, word="raises")
    settle(world)
    return judge(world)


UPLOADING = [p for p in injected.COMMITS if p.endswith(("reserve", "remember"))]
STORING = [p for p in injected.COMMITS if p.endswith("store")]
SENDING = [p for p in injected.COMMITS if p not in UPLOADING + STORING]
KILLS = [
    Row("kill -9 around the commits of uploading", _killed_at(*UPLOADING, ahead=20)),
    Row("kill -9 around the commit of what was prepared", _killed_at(*STORING, ahead=10)),
    Row("kill -9 around the commits of claim and record", _killed_at(*SENDING)),
    Row("kill -9 on the wire: before, within, after, answered", _killed_at(*injected.WIRE)),
]
# The long form shows them one by one.
EACH_KILL = [
    Row(f"kill -9 {p}", _killed_at(p, ahead=2 if p in SENDING + injected.WIRE else 10)) for p in injected.POINTS
]
ROWS = [
    Row("no fault", _nothing),
    Row("answer lost after the effect", _answer_lost),
    Row("the same job 10 times at once, 4 workers", _job_ten_times),
    Row("FLUSHALL, then Redis killed mid-run", _redis_dies),
    Row("two schedulers, two supervisors", _two_schedulers),
    Row("hangs, drips, nonsense, cut, raises beside healthy", _bad_neighbours),
    Row("control: the same job 10 times, fence off", _without_fence, control=True),
]
