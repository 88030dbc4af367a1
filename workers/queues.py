"""The doorbell: names of queues, the connection, ringing. Jobs carry ids only, as JSON; nothing here reads a job."""

from collections.abc import Iterator, Sequence

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

from socialq import clock
from socialq.settings import Settings
from workers.embedded import socket_path

PUBLISH, PULL, SLOW = "publish", "pull", "slow"
QUEUES = (PUBLISH, PULL, SLOW)
BATCH = 100
JOB_LIVES = 600  # seconds: later the database has rung again
FIRST_WAIT, LONGEST_WAIT = 0.25, 2.0
CONNECT, ANSWER = 1.0, 5.0

log = structlog.get_logger()


def connect(settings: Settings) -> Redis:
    """Opens nothing yet. Waits are ours to choose: redis-py's own retries would hold a tick for seconds."""
    retry = Retry(NoBackoff(), 0)
    if settings.redis_url:
        return Redis.from_url(settings.redis_url, retry=retry, socket_timeout=ANSWER, socket_connect_timeout=CONNECT)
    path = str(socket_path(settings.data_dir))
    return Redis(unix_socket_path=path, retry=retry, socket_timeout=ANSWER, socket_connect_timeout=CONNECT)


class Bell:
    """Rings. Says by itself whether Redis answers, and asks a silent one no more often than every 2 s."""

    def __init__(self, redis: Redis) -> None:
        self.answered_at: float | None = None  # boot time
        self._redis = redis
        self._wait = FIRST_WAIT
        self._silent_until = 0.0

    def answers(self) -> bool:
        """False at once while a silent Redis is left alone."""
        if clock.boottime() < self._silent_until:
            return False
        try:
            self._redis.ping()
        except RedisError as error:
            self._silent(error)
            return False
        self._heard()
        return True

    def ring(self, queue: str, job: str, ids: Sequence[int]) -> bool:
        """One job for each hundred ids (one without any when there are none), in one pipeline. False when Redis did not take them."""
        target = Queue(queue, connection=self._redis, serializer=JSONSerializer)
        jobs = [
            Queue.prepare_data(
                f"workers.jobs.{job}", args=list(batch), timeout=-1, result_ttl=0, failure_ttl=JOB_LIVES, ttl=JOB_LIVES,
                description=job,
            )
            for batch in _batches(ids)
        ]  # fmt: skip
        try:
            target.enqueue_many(jobs)
        except RedisError as error:
            self._silent(error)
            return False
        self._heard()
        return True

    def _heard(self) -> None:
        if self._silent_until:
            log.info("Redis answers again")
        self.answered_at, self._wait, self._silent_until = clock.boottime(), FIRST_WAIT, 0.0

    def _silent(self, error: RedisError) -> None:
        if not self._silent_until:
            log.warning("Redis does not answer; what is due waits in the database", error=type(error).__name__)
        self._silent_until = clock.boottime() + self._wait
        self._wait = min(self._wait * 2, LONGEST_WAIT)


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    yield from (ids[start : start + BATCH] for start in range(0, max(1, len(ids)), BATCH))
