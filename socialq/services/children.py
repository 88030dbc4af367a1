"""Keeps child processes alive and ends them together. A child ends when its parent is gone, however the parent went."""

import os
import select
import signal
import subprocess
import threading
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from socialq import clock
from socialq.services.forked import SIGNALS, Forked, fork

LOOK = 0.1
REST = 60.0 if hasattr(os, "pidfd_open") else LOOK  # seconds: where the kernel says that a child has ended, nobody asks
FIRST_WAIT, LONGEST_WAIT = 0.1, 2.0
SETTLED = 10.0
CANNOT_BEGIN = 2
LEASH = "SOCIALQ_LEASH_FD"

log = structlog.get_logger()


class Stop:
    """A wish to end: a flag, and a pipe that wakes whoever waits. A signal handler that takes a lock (as Event.set does) can
    block its own thread for ever."""

    def __init__(self) -> None:
        self.asked = False
        self._ear, self._mouth = os.pipe()
        os.set_blocking(self._mouth, False)
        weakref.finalize(self, _close, self._ear, self._mouth)

    def ask(self) -> None:
        """From a signal handler or any thread."""
        self.asked = True
        with suppress(BlockingIOError):
            os.write(self._mouth, b".")

    def wait(self, seconds: float, *descriptors: int) -> bool:
        """Sleeps at most so long, or until one of the descriptors can be read; True when it has been asked."""
        until = clock.boottime() + seconds
        news = _poll(self._ear, *descriptors)
        while not self.asked and (left := until - clock.boottime()) > 0 and not news.poll(left * 1000):
            continue
        return self.asked


def stop_on_signals() -> Stop:
    """SIGTERM, SIGINT and SIGHUP become a wish. Call it in the main thread."""
    stop = Stop()
    for number in SIGNALS:
        signal.signal(number, lambda *_: stop.ask())
    return stop


@dataclass(frozen=True)
class Command:
    """What is kept alive: a program (`argv`, with the open files `fds`), or a function (`run`) in a fork of the supervisor.
    `last`: it ends after the others, for they use it."""

    name: str
    argv: Sequence[str] = ()
    last: bool = False
    fds: tuple[int, ...] = ()
    run: Callable[[], object] | None = None


@dataclass
class _Child:
    command: Command
    process: subprocess.Popen[bytes] | Forked | None = None
    end: int | None = None  # a descriptor that can be read when the process has ended
    started: float = 0
    wait: float = FIRST_WAIT
    again_at: float = field(default=0)

    def lives(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Children:
    """The children of one supervisor. `grace`: seconds between the wish that they end and SIGKILL.
    `ending` is called when that begins. `leash`: the supervisor's own, if it has one."""

    def __init__(
        self,
        commands: Sequence[Command],
        grace: float,
        ending: Callable[[], None] = lambda: None,
        leash: int | None = None,
    ) -> None:
        self._children = [_Child(command) for command in commands]
        self._grace = grace
        self._hopeless = False
        self._ending = ending
        self._above = () if leash is None else (leash,)
        self._leash, self._held = os.pipe()  # our end closes with us, and the children read that

    def keep(self, stop: Stop, meanwhile: Callable[[], object] = lambda: None) -> int:
        """Starts the first, does `meanwhile`, starts the others, and starts again what ends. Returns when all have ended:
        0 when it was asked to stop, 2 when a child says that it cannot begin (exit code 2, after a sentence of its own)."""
        try:
            self._look_after(self._children[0])
            meanwhile()
            while not stop.asked and not self._hopeless:
                for child in self._children:
                    self._look_after(child)
                self._rest(stop)
        finally:
            self._ending()
            self._end([child for child in self._children if not child.command.last])
            self._end([child for child in self._children if child.command.last])
        return CANNOT_BEGIN if self._hopeless else 0

    def pids(self) -> dict[str, int]:
        """Process ids of those that live, by name."""
        return {child.command.name: child.process.pid for child in self._children if child.process and child.lives()}

    def _look_after(self, child: _Child) -> None:
        now = clock.boottime()
        if child.lives():
            return
        if child.process is not None:
            self._ended(child, now)
        if now >= child.again_at and not self._hopeless:
            child.process, child.started = self._start(child.command), now
            child.end = os.pidfd_open(child.process.pid) if hasattr(os, "pidfd_open") else None

    def _ended(self, child: _Child, now: float) -> None:
        assert child.process is not None
        code = child.process.returncode
        self._hopeless = self._hopeless or code == CANNOT_BEGIN
        child.wait = FIRST_WAIT if now - child.started > SETTLED else min(child.wait * 2, LONGEST_WAIT)
        child.again_at = now if code == 0 else now + child.wait
        if code not in (0, CANNOT_BEGIN):
            log.warning("a process ended and is started again", process=child.command.name, code=code)
        if child.end is not None:
            os.close(child.end)
        child.process = child.end = None

    def _rest(self, stop: Stop) -> None:
        """Until one has ended, one may begin again, or somebody asks; that the one above us is gone is such a wish."""
        if self._hopeless:
            return
        now = clock.boottime()
        ends = [child.end for child in self._children if child.end is not None]
        waits = [child.again_at - now for child in self._children if child.process is None]
        stop.wait(max(0.0, min([REST, *waits])), *ends, *self._above)
        if self._above and _poll(*self._above).poll(0):
            stop.ask()

    def _start(self, command: Command) -> subprocess.Popen[bytes] | Forked:
        """In a session of its own: a terminal's Ctrl-C reaches the supervisor, which then asks in order."""
        if command.run is not None:
            return self._fork(command.name, command.run)
        fds = (self._leash, *command.fds)
        env = os.environ | {LEASH: str(self._leash)}
        return subprocess.Popen(
            list(command.argv), env=env, pass_fds=fds, stdin=subprocess.DEVNULL, start_new_session=True
        )

    def _fork(self, name: str, run: Callable[[], object]) -> Forked:
        def leashed() -> None:
            os.environ[LEASH] = str(self._leash)
            run()

        return fork(leashed, f"workers {name}", self._leash)

    def _end(self, children: list[_Child]) -> None:
        living = [child.process for child in children if child.process and child.lives()]
        for process in living:
            process.send_signal(signal.SIGTERM)
        until = clock.boottime() + self._grace
        while any(process.poll() is None for process in living) and clock.boottime() < until:
            clock.sleep(LOOK / 2)
        for process in living:
            if process.poll() is None:
                log.warning("a process did not end in time and is killed", pid=process.pid)
                process.kill()
            process.wait()


def take_leash() -> int | None:
    """In a child: a descriptor that can be read when its supervisor is gone. None when nobody keeps it."""
    descriptor = os.environ.pop(LEASH, "")
    return int(descriptor) if descriptor else None


def end_with_parent(grace: float) -> None:
    """In a child: SIGTERM to itself when its supervisor is gone, the hard way `grace` seconds later. Else nothing happens."""
    if (leash := take_leash()) is not None:
        threading.Thread(target=_watch, args=(leash, grace), daemon=True, name="leash").start()


def _watch(descriptor: int, grace: float) -> None:
    os.read(descriptor, 1)  # nobody writes: it returns when the other end is closed
    os.kill(os.getpid(), signal.SIGTERM)
    clock.sleep(grace)
    os._exit(1)


def _poll(*descriptors: int) -> select.poll:
    news = select.poll()
    for one in descriptors:
        news.register(one, select.POLLIN)
    return news


def _close(*descriptors: int) -> None:
    for one in descriptors:
        os.close(one)
