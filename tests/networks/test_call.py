"""A call keeps its times whatever the peer does, and lets nothing out when the gate says no."""

import gzip
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from socialq import clock
from socialq.domain.outcomes import NotSent
from socialq.networks import guard
from socialq.networks.call import Call, Overrun, TooBig, TooLate, not_out
from tests.networks.certificates import authority_and_context
from tests.networks.peers import OK, Line, answering, peer

Make = Callable[..., Call]


@pytest.fixture
def make() -> Iterator[Make]:
    made: list[Call] = []

    def make(**options: Any) -> Call:
        made.append(Call(**{"connect_within": 5, "total": 5, "allow_private": True} | options))
        return made[-1]

    yield make
    for call in made:
        call.close()


def late() -> None:
    raise TooLate


def dripping(line: Line) -> None:
    line.read()
    line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while not line.stop.is_set():
        line.send(b"x")
        line.pause(0.05)


def dripping_head(line: Line) -> None:
    line.read()
    line.send(b"HTTP/1.1 200 OK\r\n")
    while not line.stop.is_set():
        line.send(b"X")
        line.pause(0.05)


def silent(line: Line) -> None:
    line.read()
    line.read_out()


def without_end(line: Line) -> None:
    line.read()
    line.send(b"HTTP/1.1 200 OK\r\n\r\n")
    while not line.stop.is_set():
        line.send(b"x" * 1000)
        line.pause(0.01)


def deaf(line: Line) -> None:
    """Takes the first bytes and never reads on."""
    line.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.stop.wait()


def took(work: Callable[[], object]) -> float:
    started = clock.boottime()
    with pytest.raises(Overrun):
        work()
    return clock.boottime() - started


def test_a_plain_call(make: Make) -> None:
    with peer(answering()) as server:
        answer = make().session().get(server.url)
        assert (answer.status_code, answer.json()) == (200, {})
        assert b"Connection: close" in server.lines[0].received


def test_the_gate_is_asked_after_connecting_and_nothing_leaves(make: Make) -> None:
    with peer(silent) as server:
        call = make(gate=late)
        call.arm()
        with pytest.raises(TooLate) as caught:
            call.session().post(server.url, data={"status": "hello"})
        assert server.came.wait(5)
        assert server.lines[0].ended.wait(5)
        assert server.lines[0].received == b""
        assert not call.wrote
        assert isinstance(not_out(call, caught.value), NotSent)


def test_only_the_request_after_arm_is_gated_and_counts(make: Make) -> None:
    asked: list[int] = []
    with peer(answering()) as server:
        call = make(gate=lambda: asked.append(1))
        session = call.session()
        session.get(server.url)
        assert (asked, call.wrote) == ([], False)
        call.arm()
        session.post(server.url, data=b"x")
        assert (asked, call.wrote) == ([1], True)
        session.get(server.url)
        assert asked == [1]
        assert len(server.lines) == 3  # no connection serves twice


def test_what_may_have_left_is_raised_again(make: Make) -> None:
    def cut(line: Line) -> None:
        line.read()

    with peer(cut) as server:
        call = make()
        call.arm()
        with pytest.raises(requests.exceptions.ConnectionError) as caught:
            call.session().post(server.url, data=b"x")
        assert call.wrote
        with pytest.raises(requests.exceptions.ConnectionError):
            not_out(call, caught.value)


