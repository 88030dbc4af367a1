"""Answers while the database is away: kept, written down, recorded when it is back. And claims that nobody confirmed."""

import json
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from socialq.domain.outcomes import (
    Outcome,
    Prepared,
    Published,
)
from socialq.models import Channel
from socialq.publishing.journals import apply_journals
from socialq.services import journal_files
from socialq.services.journal import Journal
from socialq.services.tokens import Keeper
from tests.tools.cutting_proxy import CuttingProxy
from tests.usecases.line import Line, add_channel, make_line
from tests.workers.installation import until

SOON = 0.1
AT = datetime(2026, 12, 3, 8, 0, tzinfo=UTC)


@dataclass
class Away:
    """A line whose database can go away and come back."""

    line: Line
    go: Callable[[], None]
    back: Callable[[], None]

    @property
    def files(self) -> list[Path]:
        return journal_files.waiting(self.line.parts.settings.data_dir)


@pytest.fixture
def proxy(postgres_url: str) -> Iterator[CuttingProxy]:
    url = make_url(postgres_url)
    made = CuttingProxy((url.host or "127.0.0.1", url.port or 5432))
    yield made
    made.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def away(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Away]:
    """SQLite: somebody else holds the lock. PostgreSQL: every connection is cut and none comes about."""
    if request.param == "sqlite":
        path = tmp_path / "test.sqlite3"
        shutil.copy(request.getfixturevalue("_sqlite_template"), path)
        other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        line = make_line(tmp_path / "data", f"sqlite:///{path}")
        made = Away(line, lambda: void(other.execute("BEGIN IMMEDIATE")), lambda: void(other.execute("ROLLBACK")))
    else:
        proxy: CuttingProxy = request.getfixturevalue("proxy")
        line, other = through(proxy, request.getfixturevalue("postgres_url"), tmp_path), None
        made = Away(line, proxy.close, proxy.open)
    line.parts = replace(line.parts, journal=Journal(line.parts.settings.data_dir, SOON))
    yield made
    line.worker.close()
    line.parts.db.dispose()
    if other is not None:
        other.close()


def void(_: object) -> None:
    return None


def through(proxy: CuttingProxy, url: str, tmp_path: Path) -> Line:
    near = make_url(url).set(host="127.0.0.1", port=proxy.port)
    return make_line(tmp_path / "data", near.render_as_string(hide_password=False))


def test_an_answer_outlives_the_database_and_nothing_is_claimed_meanwhile(away: Away) -> None:
    line = away.line
    with line.parts.db.begin() as session:
        beside = add_channel(session, line.parts, line.client_id, "slager")
    first = line.schedule("een")
    line.channel_id = beside
    second = line.schedule("twee")

    def answered_as_it_went(*_: object) -> Outcome:
        away.go()
        return Published("r1", "https://fake.example/r1")

    line.network.script = [answered_as_it_went]
    sending = threading.Thread(target=line.publish, args=(first,))
    sending.start()
    (file,) = until(lambda: away.files)
    assert json.loads(file.read_text())["said"] == {"remote_id": "r1", "url": "https://fake.example/r1"}
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert list(journal_files.left(line.parts.settings.data_dir)) == [], "its writer lives and holds it"
    other = threading.Thread(target=line.publish, args=(second,))
    other.start()
    until(lambda: line.parts.journal.clear(0) is False)
    assert line.network.out == [], "a process that cannot write down what it knows sends nothing more"
    away.back()
    sending.join(60)
    other.join(60)
    assert (line.get(first).state, line.get(first).remote_id, line.get(second).state) == (
        "published",
        "r1",
        "published",
    )
    assert [copy.text for copy in line.network.out] == ["twee"]
    assert away.files == []


def test_a_renewed_token_outlives_the_database(away: Away) -> None:
    line = away.line
    with line.parts.db.read() as session:
        read = session.get_one(Channel, line.channel_id)
    keeper = Keeper(line.parts.db, line.parts.secrets, line.parts.journal, read)
    away.go()
    keeping = threading.Thread(target=keeper.keep, args=({"access_token": "rotated-canary"},))
    keeping.start()
    (file,) = until(lambda: away.files)
    assert "rotated-canary" not in file.read_text(), "sealed, as in the database"
    left_behind = file.read_bytes()
    away.back()
    keeping.join(60)
    assert (token(line), away.files) == ("rotated-canary", [])
    file.write_bytes(left_behind)  # as if its writer had died before it could delete it
    version = stored(line).credentials_version
    assert apply_journals(line.parts.db, line.parts.settings.data_dir, line.sender.times) == 1
    assert (stored(line).credentials_version, away.files) == (version, [])


def stored(line: Line) -> Channel:
    with line.parts.db.read() as session:
        return session.get_one(Channel, line.channel_id)


def token(line: Line) -> str:
    found = stored(line)
    assert found.credentials is not None
    return str(line.parts.secrets.open(found.owner, found.credentials)["access_token"])


@pytest.mark.parametrize("heard", [True, False])
def test_a_claim_whose_commit_is_not_acknowledged_sends_nothing(
    proxy: CuttingProxy, postgres_url: str, tmp_path: Path, heard: bool
) -> None:
    """Whether the server heard the COMMIT or not, this process does not know: the row goes back, and later goes out once."""
    line = through(proxy, postgres_url, tmp_path)
    delivery = line.schedule()

    def prepared_then_cut() -> Prepared:
        proxy.cut_at(b"COMMIT", forward=heard)
        return Prepared("x", {"text": "Hallo", "media": 0})

    line.network.prepare_script = [prepared_then_cut]
    line.publish(delivery)
    assert (proxy.cuts, line.network.out, line.get(delivery).state) == (1, [], "scheduled")
    assert [one.outcome for one in line.attempts(delivery)] == (["notsent"] if heard else [])
    line.set(delivery, due_at=line.now(), reserved_until=None)
    line.publish(delivery)
    assert (line.get(delivery).state, len(line.network.out)) == ("published", 1)
    line.worker.close()
    line.parts.db.dispose()


def test_a_fault_of_the_program_leaves_the_answer_as_a_file(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 60)

    def faulty() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        journal.keep({"kind": "answer", "delivery_id": 1}, faulty)
    (found,) = journal_files.left(tmp_path)
    assert found.entry() == {"kind": "answer", "delivery_id": 1}
    assert journal.clear(0)


def test_who_leaves_writes_down_what_it_holds(tmp_path: Path) -> None:
    journal, gate = Journal(tmp_path, 60), threading.Event()

    def gone() -> bool:
        if not gate.is_set():
            raise OperationalError("write", {}, ConnectionError("away"))
        return True

    keeping = threading.Thread(target=journal.keep, args=({"kind": "answer"}, gone))
    keeping.start()
    until(lambda: not journal.clear(0))
    assert journal_files.waiting(tmp_path) == []
    journal.flush()
    assert len(journal_files.waiting(tmp_path)) == 1
    gate.set()
    keeping.join(30)
    assert journal_files.waiting(tmp_path) == []


def test_a_file_that_never_became_whole_is_cleared_away(tmp_path: Path) -> None:
    folder = journal_files.folder(tmp_path)
    folder.mkdir()
    (folder / "0a.new").write_text('{"kind": "ans')
    assert (list(journal_files.left(tmp_path)), list(folder.iterdir())) == ([], [])
