"""What befalls the doorbell: a job handed out many times, many schedulers and workers, Redis emptied, killed and gone."""

import threading
from collections.abc import Iterator

from redis import Redis

from tests.faults.stage import NONE, Row, Stage
from tests.faults.waiting import let_pass
from workers.queues import PUBLISH, Bell, connect


def job_ten_times(stage: Stage) -> Iterator[None]:
    """Every worker is handed every id, again and again."""
    ids = stage.post([stage.spot(kind) for kind in stage.kinds for _ in range(2)], each=2, ahead=0)
    bell = Bell(connect(stage.world.parts.settings))
    rung = [threading.Thread(target=bell.ring, args=(PUBLISH, "publish", ids)) for _ in range(10)]
    for thread in rung:
        thread.start()
    for thread in rung:
        thread.join()
    yield


def plenty(stage: Stage) -> Iterator[None]:
    stage.post(stage.all(), each=4)
    yield


def redis_flushed(stage: Stage) -> Iterator[None]:
    """In the middle, and then killed."""
    spots = stage.all()
    stage.post(spots, each=4, ahead=0.5)
    stage.until(lambda: stage.effects() >= 3, "nothing went out before")
    Redis(unix_socket_path=stage.world.redis.path).flushall()
    stage.post(spots, ahead=0.2)
    stage.world.redis.kill()
    stage.killed()
    stage.post(spots, ahead=0.2)
    let_pass(1)
    stage.world.redis.start()
    yield


def redis_gone(stage: Stage) -> Iterator[None]:
    """20 s (long form: 5 min), shrunk; what is sent by then has been claimed before."""
    spots = stage.all(["slow"])
    stage.post(spots, each=2, ahead=0.5)
    stage.until(lambda: any(spot.door.calls for spot in spots), "nothing began")
    stage.world.redis.kill()
    stage.killed()
    stage.post(spots, ahead=0.2)
    stage.lasts(300 if stage.long else 60)
    stage.world.redis.start()
    yield


REDIS = [Row("FLUSHALL, then Redis killed mid-run", redis_flushed), Row("Redis gone 20 s", redis_gone, asks=NONE)]
MANY = [Row("the same job 10 times at once, 4 workers", job_ten_times), Row("two schedulers, four workers", plenty)]
