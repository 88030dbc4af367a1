"""Answers that only this process knows: tried until the database takes them, and soon kept in a file as well. Knows no table."""

import itertools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NoReturn, TypeVar

import structlog
from sqlalchemy.exc import DataError, IntegrityError, NoResultFound, SQLAlchemyError

from socialq import clock
from socialq.errors import Unavailable
from socialq.services import journal_files

FAULTS = (IntegrityError, DataError, NoResultFound)  # trying again would end the same way
FIRST_WAIT, LONGEST_WAIT = 0.05, 2.0
T = TypeVar("T")

log = structlog.get_logger()


@dataclass(eq=False)
class _Held:
    """One answer on its way into the database. `file` is open, and locked, once it is written down as well."""

    entry: Mapping[str, Any]
    due: float  # boot time at which it is written down
    troubled: bool = False
    over: bool = False
    file: IO[bytes] | None = None
    path: Path | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


class Journal:
    """One a process and data folder; shared by its threads. `after`: seconds until an answer is written down."""

    def __init__(self, data_dir: Path, after: float) -> None:
        self._folder, self._after = journal_files.folder(data_dir), after
        self._changed = threading.Condition()
        self._held: dict[int, _Held] = {}
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None

    def keep(self, entry: Mapping[str, Any], write: Callable[[], T], *, first: bool = False) -> T:
        """Does `write` again and again while the database is away. `entry` is what another process needs to write the same;
        `first`: it is written down before anything else, for what nobody can ask for again.

        What is a fault of the program is raised; the entry then stays as a file, for those who apply what was left."""
        number, held = self._hold(entry)
        if first:
            self._write_down(held, as_planned=True)
        wait = FIRST_WAIT
        try:
            while True:
                try:
                    written = write()
                except FAULTS:
                    raise
                except (SQLAlchemyError, Unavailable) as error:
                    held.troubled = True
                    log.error("an answer cannot be recorded yet", what=entry.get("kind"), error=type(error).__name__)
                    clock.sleep(wait)
                    wait = min(wait * 2, LONGEST_WAIT)
                else:
                    self._end(held)
                    return written
        except BaseException:
            self._leave(held)
            raise
        finally:
            self._forget(number)

    def clear(self, seconds: float) -> bool:
        """Waits, at most so long, until no answer waits for the database: before that this process claims nothing."""
        if not self._troubled():
            return True
        with self._changed:
            return self._changed.wait_for(lambda: not self._troubled(), timeout=seconds)

    def flush(self) -> None:
        """Writes down, now, whatever is held: the process is about to leave."""
        for held in list(self._held.values()):
            self._write_down(held)

    def _hold(self, entry: Mapping[str, Any]) -> tuple[int, _Held]:
        held = _Held(entry, clock.boottime() + self._after)
        with self._changed:
            number = next(self._numbers)
            self._held[number] = held
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
                self._thread.start()
            if len(self._held) == 1:
                self._changed.notify_all()
        return number, held

    def _forget(self, number: int) -> None:
        with self._changed:
            del self._held[number]
            self._changed.notify_all()

    def _troubled(self) -> bool:
        return any(held.troubled for held in list(self._held.values()))

    def _run(self) -> NoReturn:
        while True:
            for held in self._overdue():
                held.troubled = True
                self._write_down(held)

    def _overdue(self) -> list[_Held]:
        """Waits until there may be some."""
        with self._changed:
            if not self._held:
                self._changed.wait()
            open_ = [held for held in self._held.values() if held.file is None]
            now = clock.boottime()
            soonest = min((held.due for held in open_), default=now + self._after)
            if soonest > now:
                self._changed.wait(soonest - now)
            return [held for held in open_ if held.due <= clock.boottime()]

    def _write_down(self, held: _Held, *, as_planned: bool = False) -> None:
        with held.lock:
            if held.over or held.file is not None:
                return
            try:
                held.file, held.path = journal_files.store(self._folder, held.entry)
                if not as_planned:
                    log.warning("an answer is kept in the journal", what=held.entry.get("kind"))
            except OSError as error:
                log.error("an answer cannot be kept in the journal", error=error.strerror)
                held.due = clock.boottime() + LONGEST_WAIT

    def _end(self, held: _Held) -> None:
        """The database has it."""
        with held.lock:
            held.over = True
            if held.file is not None and held.path is not None:
                held.path.unlink(missing_ok=True)
                held.file.close()

    def _leave(self, held: _Held) -> None:
        """Nobody tries it here any more: the file, its lock free, is what is left."""
        self._write_down(held)
        with held.lock:
            held.over = True
            if held.file is not None:
                held.file.close()
