"""Out of `unknown`: death proved, looks, asking, and what a person may say. On both databases."""

import multiprocessing
import os
import signal
from datetime import timedelta
from multiprocessing.connection import Connection

import pytest
from sqlalchemy import update

from socialq.domain.outcomes import Absent, Found, LookFailed, Near, Outcome, Prepared
from socialq.models import Worker
from socialq.networks.base import Account
from socialq.publishing import life, lost, ring
from socialq.publishing.claim import claim
from socialq.publishing.reconcile import reconcile
from tests.fakes import FakeNetwork
from tests.usecases.line import Line


def out_but_lost(network: FakeNetwork, prepared: Prepared, account: Account) -> Outcome:
    network.put_out(prepared, account)
    raise ConnectionResetError("the answer was cut")


def never_out(*_: object) -> Outcome:
    raise ConnectionResetError("cut before the effect")


def unknown(line: Line, script: object = never_out, text: str = "Hallo") -> int:
    delivery = line.schedule(text)
    line.network.script = [script]  # type: ignore[list-item]
    line.publish(delivery)
    assert line.get(delivery).state == "unknown"
    return delivery


def asked(line: Line) -> int:
    delivery = unknown(line)
    line.network.find_script = [lambda: Near("like another one")]
    line.look(delivery)
    assert line.get(delivery).ask_at is not None
    return delivery


def test_a_lost_answer_is_read_back(line: Line) -> None:
    delivery = unknown(line, out_but_lost)
    assert ring.looks(line.parts.db, line.sender.times) == [], "the quarantine is not over"
    reconcile(line.sender, [delivery])
    assert line.get(delivery).state == "unknown"
    line.set(delivery, look_at=line.now() - timedelta(seconds=1))
    assert ring.looks(line.parts.db, line.sender.times) == [delivery]
    reconcile(line.sender, [delivery])
    assert (line.get(delivery).state, line.get(delivery).remote_id, len(line.network.out)) == ("published", "1", 1)
    assert line.incidents() == []


def test_absent_twice_goes_again_with_the_same_identity(line: Line) -> None:
    delivery = unknown(line)
    identity = line.get(delivery).identity
    line.look(delivery)
    first = line.get(delivery)
    assert (first.state, first.misses) == ("unknown", 1) and first.look_at is not None and first.look_at > line.now()
    line.look(delivery)
    assert (line.get(delivery).state, line.get(delivery).identity) == ("scheduled", identity)
    line.publish()
    assert line.get(delivery).state == "published" and [c.identity for c in line.network.out] == [identity]


def test_two_reconcilers_do_not_count_one_stale_page_twice(line: Line) -> None:
    delivery = unknown(line)
    line.set(delivery, look_at=line.now() - timedelta(seconds=1))

    def meanwhile() -> Absent:
        line.network.find_script = []
        line.look(delivery)  # the other one: miss 1
        return Absent()

    line.network.find_script = [meanwhile]
    reconcile(line.sender, [delivery])
    assert (line.get(delivery).state, line.get(delivery).misses) == ("unknown", 1)


def test_absent_twice_past_the_limit_is_missed_and_told(line: Line) -> None:
    delivery = unknown(line)
    line.set(delivery, deadline_at=line.now() - timedelta(seconds=1), misses=1)
    line.look(delivery)
    assert line.get(delivery).state == "failed" and [i.kind for i in line.incidents()] == ["delivery_missed"]


def test_absent_twice_and_stopped_is_cancelled(line: Line) -> None:
    delivery = unknown(line)
    line.set(delivery, stop_at=line.now(), misses=1)
    line.look(delivery)
    assert line.get(delivery).state == "cancelled" and line.incidents() == []


def test_near_asks_once_and_is_told_in_the_same_moment(line: Line) -> None:
    delivery = asked(line)
    assert [(i.kind, i.subject) for i in line.incidents()] == [("delivery_unsure", f"delivery:{delivery}")]
    line.look(delivery)
    assert line.get(delivery).ask_at is not None and len(line.incidents()) == 1


def test_failing_looks_conclude_nothing_and_ask_after_an_hour(line: Line) -> None:
    delivery = unknown(line)
    line.network.find_script = [lambda: LookFailed("503")]
    line.look(delivery)
    found = line.get(delivery)
    assert (found.misses, found.ask_at) == (0, None) and found.look_failed_at is not None
    line.set(delivery, look_failed_at=line.now() - timedelta(hours=1))
    line.network.find_script = [lambda: LookFailed("503")]
    line.look(delivery)
    assert line.get(delivery).ask_at is not None and len(line.incidents()) == 1


def test_death_is_proved_by_the_lock_and_starts_the_quarantine(line: Line) -> None:
    delivery = line.schedule()
    assert claim(line.sender, delivery, Prepared("x", {"text": "Hallo", "media": 0})) is not None
    assert lost.bury(line.parts.db, line.parts.settings.data_dir, line.sender.times) == 0
    line.worker_dies()
    found, attempt = line.get(delivery), line.attempts(delivery)[0]
    assert found.state == "unknown" and found.look_at is not None and attempt.outcome == "died"
    assert found.look_at >= attempt.ended_at + timedelta(seconds=line.sender.times.quarantine)