def test_refused_and_unknown_names_are_not_sent(make: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    for url in (f"http://127.0.0.1:{port}", "http://no-such-name.invalid"):
        call = make(connect_within=2)
        call.arm()
        with pytest.raises(requests.exceptions.ConnectionError) as caught:
            call.session().post(url)
        assert not_out(call, caught.value) == NotSent("the connection to the server failed")


@pytest.mark.abuse(23)
@pytest.mark.parametrize("script", [dripping, dripping_head, silent, without_end])
def test_abuse_23_a_slow_or_endless_answer_ends_at_the_total(make: Make, script: Callable[[Line], None]) -> None:
    with peer(script) as server:
        call = make(total=0.4)
        assert 0.35 < took(lambda: call.session().get(server.url)) < 1.5
        assert server.lines[0].ended.wait(5)


@pytest.mark.abuse(23)
def test_abuse_23_a_gzip_bomb_is_not_unpacked(make: Make) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n".encode()
    with peer(answering(head + bomb)) as server, pytest.raises(TooBig):
        make().session().get(server.url)


@pytest.mark.abuse(23)
def test_abuse_23_a_body_over_ten_megabytes_is_cut_off(make: Make) -> None:
    def flood(line: Line) -> None:
        line.read()
        line.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while not line.stop.is_set():
            line.send(b"x" * 100_000)

    with peer(flood) as server, pytest.raises(TooBig):
        make().session().get(server.url)


def test_sending_to_a_stalled_peer_ends_and_the_rest_is_thrown_away(make: Make) -> None:
    with peer(deaf) as server:
        call = make(total=0.5)
        call.arm()
        assert took(lambda: call.session().post(server.url, data=b"x" * 20_000_000)) < 2
        assert call.wrote
        line = server.lines[0]
        line.sock.settimeout(5)
        taken = 0
        with pytest.raises(ConnectionResetError):
            while data := line.sock.recv(65536):
                taken += len(data)
        assert taken < 20_000_000


@pytest.mark.abuse(22)
@pytest.mark.parametrize("place", ["http://169.254.169.254/latest", "file:///etc/passwd", "http://[bad"])
def test_abuse_22_a_redirect_is_never_followed(make: Make, place: str) -> None:
    moved = f"HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode()
    with peer(answering(moved)) as server:
        answer = make().session().get(server.url, allow_redirects=True)
        assert answer.status_code == 302
        assert len(server.lines) == 1


def test_nothing_of_the_environment_is_used(make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("default login vera password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with peer(answering()) as server:
        assert make().session().get(server.url).status_code == 200
        assert b"Authorization" not in server.lines[0].received


def test_tls_is_verified_for_the_name(make: Make, tmp_path: Path) -> None:
    authority, context = authority_and_context(tmp_path, "localhost")
    with peer(answering(), context) as server:
        call = make()
        with pytest.raises(requests.exceptions.SSLError) as caught:
            call.session().get(f"https://localhost:{server.port}", verify=False)
        assert not_out(call, caught.value) == NotSent("the server's certificate could not be verified")
        call.trust = authority
        assert call.session().get(f"https://localhost:{server.port}").status_code == 200
        with pytest.raises(requests.exceptions.SSLError):
            call.session().get(f"https://127.0.0.1:{server.port}")


def test_a_dripping_peer_under_tls_ends_at_the_total(make: Make, tmp_path: Path) -> None:
    authority, context = authority_and_context(tmp_path, "localhost")
    with peer(dripping, context) as server:
        call = make(total=0.4)
        call.trust = authority
        assert took(lambda: call.session().get(f"https://localhost:{server.port}")) < 1.5


def test_a_peer_that_never_ends_the_handshake_is_left(make: Make) -> None:
    with peer(silent) as server:
        call = make(connect_within=0.4)
        call.arm()
        started = clock.boottime()
        with pytest.raises(requests.exceptions.RequestException) as caught:
            call.session().post(f"https://localhost:{server.port}")
        assert clock.boottime() - started < 1.5
        assert isinstance(not_out(call, caught.value), NotSent)


def test_http_only_where_private_hosts_are_allowed(make: Make) -> None:
    with peer(answering()) as server, pytest.raises(guard.Blocked):
        make(allow_private=False).session().get(server.url)
    assert server.lines == []


def test_a_body_is_whole_and_readable_again(make: Make) -> None:
    with peer(answering(OK)) as server:
        answer = make().session().get(server.url, stream=True)
        assert (answer.content, answer.text, b"".join(answer.iter_content(1))) == (b"{}", "{}", b"{}")
