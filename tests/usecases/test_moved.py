"""A copied folder, a restored database: nothing that is due goes out before it was looked up and a person said yes."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from socialq.domain.outcomes import LookFailed, Near, Prepared
from socialq.errors import NotAllowed
from socialq.models import Delivery, Event, Installation
from socialq.publishing import confirm, missed, moved
from socialq.publishing.claim import claim
from socialq.publishing.confirm import Finding
from socialq.publishing.reconcile import reconcile
from tests.usecases.line import Line


def recognise(line: Line, folder: Path | None = None, node: str = "") -> int:
    return moved.recognise(line.parts.db, folder or line.parts.settings.data_dir, node)


def rows(line: Line) -> list[Installation]:
    with line.parts.db.read() as session:
        return list(session.scalars(select(Installation)))


def decide(line: Line, *ids: int, leave: bool = False) -> int:
    with line.parts.db.begin() as session:
        return (confirm.leave_out if leave else confirm.confirm)(session, ids, "member:1")


def held(line: Line, text: str = "Hallo", **when: float) -> int:
    """A delivery that waits after a restore, looked up."""
    delivery = line.schedule(text, **when)  # type: ignore[arg-type]
    assert moved.restored(line.parts.db) == 1
    reconcile(line.sender, [delivery])
    return delivery


def test_the_same_folder_at_every_start_holds_nothing(line: Line) -> None:
    line.schedule(late=1)
    assert [recognise(line) for _ in range(3)] == [0, 0, 0]
    assert len(rows(line)) == 1 and line.incidents() == []
    line.publish()
    assert len(line.network.out) == 1


def test_a_folder_that_was_copied_holds_what_is_due_within_a_day(line: Line, tmp_path: Path) -> None:
    recognise(line)
    soon, later = line.schedule("straks", late=-3600 * 23), line.schedule("morgen", late=-3600 * 25)
    due = line.schedule("nu", late=1)
    shutil.copytree(line.parts.settings.data_dir, tmp_path / "copy", ignore=shutil.ignore_patterns("*.sqlite3*"))
    assert recognise(line, tmp_path / "copy") == 2
    assert [line.get(one).confirm_at is not None for one in (due, soon, later)] == [True, True, False]
    assert [(one.kind, one.facts["waiting"]) for one in line.incidents()] == [("moved", 2)]
    assert recognise(line, tmp_path / "copy") == 0, "asked once"
    line.publish(due)
    assert claim(line.sender, due, Prepared("x")) is None and line.network.out == []


def test_a_named_machine_may_be_copied_but_its_database_not_turned_back(line: Line, tmp_path: Path) -> None:
    recognise(line, node="one")
    with line.parts.db.begin() as session:
        old = session.scalars(select(Installation)).one()
        values = {"token": old.token, "previous": old.previous}
    line.schedule(late=1)
    shutil.copytree(line.parts.settings.data_dir, tmp_path / "copy", ignore=shutil.ignore_patterns("*.sqlite3*"))
    assert recognise(line, tmp_path / "copy", node="one") == 0
    assert recognise(line, tmp_path / "copy", node="one") == 0
    with line.parts.db.begin() as session:  # as a copy of an hour ago has it
        session.execute(update(Installation).values(**values))
    assert recognise(line, tmp_path / "copy", node="one") == 1


def test_a_database_that_does_not_know_this_folder_is_another_one(line: Line) -> None:
    recognise(line)
    line.schedule(late=1)
    with line.parts.db.begin() as session:
        session.execute(delete(Installation))
    assert recognise(line) == 1


def test_a_second_machine_is_normal_only_where_many_share_a_database(line: Line, tmp_path: Path) -> None:
    recognise(line)
    line.schedule(late=1)
    (tmp_path / "second").mkdir()
    assert recognise(line, tmp_path / "second") == (1 if line.parts.db.sqlite else 0)


def test_another_database_with_the_same_rows_is_recognised(line: Line, tmp_path: Path) -> None:
    """A dump that was read into another server, and a fresh folder on it."""
    recognise(line)
    line.schedule(late=1)
    with line.parts.db.begin() as session:
        session.execute(update(Installation).values(database="another/1"))
    (tmp_path / "second").mkdir()
    assert recognise(line, tmp_path / "second") == 1


def test_killed_between_database_and_file_is_no_restore(line: Line) -> None:
    recognise(line)
    token = (line.parts.settings.data_dir / "installation").read_text()
    recognise(line)
    (line.parts.settings.data_dir / "installation").write_text(token)
    line.schedule(late=1)
    assert recognise(line) == 0


def test_what_the_network_shows_is_taken_as_out(line: Line) -> None:
    delivery = line.schedule(late=1)
    line.publish()
    line.set(delivery, state="scheduled", remote_id=None, published_at=None, attempt=0)  # as an hour ago
    assert moved.restored(line.parts.db) == 1
    assert line.ring() == []
    reconcile(line.sender, [delivery])
    assert (line.get(delivery).confirm_found, line.get(delivery).state) == (Finding.FOUND, "scheduled")
    assert decide(line, delivery) == 1
    found = line.get(delivery)
    assert (found.state, found.remote_id, len(line.network.out)) == ("published", "1", 1) and line.incidents() == []


def test_what_is_not_there_goes_out_once_after_the_yes(line: Line) -> None:
    delivery = held(line, late=1)
    assert line.get(delivery).confirm_found == Finding.ABSENT
    line.publish(delivery)
    assert line.network.out == []
    assert decide(line, delivery) == 1 and decide(line, delivery) == 0
    assert line.ring() == [delivery]
    line.publish(delivery)
    assert len(line.network.out) == 1 and line.incidents() == []
    with line.parts.db.read() as session:
        assert session.scalar(select(Event.actor).where(Event.verb == "confirm")) == "member:1"


def test_nothing_is_decided_before_it_was_looked_up(line: Line) -> None:
    delivery = line.schedule(late=1)
    moved.restored(line.parts.db)
    line.network.find_script = [lambda: LookFailed("away")]
    reconcile(line.sender, [delivery])
    with pytest.raises(NotAllowed, match="looked up"):
        decide(line, delivery)
    line.set(delivery, confirm_at=line.now() - timedelta(minutes=11))
    line.network.find_script = [lambda: LookFailed("away")]
    reconcile(line.sender, [delivery])
    assert line.get(delivery).confirm_found == Finding.UNREADABLE
    assert decide(line, delivery) == 1


def test_something_like_it_is_shown_and_left_out(line: Line) -> None:
    delivery = line.schedule(late=1)
    moved.restored(line.parts.db)
    line.network.find_script = [lambda: Near("a post that resembles it is there", "https://fake.example/7")]
    reconcile(line.sender, [delivery])
    assert (line.get(delivery).confirm_found, line.get(delivery).confirm_url) == ("near", "https://fake.example/7")
    assert decide(line, delivery, leave=True) == 1
    assert line.get(delivery).state == "failed" and line.incidents() == [] and line.network.out == []


def test_the_scheduler_names_what_is_to_be_looked_up_even_when_it_is_due_tomorrow(line: Line) -> None:
    from socialq.publishing import attention, ring

    delivery = line.schedule(late=-3600 * 20)
    moved.restored(line.parts.db)
    assert attention.needed(line.parts.db, line.sender.times) == {"look"}
    assert ring.looks(line.parts.db, line.sender.times) == [delivery]
    reconcile(line.sender, [delivery])
    assert attention.needed(line.parts.db, line.sender.times) == frozenset()


def test_a_slot_that_passes_while_it_waits_is_failed_and_told(line: Line) -> None:
    delivery = held(line, late=7000)
    line.set(delivery, deadline_at=line.now() - timedelta(seconds=1))
    missed.miss_slots(line.parts.db, line.sender.times)
    found = line.get(delivery)
    assert (found.state, found.confirm_at, found.reason) == ("failed", None, missed.WAITED)
    recognise(line)
    assert [one.kind for one in line.incidents()] == ["delivery_missed"], "and nothing waits any more"
    with line.parts.db.read() as session:
        assert session.scalar(select(Delivery.confirm_found)) == Finding.ABSENT
