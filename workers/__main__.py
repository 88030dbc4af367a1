"""`python -m workers [all [aloud]|scheduler|publish|pull|slow]`: without a word the supervisor of the three roles."""

import fcntl
import gc
import sys
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import IO, NoReturn

import structlog

from socialq.errors import SocialqError, Unavailable
from socialq.services.children import CANNOT_BEGIN, Children, Command, Stop, stop_on_signals, take_leash
from socialq.services.logs import set_up
from socialq.settings import Settings, load_settings
from workers import embedded
from workers.queues import QUEUES

KILL_AFTER = 5.0  # seconds beyond the grace
USAGE = f"python -m workers [all [aloud]|scheduler [aloud]|{'|'.join(QUEUES)}]"

SHARED = (
    "workers.role", "workers.scheduler", "socialq.publishing.publish", "socialq.publishing.prepare",
    "socialq.publishing.reconcile", "socialq.publishing.poll", "socialq.metrics.pull",
)  # fmt: skip

log = structlog.get_logger()


def main(words: list[str]) -> None:
    """Raises SocialqError with one clear sentence when it cannot begin."""
    match words:
        case []:
            supervise(load_settings(), [*QUEUES])
        case ["all", *aloud] if aloud in ([], ["aloud"]):
            supervise(load_settings(), [" ".join(["scheduler", *aloud]), *QUEUES], everything=True)
        case ["scheduler", *aloud] if aloud in ([], ["aloud"]):
            from workers import scheduler

            scheduler.run(aloud=bool(aloud))
        case [role] if role in QUEUES:
            from workers import role as process

            process.run(role)
        case _:
            raise Unavailable(f"usage: {USAGE}")


def begin(words: list[str]) -> None:
    """Exit code 2 when it cannot: whoever keeps this process alive need not try again."""
    try:
        main(words)
    except SocialqError as error:
        sys.stderr.write(f"workers: {error}\n")
        sys.exit(CANNOT_BEGIN)


def supervise(settings: Settings, roles: list[str], *, everything: bool = False) -> NoReturn:
    """Keeps the roles alive; with `everything` also a Redis of its own, when no outside one is set."""
    set_up(settings.log_level, "workers")
    stop = stop_on_signals()
    grace = settings.times.grace + KILL_AFTER
    commands = [Command(role, run=partial(begin, role.split())) for role in roles]
    if everything:
        held = _one_a_folder(settings.data_dir, stop, grace)
        commands = [*_redis(settings), *commands]
        log.debug("this folder is ours", lock=held.name)
    _import_once()
    sys.exit(Children(commands, grace, leash=take_leash()).keep(stop))


def _import_once() -> None:
    """The roles are forks: what is here when they begin, they share. Nothing that connects, and no library of pictures."""
    from sqlalchemy.orm import configure_mappers

    from socialq.networks.base import discover

    for name in SHARED:
        import_module(name)
    discover()
    configure_mappers()
    gc.collect()
    gc.freeze()  # else a collection in a fork writes into every page that it shares


def _redis(settings: Settings) -> list[Command]:
    if settings.redis_url:
        return []
    argv = [sys.executable, "-m", "workers.embedded", str(settings.data_dir), embedded.program()]
    return [Command("redis", argv, last=True)]


def _one_a_folder(data_dir: Path, stop: Stop, patience: float) -> IO[bytes]:
    """Two Redis servers on one socket would each have half of the workers. An older one that is leaving is waited for."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = (data_dir / "workers.lock").open("wb")
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        except BlockingIOError:
            patience -= 1
            if stop.wait(1) or patience < 0:
                raise Unavailable(f"Workers are running already for the data folder {data_dir}.") from None


if __name__ == "__main__":
    begin(sys.argv[1:])
