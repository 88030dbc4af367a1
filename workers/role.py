"""The process of one role: opens the installation, listens to its queue, brings its work home before it ends."""

import os
from typing import NoReturn

import structlog
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import OperationalError

from socialq import clock, db
from socialq.errors import Unavailable
from socialq.publishing.journals import apply_journals
from socialq.publishing.life import register
from socialq.publishing.limits import check_limits
from socialq.publishing.moved import recognise
from socialq.services.children import Stop, end_with_parent, stop_on_signals
from socialq.services.logs import set_up
from socialq.settings import Settings, load_settings
from socialq.wiring import Parts, open_parts
from workers.bench import Bench
from workers.listener import Listener
from workers.pool import Pool
from workers.queues import PUBLISH, PULL, connect
from workers.watch import Watch

FIRST_WAIT, LONGEST_WAIT = 0.1, 2.0
MARGIN = 5.0
ABANDONED = 3

log = structlog.get_logger()


def run(role: str) -> NoReturn:
    """Never returns: the process leaves by os._exit, for a thread that hangs would keep it."""
    settings = load_settings()
    set_up(settings.log_level, role)
    stop = stop_on_signals()
    end_with_parent(settings.times.grace + MARGIN)
    parts = await_parts(settings, stop)
    home = True
    if parts is not None:
        bench = open_bench(role, parts, stop)
        Watch(bench).start()
        listen(bench, connect(settings))
        home = bench.drain()
    if not home:
        log.warning("a thread did not come back; the process leaves without it")
    os._exit(0 if home else ABANDONED)


def await_parts(settings: Settings, stop: Stop) -> Parts | None:
    """The installation, as soon as its database answers and is up to date; None when asked to stop before."""
    told, wait = "", FIRST_WAIT
    while not stop.asked:
        try:
            return _recognised(open_parts(settings, paced=True, migrate=False))
        except Unavailable as error:
            if str(error) != told:
                told = str(error)
                log.warning("waiting", because=told)
        stop.wait(wait)
        wait = min(wait * 2, LONGEST_WAIT)
    return None


def _recognised(parts: Parts) -> Parts:
    """Before anything is sent: a copy or a restored database holds what is due soon until a person said yes."""
    try:
        check_limits(parts.db, parts.settings.times)
        recognise(parts.db, parts.settings.data_dir, parts.settings.node_name)
    except BaseException as error:
        parts.db.dispose()
        if isinstance(error, OperationalError):
            raise Unavailable(db.told(error)) from None
        raise
    return parts


def open_bench(role: str, parts: Parts, stop: Stop) -> Bench:
    """Registers the process as a worker and starts its threads."""
    slots = {PUBLISH: parts.settings.publish_threads, PULL: 8}.get(role, 4)
    life = register(parts.db, parts.settings.data_dir, role)
    apply_journals(parts.db, parts.settings.data_dir, parts.settings.times)
    return Bench(role, parts, life, stop, Pool(slots, lambda: stop.asked))


def listen(bench: Bench, redis: Redis) -> None:
    """Until the bench is leaving: a listener for as long as Redis answers, then another one."""
    wait = FIRST_WAIT
    while not bench.leaving():
        started = clock.boottime()
        try:
            Listener(bench.role, redis, bench).work(logging_level="WARNING")
        except RedisError as error:
            log.debug("Redis does not answer", error=type(error).__name__)
        wait = FIRST_WAIT if clock.boottime() - started > LONGEST_WAIT else min(wait * 2, LONGEST_WAIT)
        if not bench.leaving():
            bench.stop.wait(wait)
