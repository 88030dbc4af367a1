"""One request and its answer: what the connection asks before the first byte, and how the socket is closed afterwards."""

import socket
from collections.abc import Callable
from contextlib import suppress

from socialq import clock
from socialq.networks.call.watchdog import WATCHDOG, Watch


class Exchange:
    """`first_byte` is called once, after connect and TLS, directly before anything of the request leaves."""

    def __init__(
        self, *, connect_within: float, total: float, allow_private: bool, first_byte: Callable[[], None]
    ) -> None:
        self.allow_private = allow_private
        self.sock: socket.socket | None = None
        self.watch: Watch | None = None
        self._connect_until = clock.boottime() + connect_within
        self.total = total
        self._first_byte = first_byte

    def connect_left(self) -> float:
        """Seconds left for connecting. Raises TimeoutError when there are none."""
        left = self._connect_until - clock.boottime()
        if left <= 0:
            raise TimeoutError("connecting took too long")
        return left

    def begin(self) -> Watch:
        """The watch over this exchange; the first time the gate is asked and the clock starts."""
        if self.watch is None:
            assert self.sock is not None
            self._first_byte()
            self.watch = WATCHDOG.watch(self.sock, self.total)
        return self.watch

    @property
    def overran(self) -> bool:
        return self.watch is not None and (self.watch.overran or clock.boottime() >= self.watch.deadline)

    def close(self) -> None:
        """Close the descriptor itself, now, whoever still refers to the socket: only this ends what the kernel may send."""
        if self.watch is not None:
            self.watch.end()
        if self.sock is not None:
            with suppress(OSError):  # closed by its own object already
                socket.close(self.sock.detach())
