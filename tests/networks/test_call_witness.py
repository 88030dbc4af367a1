"""What a call notes beside its answer: the server's clock, and whether it ran out of time."""

from datetime import timedelta
from email.utils import format_datetime

import pytest

from socialq import clock
from socialq.networks.call import Call, Overrun
from socialq.networks.call.witness import Witness
from tests.networks.peers import Line, answering, peer


def dated(offset: float) -> bytes:
    date = format_datetime(clock.host_now() + timedelta(seconds=offset), usegmt=True)
    return f"HTTP/1.1 200 OK\r\nDate: {date}\r\nContent-Length: 2\r\n\r\nok".encode()


def silent(line: Line) -> None:
    line.read()
    line.read_out()


def heard(date: str, took: float = 0.0) -> dict[str, float]:
    witness = Witness()
    witness.hear("there", date, took)
    return {host: word.ahead for host, word in witness.words(since=0.0).items()}


@pytest.fixture
def call() -> Call:
    return Call(connect_within=5, total=5, allow_private=True)


@pytest.mark.parametrize("offset", [0.0, 90.0, -3600.0])
def test_the_date_of_an_answer_says_how_far_a_server_is_ahead(call: Call, offset: float) -> None:
    from socialq.networks.call import adapter

    with peer(answering(dated(offset))) as there:
        call.session().get(there.url)
        word = adapter.WITNESS.words(since=clock.boottime() - 60)[there.url.removeprefix("http://").rstrip("/")]
    assert abs(word.ahead - offset) < 1.5
    assert call.answered and not call.timed_out
    call.close()


def test_a_call_that_ran_out_of_time_says_so(call: Call) -> None:
    call.total = 0.3
    with peer(silent) as there, pytest.raises(Overrun):
        call.session().get(there.url)
    assert call.timed_out and not call.answered
    call.close()


@pytest.mark.parametrize("date", ["", "soon", "Thu, 99 Foo 2026 00:00:00 GMT", "Mon, 23 Nov 2026 20:00:00 -0000"])
def test_what_is_no_date_says_nothing(date: str) -> None:
    assert heard(date) == {}


def test_a_slow_answer_says_nothing_and_an_old_word_is_forgotten() -> None:
    date = format_datetime(clock.host_now(), usegmt=True)
    assert heard(date, took=3.0) == {}
    witness = Witness()
    for number in range(300):
        witness.hear(f"host{number}", date)
    assert len(witness.words(since=0.0)) == 200
    assert witness.words(since=clock.boottime() + 1) == {}
