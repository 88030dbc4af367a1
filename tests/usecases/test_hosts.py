"""A server that hangs does not take the others' threads: after three time-outs in a row its rows wait a minute. On both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from socialq.domain.outcomes import NotSent, Outcome, Prepared
from socialq.models import Channel, Host
from socialq.networks.base import Account
from socialq.publishing import hosts
from tests.fakes import FakeNetwork
from tests.usecases.line import Line, add_channel


def hangs(_network: FakeNetwork, _prepared: Prepared, account: Account) -> Outcome:
    account.call.timed_out = True
    return NotSent("the server could not be reached in time")


def answers(network: FakeNetwork, prepared: Prepared, account: Account) -> Outcome:
    account.call.timed_out, account.call.answered = False, True
    return network.put_out(prepared, account)


def row(line: Line) -> Host:
    with line.parts.db.read() as session:
        return session.get_one(Host, "fake")


def silent(line: Line, times: int) -> None:
    for number in range(times):
        line.network.script = [hangs]
        line.publish(line.schedule(f"{number} {line.now()}", late=1))


@pytest.fixture(autouse=True)
def _new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts, "_asked", {})


def test_three_time_outs_in_a_row_and_its_rows_wait_a_minute(line: Line) -> None:
    silent(line, 2)
    assert (row(line).timeouts, row(line).wait_until) == (2, None)
    urgent = line.schedule("haast", late=1, limit=30)
    soon, later = line.schedule("straks", late=-30), line.schedule("morgen", late=-90)
    with line.parts.db.begin() as session:
        elsewhere = add_channel(session, line.parts, line.client_id, "elders")
        session.execute(update(Channel).where(Channel.id == elsewhere).values(server="https://other.example"))
    silent(line, 1)
    until = row(line).wait_until
    assert until is not None and timedelta(seconds=40) < until - line.now() <= timedelta(seconds=60)
    assert line.get(soon).due_at == until and line.get(later).due_at > until
    assert line.ring() == [urgent], "what cannot wait so long is tried all the same"
    line.set(soon, channel_id=elsewhere, due_at=line.now() - timedelta(seconds=1), rung_at=None)
    assert line.ring() == [soon], "other hosts go on"


def test_one_more_time_out_is_enough_to_wait_again_and_one_answer_ends_it(line: Line) -> None:
    silent(line, 3)
    waiting = line.schedule("wacht", late=-30)
    silent(line, 1)
    assert row(line).timeouts == 4 and line.get(waiting).due_at == row(line).wait_until
    line.network.script = [answers]
    line.publish(line.schedule("antwoord", late=1))
    assert (row(line).timeouts, row(line).wait_until, row(line).trouble_since) == (0, None, None)
    assert line.get(waiting).due_at <= line.now(), "what waited goes at once"


def test_an_answer_between_ends_the_row(line: Line) -> None:
    silent(line, 2)
    line.network.script = [answers]
    line.publish(line.schedule("antwoord", late=1))
    silent(line, 2)
    assert (row(line).timeouts, row(line).wait_until) == (2, None)


def test_it_is_told_when_it_lasts_and_until_it_is_over(line: Line) -> None:
    silent(line, 3)
    hosts.tell(line.parts.db)
    assert line.incidents() == []
    with line.parts.db.begin() as session:
        session.execute(update(Host).values(trouble_since=line.now() - timedelta(minutes=11)))
    hosts.tell(line.parts.db)
    hosts.tell(line.parts.db)
    assert [(one.kind, one.facts["host"]) for one in line.incidents()] == [("host_silent", "fake")]
    line.network.script = [answers]
    line.publish(line.schedule("antwoord", late=1))
    hosts.tell(line.parts.db)
    assert line.incidents() == [] and row(line).timeouts == 0
