"""Abuse 38 and 5, in one process: two workers on one delivery, a double submit, ids from elsewhere. (kill -9: `make faults`.)"""

import threading

import pytest
from sqlalchemy import func, select

from socialq.domain.outcomes import Outcome, Prepared
from socialq.models import Delivery
from socialq.networks.base import Account
from socialq.publishing.publish import publish
from tests.fakes import FakeNetwork
from tests.usecases.line import Line


class Killed(BaseException):
    """Not an Exception: nothing of the program runs after it, as after a signal."""


def test_abuse_38_eight_workers_on_the_same_ids(line: Line) -> None:
    """Every one of them is told of every delivery, many times over."""
    ids = [line.schedule(f"tekst {n}", late=n) for n in range(4)]
    gate = threading.Barrier(8)

    def worker() -> None:
        gate.wait()
        for _ in range(3):
            publish(line.sender, ids)

    threads = [threading.Thread(target=worker) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(line.network.out) == len({copy.text for copy in line.network.out}), "a copy too many"
    publish(line.sender, ids)  # who was passed by while another one was in flight or reserved
    assert sorted(copy.text for copy in line.network.out) == sorted(f"tekst {n}" for n in range(4))
    assert [line.get(delivery).state for delivery in ids] == ["published"] * 4


def test_abuse_38_killed_between_the_call_and_the_commit(line: Line) -> None:
    """The post is out and the process is gone: the machine looks, finds it, and sends nothing more."""
    delivery = line.schedule()

    def killed(network: FakeNetwork, prepared: Prepared, account: Account) -> Outcome:
        network.put_out(prepared, account)
        raise Killed

    line.network.script = [killed]
    with pytest.raises(Killed):
        publish(line.sender, [delivery])
    assert line.get(delivery).state == "publishing"
    line.worker_dies()
    line.look(delivery)
    assert (line.get(delivery).state, len(line.network.out)) == ("published", 1)


def test_abuse_5_ids_that_are_nobodys_do_nothing(line: Line) -> None:
    publish(line.sender, [0, -1, 999_999_999])
    with line.parts.db.read() as session:
        assert session.scalar(select(func.count()).select_from(Delivery)) == 0
    assert line.network.out == []
