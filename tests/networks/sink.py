"""A server on loopback that takes files in pieces: by PUT with Content-Range, or base64 inside JSON. It keeps a checksum, no byte."""

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

BLOCK = 1 << 16
RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


class Sink(ThreadingHTTPServer):
    """`there` bytes have come, in order; `starts` are those of the pieces; answers to those of `lose` and
    `stall` are cut or never come, although the piece is there."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.whole = hashlib.sha256()
        self.there = 0
        self.starts: list[int] = []
        self.lose: set[int] = set()
        self.stall: set[int] = set()
        self.stopping = threading.Event()
        self.came = threading.Condition()

    def take(self, at: int, block: bytes) -> None:
        """What is there already is not taken twice; a hole is an error."""
        with self.came:
            if at > self.there:
                raise ValueError(f"a hole at {self.there}")
            fresh = block[self.there - at :]
            self.whole.update(fresh)
            self.there += len(fresh)
            self.came.notify_all()

    def has(self, size: int, patience: float = 60) -> bool:
        """Waits for it."""
        with self.came:
            return self.came.wait_for(lambda: self.there >= size, patience)


class _Handler(BaseHTTPRequestHandler):
    server: Sink
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        found = RANGE.fullmatch(self.headers["Content-Range"])
        assert found is not None
        start, end, _ = map(int, found.groups())
        assert int(self.headers["Content-Length"]) == end - start + 1
        self.server.starts.append(start)
        left, at = end - start + 1, start
        while left and (block := self.rfile.read(min(BLOCK, left))):
            self.server.take(at, block)
            left, at = left - len(block), at + len(block)
        self._done(start)

    def do_POST(self) -> None:
        body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        data = base64.b64decode(body["media"], validate=True)
        start = body["start"]
        self.server.starts.append(start)
        self.server.take(start, data)
        self._done(start)

    def do_GET(self) -> None:
        self._answer({"there": self.server.there})

    def _done(self, start: int) -> None:
        if start in self.server.stall:
            self.server.stopping.wait()
        if start in self.server.lose:
            self.server.lose.remove(start)
            self.close_connection = True
            return
        self._answer({"there": self.server.there})

    def _answer(self, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@contextmanager
def sink() -> Iterator[Sink]:
    server = Sink()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        thread.join()
        server.server_close()
