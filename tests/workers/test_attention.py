"""One question a tick: its answers are the steps of the desk, and each has something to do exactly when it is named."""

import random
from datetime import datetime, timedelta
from pathlib import Path

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


def test_at_rest_nothing_is_asked_until_somebody_writes(tmp_path: Path) -> None:
    line = make_line(tmp_path / "data", f"sqlite:///{tmp_path / 'here.sqlite3'}")
    rest = attention.Rest(line.parts.db)
    assert rest.now() and rest.now()
    delivery = line.schedule(late=1)
    assert not rest.now() and not rest.now()
    line.set(delivery, due_at=line.now() + timedelta(hours=1), prepare_at=line.now() + timedelta(minutes=5))
    assert rest.now(), "far enough"
    line.set(delivery, state="publishing", lease_until=line.now() + timedelta(minutes=1))
    assert not rest.now()
    line.worker.close()
    line.parts.db.dispose()


def test_what_a_step_wants_is_never_slept_through(tmp_path: Path) -> None:
    """Whatever times a delivery carries: while it rests, no step has anything to do, now or at the end of the rest."""
    line = make_line(tmp_path / "data", f"sqlite:///{tmp_path / 'here.sqlite3'}")
    delivery, chance, rested = line.schedule(late=1), random.Random(7), 0
    for _ in range(300):
        line.set(delivery, **somehow(chance, line.now()))
        rest = attention.Rest(line.parts.db)
        if not rest.now():
            continue
        rested += 1
        for moment in (line.now(), line.now() + attention.AHEAD - timedelta(seconds=1)):
            assert attention.needed(line.parts.db, line.sender.times, moment) == frozenset()
    assert rested > 30, "else this shows nothing"
    line.worker.close()
    line.parts.db.dispose()


def somehow(chance: random.Random, now: datetime) -> dict[str, object]:
    """A state and times around this moment and around the end of a rest, or far away, or none."""

    def at() -> datetime:
        return now + timedelta(seconds=chance.choice([-90_000, -600, -1, 1, 30, 59, 61, 90, 600, 90_000]))

    required = {name: at() for name in ("scheduled_at", "due_at", "deadline_at", "prepare_at")}
    names = ("rung_at", "prepared_at", "look_at", "ask_at", "check_at", "process_until", "lease_until", "published_at")
    optional = {name: chance.choice([at(), None]) for name in names}
    states = ("scheduled", "scheduled", "scheduled", "unknown", "publishing", "processing", "published", "failed")
    return {"state": chance.choice(states), "rings": chance.randrange(8), **required, **optional}
