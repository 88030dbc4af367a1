"""Connections of our own under urllib3: a guarded and pinned address, the look at the lease, bytes under a deadline."""

import socket
import struct
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from socialq import clock
from socialq.networks import guard
from socialq.networks.call.exchange import Exchange

LINGER = struct.pack("ii", 1, 0)  # closing throws away what the kernel still holds, and tells the peer so
BLOCK = 65536


class _Ours(HTTPConnection):
    """What both kinds share. `exchange` belongs to the one request that this connection serves."""

    exchange: Exchange

    def __init__(self, *args: Any, exchange: Exchange, **options: Any) -> None:
        super().__init__(*args, **options)
        self.exchange = exchange

    def _new_conn(self) -> socket.socket:
        try:
            targets = guard.resolve(self._dns_host, self.port, allow_private=self.exchange.allow_private)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from None
        failure: OSError | None = None
        for place, target in enumerate(targets):
            try:
                return self._connected(target, 1 / (len(targets) - place))
            except OSError as error:
                failure = error
        if isinstance(failure, TimeoutError):
            raise ConnectTimeoutError(self, "the server did not answer in time")
        raise NewConnectionError(self, f"connecting failed: {failure}")

    def _connected(self, target: guard.Target, share: float) -> socket.socket:
        """A socket to exactly this address, within its share of the time; TLS, if any, has what is left of the whole."""
        sock = socket.socket(target.family, socket.SOCK_STREAM)
        try:
            sock.settimeout(self.exchange.connect_left() * share)
            sock.connect(target.address)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(self.exchange.connect_left())
        except BaseException:
            sock.close()
            raise
        return sock

    def connect(self) -> None:
        super().connect()
        self.exchange.sock = self.sock

    def send(self, data: Any) -> None:
        """Everything that leaves, leaves here: first the gate, then block by block with what is left of the time."""
        if self.sock is None:
            self.connect()
        watch = self.exchange.begin()
        view = memoryview(data)
        while view:
            self.sock.settimeout(watch.remaining())
            view = view[self.sock.send(view[:BLOCK]) :]
            if clock.boottime() > watch.deadline and view:
                raise TimeoutError("the time of the call was over before everything was sent")


class PlainConnection(_Ours):
    """http, where private hosts are allowed."""


class TlsConnection(_Ours, HTTPSConnection):
    """https; the certificate is checked for the name, whatever address was connected."""
