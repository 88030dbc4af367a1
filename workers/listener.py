"""RQ's worker without what it may not do here: no fork, no timer, no commands, nothing run that a job names. Hands jobs to the bench."""

import json
import zlib
from typing import Any

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import DequeueTimeout, NoSuchJobError, StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer

from socialq import clock
from workers import jobs
from workers.bench import Bench

LARGEST_JOB = 16_384  # bytes: a hundred ids need less than 2,000
BLOCK = 1  # seconds: so soon a wish to stop is seen
SHOW_EVERY = 60.0

log = structlog.get_logger()


class BareJob(Job):
    """What RQ stored, reduced to the call: callbacks, webhooks, repeats, dependents and time-outs in Redis are not even read."""

    @classmethod
    def fetch(cls, id: str, connection: Redis | None = None, serializer: Any = None) -> Job:
        """Raises NoSuchJobError for anything that cannot be read, so that garbage is passed over and the worker stays."""
        try:
            return super().fetch(id, connection, serializer)
        except NoSuchJobError:
            raise
        except (ValueError, TypeError, LookupError, RedisError) as error:
            if isinstance(error, ConnectionError | TimeoutError):
                raise
            raise NoSuchJobError("unreadable") from error

    def restore(self, raw_data: dict[Any, Any]) -> None:
        """Reads the call and nothing else. Raises NoSuchJobError when there is none of a sensible size."""
        data = raw_data.get(b"data")
        if not isinstance(data, bytes) or len(data) > LARGEST_JOB:
            raise NoSuchJobError("no call of ours")
        self.data = _inflated(data)


class Listener(SimpleWorker):
    """Takes jobs off one queue, for as long as Redis answers and the bench wants more."""

    job_class = BareJob

    def __init__(self, queue: str, redis: Redis, bench: Bench) -> None:
        self._bench = bench
        self.lost = False  # Redis went away
        self._shown_at = 0.0  # in RQ's own list of workers
        super().__init__([queue], connection=redis, serializer=JSONSerializer, log_job_description=False)

    @property
    def connection_timeout(self) -> int:
        """Seconds until a Redis that hangs counts as gone."""
        return BLOCK + 4

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """The next job. Raises StopRequested when the process is leaving or Redis is gone."""
        while not self._bench.leaving():
            try:
                found = self._dequeue()
            except RedisError as error:
                log.warning("Redis does not answer; asking again", queue=self._bench.role, error=type(error).__name__)
                self.lost = True
                break
            self._bench.heard()
            if found is not None:
                return found
        raise StopRequested

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Runs it in this thread: it only hands ids on. A job is run at most once; the database rings again."""
        self._bench.jobs += 1
        try:
            jobs.run(self._bench, _payload(job))
        except jobs.Refused as refused:
            self._bench.refuse(str(refused))
        except Exception:
            log.exception("a job failed; what it named is rung again", queue=queue.name)
        self._forget(job, queue)

    def subscribe(self) -> None:
        """Nobody commands a worker through Redis."""

    def unsubscribe(self) -> None:
        """See `subscribe`."""

    def check_for_suspension(self, burst: bool) -> None:
        """`rq suspend` would hold posts back without a word: it holds nothing here."""

    def run_maintenance_tasks(self) -> None:
        """RQ's cleaning runs callbacks that a job names; there is nothing to clean, jobs expire."""

    def _install_signal_handlers(self) -> None:
        """The process has its own, which never raise in the middle of a statement."""

    def register_death(self) -> None:
        """Signs off; a Redis that is gone need not be told."""
        if not self.lost:
            super().register_death()  # type: ignore[no-untyped-call]

    def _dequeue(self) -> tuple[Job, Queue] | None:
        try:
            return self.queue_class.dequeue_any(
                self.queues, BLOCK, connection=self.connection, job_class=self.job_class, serializer=self.serializer
            )
        except DequeueTimeout:
            if (
                clock.boottime() - self._shown_at > SHOW_EVERY
            ):  # a third of all that it does at rest, if it did it each time
                self._shown_at = clock.boottime()
                self.heartbeat()
            return None

    def _forget(self, job: Job, queue: Queue) -> None:
        try:
            with self.connection.pipeline() as pipe:
                pipe.lrem(queue.intermediate_queue.key, 1, job.id)
                pipe.delete(job.key)
                pipe.execute()
        except RedisError as error:
            log.debug("a finished job stays until it expires", error=type(error).__name__)


def _inflated(data: bytes) -> bytes:
    """RQ compresses; a small call that grows large is none of ours."""
    inflate = zlib.decompressobj()
    try:
        plain = inflate.decompress(data, LARGEST_JOB)
    except zlib.error:
        return data
    if inflate.unconsumed_tail:
        raise NoSuchJobError("no call of ours")
    return plain


def _payload(job: Job) -> Any:
    try:
        return json.loads(job.data)
    except (ValueError, RecursionError):
        raise jobs.Refused("it cannot be read") from None
