"""Getting to a peer: several addresses share the time, and one that is silent does not use up all of it."""

import socket
from typing import Any

import pytest

from socialq import clock
from socialq.networks.call import Call
from tests.networks.peers import answering, peer


def test_a_silent_address_leaves_time_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """A listener whose queue is full never completes a handshake: the first address, deaf as a black hole."""
    with socket.socket() as deaf, peer(answering()) as server:
        deaf.bind(("127.0.0.2", server.port))
        deaf.listen(0)
        fillers = [socket.socket() for _ in range(3)]
        for one in fillers:
            one.setblocking(False)
            one.connect_ex(("127.0.0.2", server.port))
        found: list[Any] = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, server.port)) for ip in ("127.0.0.2", "127.0.0.1")
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        started = clock.boottime()
        call = Call(connect_within=1, total=2, allow_private=True)
        assert call.session().get(f"http://two.example:{server.port}/").status_code == 200
        assert clock.boottime() - started < 1
        for one in fillers:
            one.close()
