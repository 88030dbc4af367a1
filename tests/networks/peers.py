"""Raw TCP peers on loopback: scripts that answer, drip, stall or listen only, and keep every byte that reached them."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
Script = Callable[["Line"], None]


class Line:
    """One connection as the peer sees it. `ended` is set when the other side has closed or reset it."""

    def __init__(self, sock: socket.socket, stop: threading.Event) -> None:
        self.sock = sock
        self.stop = stop
        self.received = b""
        self.reset = False
        self.ended = threading.Event()

    def read(self, end: bytes = b"\r\n\r\n") -> None:
        """Until `end` has come, or the other side has gone."""
        while end not in self.received and (data := self.sock.recv(65536)):
            self.received += data

    def read_out(self) -> None:
        """Until the other side closes."""
        with suppress(OSError):
            while data := self.sock.recv(65536):
                self.received += data
        self.ended.set()

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def pause(self, seconds: float) -> None:
        self.stop.wait(seconds)


class Peer:
    """Listens on loopback; each connection runs `script` in a thread of its own."""

    def __init__(self, script: Script, context: ssl.SSLContext | None = None) -> None:
        self.lines: list[Line] = []
        self.came = threading.Event()
        self._script = script
        self._context = context
        self._stop = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def accept(self) -> None:
        with suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                line = Line(sock, self._stop)
                self.lines.append(line)
                self.came.set()
                threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def close(self) -> None:
        self._stop.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for line in self.lines:
            line.sock.close()

    def _serve(self, line: Line) -> None:
        try:
            if self._context:
                line.sock = self._context.wrap_socket(line.sock, server_side=True)
            self._script(line)
        except ConnectionResetError:
            line.reset = True
        except (OSError, ValueError):
            line.reset = False
        finally:
            line.sock.close()
            line.ended.set()


@contextmanager
def peer(script: Script, context: ssl.SSLContext | None = None) -> Iterator[Peer]:
    """A peer for the length of a test."""
    made = Peer(script, context)
    thread = threading.Thread(target=made.accept, daemon=True)
    thread.start()
    yield made
    made.close()
    thread.join(5)


def answering(answer: bytes = OK) -> Script:
    """Reads the head of a request and answers."""

    def script(line: Line) -> None:
        line.read()
        line.send(answer)

    return script
