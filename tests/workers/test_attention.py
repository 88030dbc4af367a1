"""One question a tick: its answers are the steps of the desk, and each has something to do exactly when it is named."""

from datetime import timedelta

from socialq.publishing import attention
from tests.usecases.line import Line, make_line
from workers.desk import Desk


def test_every_step_of_the_desk_is_asked_about() -> None:
    steps = {step.__name__ for step in Desk.steps(Desk.__new__(Desk))}
    assert steps == set(attention.STEPS)


def needed(line: Line) -> set[str]:
    return set(attention.needed(line.parts.db, line.sender.times))


def test_each_kind_is_named_when_it_is_due(database_url: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    line = make_line(tmp_path / "data", database_url)
    past = line.now() - timedelta(seconds=1)
    assert needed(line) == set()
    delivery = line.schedule(late=1)
    assert needed(line) == {"ring"}
    line.set(delivery, due_at=line.now() + timedelta(hours=1))
    assert needed(line) == {"prepare"}
    line.set(delivery, deadline_at=past, prepared_at=past)
    assert needed(line) == {"miss_slots"}
    line.set(delivery, state="publishing", lease_until=past)
    assert needed(line) == {"give_up_lost"}
    line.set(delivery, state="unknown", look_at=past)
    assert needed(line) == {"look"}
    line.set(delivery, state="processing", check_at=past)
    assert needed(line) == {"poll"}
    line.set(delivery, state="published", remote_id="1")
    assert needed(line) == set()
    line.worker.close()
    line.parts.db.dispose()
