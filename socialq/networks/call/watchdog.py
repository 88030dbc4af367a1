"""One thread of the process that ends calls whose time is over. It only wakes the owner of a socket; the owner closes it."""

import heapq
import itertools
import os
import socket
import threading
from contextlib import suppress

from socialq import clock

POLL = 1.0  # waits are no longer: after a laptop's sleep the clock has run on, a wait has not


class Watch:
    """One socket under a deadline. `overran` says that the watchdog ended it."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self.overran = False
        self.deadline = deadline
        self._sock: socket.socket | None = sock
        self._lock = threading.Lock()

    def remaining(self) -> float:
        """Seconds until the deadline, never less than a moment: 0 would mean a socket that does not block."""
        return max(0.001, self.deadline - clock.boottime())

    def end(self) -> None:
        """The owner is about to close the socket: from here on the watchdog leaves it alone."""
        with self._lock:
            self._sock = None

    def cut(self) -> None:
        """Wake the reading thread. On the plain socket, or an SSLSocket would drop its TLS state under the reader."""
        with self._lock:
            if self._sock is not None:
                self.overran = True
                with suppress(OSError):  # already gone: the reader has noticed by itself
                    socket.socket.shutdown(self._sock, socket.SHUT_RD)


class Watchdog:
    """Deadlines on boot time, in a heap. Its thread starts with the first watch and starts anew after a fork."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """As new; in a forked child the thread and whoever held the lock have stayed behind."""
        self._changed = threading.Condition()
        self._due: list[tuple[float, int, Watch]] = []
        self._count = itertools.count()
        self._thread: threading.Thread | None = None

    def watch(self, sock: socket.socket, seconds: float) -> Watch:
        """End the call on `sock` so many seconds from now, unless `end()` of the watch comes first."""
        watch = Watch(sock, clock.boottime() + seconds)
        with self._changed:
            heapq.heappush(self._due, (watch.deadline, next(self._count), watch))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="call-watchdog", daemon=True)
                self._thread.start()
            self._changed.notify()
        return watch

    def _run(self) -> None:
        while True:
            for watch in self._over():
                watch.cut()

    def _over(self) -> list[Watch]:
        """Waits until a deadline is over or the heap has changed."""
        with self._changed:
            if not self._due:
                self._changed.wait()
            elif (left := self._due[0][0] - clock.boottime()) > 0:
                self._changed.wait(min(left, POLL))
            now, over = clock.boottime(), []
            while self._due and self._due[0][0] <= now:
                over.append(heapq.heappop(self._due)[2])
            return over


WATCHDOG = Watchdog()
os.register_at_fork(after_in_child=WATCHDOG.reset)