def test_a_lease_that_ran_out_proves_nothing(line: Line) -> None:
    delivery = line.schedule()
    assert claim(line.sender, delivery, Prepared("x", {"text": "Hallo", "media": 0})) is not None
    line.set(delivery, lease_until=line.now() - timedelta(seconds=1))
    assert lost.give_up_lost(line.parts.db, line.parts.settings.data_dir, line.sender.times) == 1
    found = line.get(delivery)
    assert (found.state, found.look_at, line.attempts(delivery)[0].ended_at) == ("unknown", None, None)
    line.worker_dies()
    assert line.get(delivery).look_at is not None


def test_the_machine_never_sends_again_while_an_attempt_is_open(line: Line) -> None:
    delivery = line.schedule()
    assert claim(line.sender, delivery, Prepared("x", {"text": "Hallo", "media": 0})) is not None
    line.set(delivery, state="unknown", misses=1)
    line.look(delivery)
    assert line.get(delivery).ask_at is not None and len(line.incidents()) == 1


def test_a_lease_written_by_a_clock_ahead_is_over(line: Line) -> None:
    delivery = line.schedule()
    assert claim(line.sender, delivery, Prepared("x")) is not None
    line.set(delivery, lease_until=line.now() + timedelta(hours=1))
    assert lost.give_up_lost(line.parts.db, line.parts.settings.data_dir, line.sender.times) == 1


def test_the_sender_on_another_machine_is_looked_for_and_asked_about(line: Line) -> None:
    """It may only be asleep: nothing here can prove its end, so the machine never sends again, and never waits in silence."""
    delivery = line.schedule()
    assert claim(line.sender, delivery, Prepared("x", {"text": "Hallo", "media": 0})) is not None
    with line.parts.db.begin() as session:
        session.execute(update(Worker).values(host_id="elsewhere"))
    line.set(delivery, lease_until=line.now() - timedelta(seconds=1))
    lost.give_up_lost(line.parts.db, line.parts.settings.data_dir, line.sender.times)
    assert line.get(delivery).look_at is not None and line.attempts(delivery)[0].ended_at is None
    line.look(delivery)
    line.look(delivery)
    assert line.get(delivery).ask_at is not None and len(line.incidents()) == 1


def test_a_worker_of_another_machine_is_never_called_dead(line: Line) -> None:
    with line.parts.db.begin() as session:
        session.execute(update(Worker).values(host_id="elsewhere"))
    line.worker.close()
    assert lost.bury(line.parts.db, line.parts.settings.data_dir, line.sender.times) == 0


def _hold(data_dir: str, url: str, channel: Connection) -> None:
    from pathlib import Path

    from socialq.db import Database

    database = Database(url)
    held = life.register(database, Path(data_dir), "publish")
    channel.send(held.id)
    signal.pause()


@pytest.mark.parametrize("told", [True, False], ids=["unknown", "the lock to write that down is its own"])
def test_a_stopped_process_that_is_waited_for_is_killed(line: Line, told: bool) -> None:
    here, there = multiprocessing.Pipe()
    settings = line.parts.settings
    process = multiprocessing.get_context("spawn").Process(
        target=_hold, args=(str(settings.data_dir), settings.database, there)
    )
    process.start()
    worker_id = here.recv()
    delivery = line.schedule()
    line.worker.id, own = worker_id, line.worker.id
    assert claim(line.sender, delivery, Prepared("x")) is not None
    line.worker.id = own
    with line.parts.db.begin() as session:
        session.execute(update(Worker).where(Worker.id == worker_id).values(beat_at=line.now() - timedelta(hours=1)))
    woke = line.now()
    line.set(delivery, lease_until=woke - timedelta(hours=1))
    minute_ago = woke - timedelta(minutes=1)
    assert lost.kill_stopped(line.parts.db, settings.data_dir, line.sender.times, minute_ago) == 0, "only slow"
    os.kill(process.pid or 0, signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid or 0, os.WSTOPPED | os.WNOWAIT)
    if told:
        line.set(delivery, state="unknown", look_at=None)
    assert lost.kill_stopped(line.parts.db, settings.data_dir, line.sender.times, woke) == 0, "grace after waking"
    assert lost.kill_stopped(line.parts.db, settings.data_dir, line.sender.times, minute_ago) == 1
    process.join(10)
    assert process.exitcode == -signal.SIGKILL
    assert lost.bury(line.parts.db, settings.data_dir, line.sender.times) == 1
    assert line.attempts(delivery)[0].ended_at is not None and line.get(delivery).look_at is not None


def test_a_found_id_that_is_taken_is_not_believed(line: Line) -> None:
    first = line.schedule("een")
    line.publish()
    delivery = unknown(line, text="twee")
    line.network.find_script = [lambda: Found(line.get(first).remote_id or "")]
    line.look(delivery)
    assert (
        line.get(delivery).state == "unknown" and line.get(delivery).ask_at is not None and len(line.incidents()) == 1
    )
