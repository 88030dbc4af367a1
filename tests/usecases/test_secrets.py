"""Abuse 31: a token is in no row, mail, log line, exception or file, whatever a network or a library does with it."""

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from sqlalchemy import text

from socialq.alerting.tell import tell
from socialq.crypto import HIDDEN
from socialq.domain.outcomes import (
    Deferred,
    Disconnected,
    LookFailed,
    Near,
    NotSent,
    Outcome,
    Prepared,
    Published,
    Rejected,
)
from socialq.models import Channel, Record
from socialq.networks.base import Account
from socialq.publishing.sender import Sender
from socialq.services.logs import about, attempting, set_up
from socialq.services.tokens import Keeper
from tests.fakes import FakeNetwork
from tests.usecases.line import Line

CANARY = "canary-of-the-token-5f2c"


@pytest.fixture
def sealed(line: Line) -> Line:
    """The line's one channel, its token the canary."""
    with line.parts.db.begin() as session:
        channel = session.get_one(Channel, line.channel_id)
        channel.credentials = line.parts.secrets.seal(channel.owner, {"access_token": CANARY})
    return line


@contextmanager
def logged(process: str = "publish") -> Iterator[io.StringIO]:
    """What the process's log holds, from both ways of writing one, set up as in production."""
    root, before, level = logging.getLogger(), sys.stderr, logging.getLogger("socialq").level
    handlers, heard = root.handlers[:], io.StringIO()
    root.handlers[:] = []
    sys.stderr = heard
    try:
        set_up("DEBUG", process)
        yield heard
    finally:
        sys.stderr, root.handlers[:] = before, handlers
        logging.getLogger("socialq").setLevel(level)
        structlog.reset_defaults()


def dump(line: Line) -> str:
    """Every row of every table, as text."""
    with line.parts.db.read() as session:
        rows = [session.execute(text(f'SELECT * FROM "{name}"')).all() for name in Record.metadata.tables]
    return json.dumps(rows, default=str)


def files(folder: Path) -> str:
    return "".join(one.read_bytes().decode("latin-1") for one in folder.rglob("*") if one.is_file())


def raises(_network: FakeNetwork, _prepared: Prepared, account: Account) -> Outcome:
    raise RuntimeError(f"401 for Bearer {account.credentials['access_token']}")


def says(make: Callable[[str], Outcome]) -> Callable[[FakeNetwork, Prepared, Account], Outcome]:
    return lambda _network, _prepared, account: make(f"no such thing: {account.credentials['access_token']}")


@pytest.mark.abuse(31)
def test_abuse_31_a_network_that_tells_its_token(sealed: Line) -> None:
    """In each of its answers, in what it raises, while it prepares, sends and reads back."""
    line = sealed
    answers = [
        raises, says(NotSent), says(Rejected), says(lambda why: Deferred(line.now() + timedelta(days=1), why)),
        says(lambda why: Published("r1", f"https://fake.example/?{why}")), says(Disconnected),
    ]  # fmt: skip
    with logged() as log:
        for number, answer in enumerate(answers):
            delivery = line.schedule(f"tekst {number}")
            line.network.script = [answer]
            line.publish(delivery)
        reconnect(line)
        lost = line.schedule("verloren")
        line.network.script = [raises]
        line.publish(lost)
        for look in (LookFailed(f"Bearer {CANARY}"), Near(f"https://fake.example/?token={CANARY}")):
            line.network.find_script = [lambda look=look: look]  # type: ignore[misc]
            line.look(lost)
        line.network.prepare_script = [lambda: Rejected(f"bad {CANARY}")]
        line.publish(line.schedule("niet voorbereid"))
        line.network.prepare_script = [loud]
        line.publish(line.schedule("knal"))
    assert "RuntimeError" in log.getvalue(), "the log says what kind of thing went wrong"
    assert f"delivery={lost}" in log.getvalue() and "attempt=1" in log.getvalue(), "and of which delivery"
    tell(line.parts.db, line.parts.settings, line.parts.secrets, line.parts.networks)
    rows = dump(line)
    assert "no such thing: (hidden)" in rows, "what the network said is kept, without it"
    assert CANARY not in rows + log.getvalue() + files(line.parts.settings.data_dir)


def reconnect(line: Line) -> None:
    with line.parts.db.begin() as session:
        session.get_one(Channel, line.channel_id).disconnected_at = None


def loud() -> Prepared:
    raise ValueError(CANARY)


@pytest.mark.abuse(31)
def test_abuse_31_a_traceback_holds_no_token(sealed: Line) -> None:
    """Of a fault that nobody foresaw, in either kind of log; with the ids of the delivery in both."""
    found = sealed.get(sealed.schedule())
    with sealed.parts.db.read() as session:
        channel = session.get_one(Channel, sealed.channel_id)
    assert channel.credentials is not None
    opened = sealed.parts.secrets.open(channel.owner, channel.credentials)
    with logged() as log, about(found.id):
        attempting(3)
        for say in (structlog.get_logger().exception, logging.getLogger("a.library").exception):
            try:
                raise KeyError(f"Authorization: Bearer {opened['access_token']}")
            except KeyError:
                say("a piece of work failed")
    lines = [line for line in log.getvalue().splitlines() if "a piece of work failed" in line]
    assert len(lines) == 2 and all(f"delivery={found.id}" in line and "attempt=3" in line for line in lines)
    assert all("of=publish" in line for line in lines)
    assert log.getvalue().count(f"Bearer {HIDDEN}") == 2 and CANARY not in log.getvalue()


@pytest.mark.abuse(31)
def test_abuse_31_a_secret_by_its_name_is_left_out_of_a_line() -> None:
    with logged() as log:
        structlog.get_logger().info("asked", access_token="short", api_key="short", password="short", url="here")
    assert "short" not in log.getvalue() and "url=here" in log.getvalue()


@pytest.mark.abuse(31)
def test_abuse_31_a_renewed_token_is_left_out_from_then_on(sealed: Line) -> None:
    with sealed.parts.db.read() as session:
        channel = session.get_one(Channel, sealed.channel_id)
    fresh = "another-canary-0d77e1"
    Keeper(sealed.parts.db, sealed.parts.secrets, sealed.parts.journal, channel).keep({"access_token": fresh})
    with logged() as log:
        structlog.get_logger().warning(f"the server says {fresh} is odd")
    assert fresh not in log.getvalue() + dump(sealed)


def test_abuse_31_nothing_prints_a_token(line: Line) -> None:
    sender: Sender = line.sender
    account = Account("s", "1", "h", {"access_token": CANARY}, sender.preparing_call())
    assert CANARY not in repr(account) and CANARY not in str(account)
    sealed = line.parts.secrets.seal("channel:1", {"access_token": CANARY})
    assert CANARY.encode() not in sealed
