"""The hostile server: one for all networks of a world, a door (port) for each account. What it does to a connection is scripted."""

import json
import selectors
import socket
import struct
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from socialq import clock
from tests.faults.peer.boards import Board, Home
from tests.networks.fake_server import Reply, _form

FINAL = ("/posts", "/api/v1/statuses")
WAITING = 128  # connections
RESET = struct.pack("ii", 1, 0)
INSTEAD = {
    "gateway instead": Reply(504, {}),
    "later": Reply(429, {"error": "later"}, {"X-RateLimit-Reset": "1"}),  # long over
    "later slowly": Reply(429, {"error": "later"}, {"X-RateLimit-Reset": "1"}),
    "rejected": Reply(422, {"error": "Validation failed"}),
    "unknown account": Reply(401, {"error": "The access token is invalid"}),
    "empty instead": Reply(200, {}),
}


@dataclass
class Door:
    """`script`: what befalls the next final calls, in order. Durations are those of production, shrunk by the server's factor."""

    app: Board | Home
    listener: socket.socket
    port: int
    script: deque[str] = field(default_factory=deque)
    always: str = ""  # befalls every final call
    cut_until: float = 0.0  # connections that come before are closed unread
    calls: int = 0
    reads: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Hostile:
    """Accepts on all doors in one thread; each connection has its own."""

    def __init__(self, shrink: float) -> None:
        self.shrink = shrink
        self.stopping = threading.Event()
        self._doors = selectors.DefaultSelector()
        self._lock = threading.Lock()
        self._talking = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def door(self, make: Any) -> Door:
        """`make(url)` is what the account keeps."""
        listener = _listen()
        port = listener.getsockname()[1]
        door = Door(make(f"http://127.0.0.1:{port}"), listener, port)
        self._doors.register(listener, selectors.EVENT_READ, door)
        return door

    def refuse(self, door: Door, seconds: float) -> None:
        """Nobody listens there for so long (true seconds). The port stays ours: another world's door would take the post."""
        self._doors.unregister(door.listener)
        door.listener.close()
        door.listener = _bound(door.port)
        threading.Timer(seconds, self._listen_again, (door,)).start()

    def stop(self) -> None:
        self.stopping.set()

    @property
    def talking(self) -> bool:
        """A connection is open: something may yet have an effect."""
        return self._talking > 0

    def wait(self, production_seconds: float) -> None:
        self.stopping.wait(production_seconds * self.shrink)

    def _listen_again(self, door: Door) -> None:
        if not self.stopping.is_set():
            door.listener.listen(WAITING)
            self._doors.register(door.listener, selectors.EVENT_READ, door)

    def _accept(self) -> None:
        while not self.stopping.is_set():
            if not self._doors.get_map():
                self.stopping.wait(0.05)
                continue
            for key, _ in self._doors.select(0.1):
                with suppress(OSError):  # closed by `refuse` meanwhile
                    connection, _ = key.fileobj.accept()  # type: ignore[union-attr]
                    connection.setblocking(True)
                    threading.Thread(target=self._serve, args=(connection, key.data), daemon=True).start()
        for key in list(self._doors.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]

    def _serve(self, connection: socket.socket, door: Door) -> None:
        with self._lock:
            self._talking += 1
        try:
            with connection, suppress(OSError, ValueError):
                connection.settimeout(120)
                if clock.boottime() >= door.cut_until:
                    self._converse(connection, door)
        finally:
            with self._lock:
                self._talking -= 1

    def _converse(self, connection: socket.socket, door: Door) -> None:
        method, target, *_ = connection.recv(512, socket.MSG_PEEK).decode("latin-1").split(" ", 2)
        what = self._next(door) if method == "POST" and urlsplit(target).path.rstrip("/") in FINAL else ""
        if what == "cut":
            return  # nothing of it has been read
        head, rest = _head(connection)
        method, target, headers = _parsed(head)
        if what == "mid":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            return
        if what == "stalled":
            self.wait(150)  # past quarantine and gap; then it reads what has come
        body = _body(connection, rest, int(headers.get("content-length", 0)))
        self.wait({"hang": 30, "late": 55, "very late": 95, "slow": 9, "never": 100, "later slowly": 12}.get(what, 0))
        if what in INSTEAD:
            _send(connection, INSTEAD[what])
            return
        if what == "never":
            return
        if what in ("own instead", "own too"):
            form = _form(headers.get("content-type", ""), body)
            door.app.own_post(form.get("text") or form["status"], timedelta())
        if what == "own instead":
            return
        reads, reply = door.reads, self._effect(door, method, target, headers, body)
        for _ in range(14 if what == "until read" else 0):
            self.stopping.wait(0.1 if door.reads == reads else 0)
        self._answer(connection, what, reply)

    def _next(self, door: Door) -> str:
        with self._lock:
            door.calls += 1
            return door.script.popleft() if door.script else door.always

    def _effect(self, door: Door, method: str, target: str, headers: dict[str, str], body: bytes) -> Reply:
        parts = urlsplit(target)
        path, query = parts.path.rstrip("/"), parse_qs(parts.query)
        form = _form(headers.get("content-type", ""), body)
        if method == "GET" and door.app.reading.hold:
            door.app.reading.hold()
        door.reads += method == "GET"
        if isinstance(door.app, Board):
            return door.app.handle(method, path, query, form)
        return door.app.handle(method, path, query, form, headers, clock.host_now())

    def _answer(self, connection: socket.socket, what: str, reply: Reply) -> None:
        match what:
            case "lost" | "own too":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            case "gateway":
                _send(connection, Reply(504, {}))
            case "empty":
                _send(connection, Reply(200, {}))
            case "garbage":
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 23\r\n\r\n<html>this is no answer")
            case "no end":
                connection.sendall(_bytes(reply, more=1))
                self.wait(60)
            case "drip":
                for byte in _bytes(reply):
                    connection.sendall(bytes([byte]))
                    self.wait(1)
            case _:
                _send(connection, reply)


def _listen() -> socket.socket:
    listener = _bound(0)
    listener.listen(WAITING)
    return listener


def _bound(port: int) -> socket.socket:
    """Refuses until it listens. A new port is nobody else's; one that was ours is taken in spite of what is left of its connections,
    which have this from the listener."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    if port:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setblocking(False)
    return listener


def _head(connection: socket.socket) -> tuple[bytes, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        block = connection.recv(4096)
        if not block:
            raise ValueError("gone before it had asked")
        data += block
    head, _, rest = data.partition(b"\r\n\r\n")
    return head, rest


def _parsed(head: bytes) -> tuple[str, str, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    return method, target, {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}


def _body(connection: socket.socket, rest: bytes, length: int) -> bytes:
    """Raises ValueError when it does not come whole: then there is no effect."""
    found = [rest]
    left = length - len(rest)
    while left > 0:
        block = connection.recv(65536)
        if not block:
            raise ValueError("half a request")
        found.append(block)
        left -= len(block)
    return b"".join(found)


def _bytes(reply: Reply, more: int = 0) -> bytes:
    body = json.dumps(reply.body).encode()
    headers = {"Content-Type": "application/json", **{k: v for k, v in reply.headers.items() if v}}
    lines = [f"HTTP/1.1 {reply.status} OK", *(f"{k}: {v}" for k, v in headers.items())]
    return "\r\n".join([*lines, f"Content-Length: {len(body) + more}", "", ""]).encode() + body


def _send(connection: socket.socket, reply: Reply) -> None:
    connection.sendall(_bytes(reply))
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(1)
    with suppress(OSError):
        connection.recv(1)  # the peer closes by reset; whoever closes first would cut the answer
