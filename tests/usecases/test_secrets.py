"""Abuse 31, for what exists: a token is in no row, no log line and no exception, whatever a network does with it."""

import json
import logging

import pytest
from sqlalchemy import text

from socialq.domain.outcomes import Outcome, Prepared
from socialq.models import Record
from socialq.networks.base import Account
from socialq.publishing.sender import Sender
from tests.fakes import FakeNetwork
from tests.usecases.line import Line

CANARY = "canary"  # the token of every channel of the line


def dump(line: Line) -> str:
    """Every row of every table, as text."""
    with line.parts.db.read() as session:
        rows = [session.execute(text(f'SELECT * FROM "{name}"')).all() for name in Record.metadata.tables]
    return json.dumps(rows, default=str)


def test_abuse_31_a_network_that_tells_its_token(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    def tells(_network: FakeNetwork, _prepared: Prepared, account: Account) -> Outcome:
        raise RuntimeError(f"401 for Bearer {account.credentials['access_token']}")

    caplog.set_level(logging.DEBUG)
    for number in range(3):
        delivery = line.schedule(f"tekst {number}")
        line.network.script = [tells]
        line.publish(delivery)
        assert line.get(delivery).state == "unknown"

        def looks() -> None:
            raise RuntimeError(f"Bearer {CANARY}")

        line.network.find_script = [looks]  # type: ignore[list-item]
        line.look(delivery)
    assert "RuntimeError" in caplog.text, "the log says what kind of thing went wrong"
    assert CANARY not in caplog.text and CANARY not in dump(line)


def test_abuse_31_nothing_prints_a_token(line: Line) -> None:
    sender: Sender = line.sender
    account = Account("s", "1", "h", {"access_token": CANARY}, sender.preparing_call())
    assert CANARY not in repr(account) and CANARY not in str(account)
    sealed = line.parts.secrets.seal("channel:1", {"access_token": CANARY})
    assert CANARY.encode() not in sealed
