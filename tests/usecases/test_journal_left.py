"""What a process left in the journal: recorded by another one, twice without harm; what makes no sense is told and kept."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from socialq.domain.outcomes import (
    Deferred,
    Disconnected,
    NotSent,
    Outcome,
    Prepared,
    Processing,
    Published,
    Rejected,
    Unknown,
)
from socialq.publishing import answer
from socialq.publishing.claim import claim
from socialq.publishing.journals import apply_journals
from socialq.publishing.record import Seen
from socialq.services import journal_files
from tests.usecases.line import Line

AT = datetime(2026, 12, 3, 8, 0, tzinfo=UTC)


def apply(line: Line) -> int:
    return apply_journals(line.parts.db, line.parts.settings.data_dir, line.sender.times)


def leave(line: Line, entry: dict[str, object]) -> Path:
    """As a process leaves it that dies: a whole file, its lock free."""
    file, path = journal_files.store(journal_files.folder(line.parts.settings.data_dir), entry)
    file.close()
    return path


def claimed(line: Line, text: str = "Hallo") -> Seen:
    delivery = line.schedule(text)
    mine = claim(line.sender, delivery, Prepared("x"))
    assert mine is not None
    return Seen(mine.delivery_id, mine.number)


ONCE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the files are the same beside both
OUTCOMES = [
    Published("r1", "https://fake.example/r1"), Processing("h", AT), NotSent("refused"), Deferred(AT, "rate limit"),
    Rejected("too long"), Disconnected("token revoked"), Unknown("lost"),
]  # fmt: skip


@ONCE
@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: type(outcome).__name__)
def test_what_a_dead_process_knew_is_recorded_and_twice_is_harmless(line: Line, outcome: Outcome) -> None:
    seen = claimed(line)
    path = leave(line, answer.answer_entry(seen, outcome))
    content = path.read_bytes()
    assert (apply(line), path.exists()) == (1, False)
    once = line.get(seen.delivery_id)
    path.write_bytes(content)
    assert (apply(line), path.exists()) == (1, False)
    twice = line.get(seen.delivery_id)
    assert {**vars(once), "_sa_instance_state": 0} == {**vars(twice), "_sa_instance_state": 0}
    assert once.state == {
        "Published": "published", "Processing": "processing", "Rejected": "failed", "Unknown": "unknown",
        "Deferred": "failed" if once.deadline_at < AT else "scheduled",
    }.get(type(outcome).__name__, "scheduled")  # fmt: skip
    assert line.attempts(seen.delivery_id)[0].ended_at is not None


def test_an_answer_applied_late_leaves_what_came_after_alone(line: Line) -> None:
    seen = claimed(line)
    path = leave(line, answer.answer_entry(seen, NotSent("refused")))
    content = path.read_bytes()
    apply(line)
    line.set(seen.delivery_id, due_at=line.now())
    line.publish(seen.delivery_id)
    path.write_bytes(content)
    apply(line)
    assert (line.get(seen.delivery_id).state, len(line.network.out)) == ("published", 1)


def test_a_death_says_less_than_what_the_dead_knew(line: Line) -> None:
    """Its files come first: what it knew to be refused is not looked for."""
    seen = claimed(line)
    leave(line, answer.answer_entry(seen, Rejected("too long")))
    line.worker_dies()
    assert (line.get(seen.delivery_id).state, [one.kind for one in line.incidents()]) == (
        "failed",
        ["delivery_rejected"],
    )


def test_a_claim_that_a_dead_process_never_heard_of_goes_back(line: Line) -> None:
    seen = claimed(line)
    leave(line, answer.unclaimed_entry(line.worker.id, seen.delivery_id))
    line.worker_dies()
    assert line.get(seen.delivery_id).state == "scheduled"
    assert line.attempts(seen.delivery_id)[0].outcome == "notsent"


@ONCE
@pytest.mark.parametrize("content", ["", "{", "[]", '{"kind": "tune"}', '{"kind": "answer", "delivery_id": 9999}'])
def test_a_journal_that_makes_no_sense_is_told_and_kept(line: Line, content: str) -> None:
    path = leave(line, {})
    path.write_text(content)
    good = claimed(line)
    leave(line, answer.answer_entry(good, Published("r1")))
    assert (apply(line), apply(line)) == (1, 0), "the others are applied all the same"
    assert [(one.kind, one.subject) for one in line.incidents()] == [("journal_unreadable", f"journal:{path.name}")]
    assert (path.parent / journal_files.ASIDE / path.name).read_text() == content


def test_a_delivery_that_is_gone_is_told(line: Line) -> None:
    leave(line, answer.answer_entry(Seen(999, 1), Rejected("x")))
    assert apply(line) == 0
    assert [one.kind for one in line.incidents()] == ["journal_unreadable"]
