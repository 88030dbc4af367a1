"""`python -m workers [all|scheduler|publish|pull|slow]`: without a word the supervisor of the three roles."""

import fcntl
import sys
from pathlib import Path
from typing import IO, NoReturn

import structlog

from socialq.errors import SocialqError, Unavailable
from socialq.services.children import CANNOT_BEGIN, Children, Command, Stop, end_with_parent, stop_on_signals
from socialq.services.logs import set_up
from socialq.settings import Settings, load_settings
from workers import embedded
from workers.queues import QUEUES

KILL_AFTER = 5.0  # seconds beyond the grace
WORDS = ("all", "scheduler", *QUEUES)

log = structlog.get_logger()


def main(words: list[str]) -> None:
    """Raises SocialqError with one clear sentence when it cannot begin."""
    match words:
        case []:
            supervise(load_settings(), everything=False)
        case ["all"]:
            supervise(load_settings(), everything=True)
        case ["scheduler"]:
            from workers import scheduler

            scheduler.run()
        case [role] if role in QUEUES:
            from workers import role as process

            process.run(role)
        case _:
            raise Unavailable(f"usage: python -m workers [{'|'.join(WORDS)}]")


def supervise(settings: Settings, *, everything: bool) -> NoReturn:
    """Keeps the roles alive; with `everything` also the scheduler and, when no outside one is set, a Redis of its own."""
    set_up(settings.log_level, "workers")
    stop = stop_on_signals()
    grace = settings.times.grace + KILL_AFTER
    end_with_parent(grace + KILL_AFTER)
    commands = [Command(role, _python("workers", role)) for role in QUEUES]
    if everything:
        held = _one_a_folder(settings.data_dir, stop, grace)
        commands = [*_redis(settings), Command("scheduler", _python("workers", "scheduler")), *commands]
        log.debug("this folder is ours", lock=held.name)
    sys.exit(Children(commands, grace).keep(stop))


def _redis(settings: Settings) -> list[Command]:
    if settings.redis_url:
        return []
    argv = _python("workers.embedded", str(settings.data_dir), embedded.program())
    return [Command("redis", argv, last=True)]


def _python(module: str, *words: str) -> list[str]:
    return [sys.executable, "-m", module, *words]


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
    try:
        main(sys.argv[1:])
    except SocialqError as error:  # exit code 2: whoever keeps this process alive need not try again
        sys.stderr.write(f"workers: {error}\n")
        sys.exit(CANNOT_BEGIN)
