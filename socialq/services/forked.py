"""A process made by fork: it shares with its maker what has been imported. Its maker must have no threads and no connections."""

import ctypes
import logging
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
STDERR = 2
ARG_START = 45  # in /proc/self/stat, counted from the field after the name


class Forked:
    """What is asked of a subprocess.Popen, of a fork."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        return self._ended(os.WNOHANG)

    def wait(self) -> int | None:
        return self._ended(0)

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _ended(self, options: int) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, options)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode


def fork(run: Callable[[], object], title: str, keep: int = STDERR) -> Forked:
    """Runs it in a process of its own, which ends with it. `keep`: the one open file that it has beside its output."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # until it has handlers of its own, it has ours
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        _child(run, title, keep)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return Forked(pid)


def _child(run: Callable[[], object], title: str, keep: int) -> NoReturn:
    """As a fresh process would begin; never returns into what its maker was doing."""
    code = 1
    try:
        os.setsid()
        _close_all_but(keep)
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        logging.getLogger().handlers.clear()  # they bear its maker's name
        _show_as(title)
        run()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _close_all_but(keep: int) -> None:
    """Locks and pipes that stayed open here would say that our maker lives when it does not."""
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.closerange(STDERR + 1, keep)
    os.closerange(keep + 1, os.sysconf("SC_OPEN_MAX"))


def _show_as(title: str) -> None:
    """In `ps`, as far as it fits into the place of the maker's command line. Linux only; elsewhere both look alike."""
    try:
        fields = Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return
    start, end = int(fields[ARG_START]), int(fields[ARG_START + 1])
    room = end - start
    ctypes.memmove(start, os.fsencode(title)[: room - 1].ljust(room, b"\0"), room)
