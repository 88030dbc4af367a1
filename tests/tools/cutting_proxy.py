"""A TCP proxy on loopback before a database: it cuts every line and lets nobody in, and opens again; or cuts at one word."""

import socket
import threading
from contextlib import suppress


class CuttingProxy:
    """`cut_at(word, forward=…)`: the next line on which a client says the word is cut; with `forward` the server still hears it."""

    def __init__(self, upstream: tuple[str, int]) -> None:
        self._upstream = upstream
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.cuts = 0
        self._open = True
        self._lock = threading.Lock()
        self._lines: list[socket.socket] = []
        self._at: tuple[bytes, bool] | None = None
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """The database is away."""
        with self._lock:
            self._open = False
            lines, self._lines = self._lines, []
        for line in lines:
            _end(line)

    def open(self) -> None:
        """It is back."""
        with self._lock:
            self._open = True

    def cut_at(self, word: bytes, *, forward: bool) -> None:
        self._at = word, forward

    def stop(self) -> None:
        self.close()
        _end(self._listener)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                if not self._open:
                    _end(client)
                    continue
                server = socket.create_connection(self._upstream)
                self._lines += [client, server]
            threading.Thread(target=self._pump, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self._pump, args=(server, client, False), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, said: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if said and self._at and self._at[0] in data:
                    forward, self._at = self._at[1], None
                    self.cuts += 1
                    _end(source)  # first, so that the answer finds nobody
                    if forward:
                        target.sendall(data)
                        while target.recv(65536):
                            break
                    break
                target.sendall(data)
        _end(source)
        _end(target)


def _end(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()
