"""A TCP proxy on loopback that lets the peer finish and throws its answer away: "the post went out, the answer was lost".

`proxy.drop = lambda request_line: ...` says whose answers are lost; `proxy.dropped` counts them. One upstream, HTTP/1.1."""

import socket
import threading
from contextlib import suppress

METHODS = (b"POST", b"PUT ", b"DELE", b"GET ", b"PATC")


class LossyProxy:
    def __init__(self, upstream, port=0):
        self.upstream = upstream
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        self.drop = lambda request_line: False
        self.dropped = 0

    def start(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def stop(self):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        peer = socket.create_connection(self.upstream)
        cut = threading.Event()
        threading.Thread(target=self._answers, args=(peer, client, cut), daemon=True).start()
        try:
            while data := client.recv(65536):
                if data[:4] in METHODS:
                    cut.set() if self.drop(data.split(b"\r\n", 1)[0]) else cut.clear()
                peer.sendall(data)
        except OSError:
            pass

    def _answers(self, peer, client, cut):
        try:
            while data := peer.recv(65536):
                if cut.is_set():  # the peer has answered: throw it away and cut the line
                    self.dropped += 1
                    break
                client.sendall(data)
        except OSError:
            pass
        finally:
            for side in (client, peer):
                with suppress(OSError):
                    side.shutdown(socket.SHUT_RDWR)
                side.close()
