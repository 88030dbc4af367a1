"""What a person may say of a delivery that nobody knows about, and what a stale page may not. On both databases."""

from datetime import timedelta

import pytest

from socialq.domain.outcomes import Near
from socialq.errors import BadInput, NotAllowed, NotFound, OutOfDate
from socialq.models import Post
from socialq.publishing.missed import miss_slots
from socialq.publishing.resolve import resolve
from tests.usecases.line import Line
from tests.usecases.test_unknown import never_out, unknown


def asked(line: Line) -> int:
    delivery = unknown(line)
    line.network.find_script = [lambda: Near("like another one")]
    line.look(delivery)
    assert line.get(delivery).ask_at is not None
    return delivery


def test_a_person_says_it_is_out(line: Line) -> None:
    delivery = asked(line)
    with line.parts.db.begin() as session, pytest.raises(BadInput, match="link"):
        resolve(session, delivery, 1, "published", "javascript:alert(1)")
    with line.parts.db.begin() as session:
        resolve(session, delivery, 1, "published", "https://fake.example/9")
    assert (line.get(delivery).state, line.get(delivery).url) == ("published", "https://fake.example/9")
    assert line.incidents() == []


def test_a_person_says_it_is_out_without_a_link(line: Line) -> None:
    delivery = asked(line)
    with line.parts.db.begin() as session:
        resolve(session, delivery, 1, "published", "")
    assert (line.get(delivery).state, line.get(delivery).url) == ("published", "")


def test_a_person_gives_what_failed_another_time(line: Line) -> None:
    delivery = line.schedule(late=7300)
    miss_slots(line.parts.db, line.sender.times)
    assert line.get(delivery).state == "failed"
    later = line.now() + timedelta(days=1)
    with line.parts.db.begin() as session, pytest.raises(BadInput, match="past"):
        resolve(session, delivery, 0, "retry", "", at=line.now() - timedelta(seconds=1))
    with line.parts.db.begin() as session, pytest.raises(BadInput, match="ten years"):
        resolve(session, delivery, 0, "retry", "", at=later + timedelta(days=4000))
    with line.parts.db.begin() as session:
        resolve(session, delivery, 0, "retry", "", at=later)
        assert session.get_one(Post, line.get(delivery).post_id).scheduled_at == later
    row = line.get(delivery)
    assert (row.state, row.scheduled_at, row.due_at) == ("scheduled", later, later)
    assert (row.deadline_at - later, later - row.prepare_at) == (timedelta(hours=2), timedelta(minutes=15))
    assert line.incidents() == [] and line.ring() == []


def test_a_person_sends_it_again(line: Line) -> None:
    delivery = asked(line)
    with line.parts.db.begin() as session:
        resolve(session, delivery, 1, "retry", "")
    line.publish()
    assert line.get(delivery).state == "published" and line.incidents() == []


def test_a_person_leaves_it(line: Line) -> None:
    delivery = asked(line)
    with line.parts.db.begin() as session:
        resolve(session, delivery, 1, "failed", "")
    assert line.get(delivery).state == "failed" and line.incidents() == []


def test_a_stale_page_changes_nothing(line: Line) -> None:
    delivery = asked(line)
    with line.parts.db.begin() as session:
        resolve(session, delivery, 1, "retry", "")
    line.network.script = [never_out]
    line.publish()
    with line.parts.db.begin() as session, pytest.raises(OutOfDate):
        resolve(session, delivery, 1, "retry", "")
    with line.parts.db.begin() as session, pytest.raises(NotAllowed, match="still being looked for"):
        resolve(session, delivery, 2, "retry", "")
    assert line.get(delivery).state == "unknown"


def test_there_is_nothing_to_decide_about_what_is_settled(line: Line) -> None:
    delivery = line.schedule()
    line.publish()
    with line.parts.db.begin() as session, pytest.raises(NotAllowed, match="nothing to decide"):
        resolve(session, delivery, 1, "retry", "")
    with line.parts.db.begin() as session, pytest.raises(NotFound):
        resolve(session, 999, None, "retry", "")
