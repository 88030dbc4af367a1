"""What a person may say of a delivery that nobody knows about, and what a stale page may not. On both databases."""

import pytest

from socialq.domain.outcomes import Near
from socialq.errors import BadInput, NotAllowed, NotFound, OutOfDate
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
        resolve(session, delivery, 1, "published", "")
    with line.parts.db.begin() as session:
        resolve(session, delivery, 1, "published", "https://fake.example/9")
    assert (line.get(delivery).state, line.get(delivery).url) == ("published", "https://fake.example/9")
    assert line.incidents() == []


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
