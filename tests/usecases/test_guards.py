"""The guards of the claim: whatever holds a delivery keeps it from being rung and from being claimed. On both databases."""

import pytest
from sqlalchemy import update

from socialq.domain.outcomes import Outcome, Prepared
from socialq.models import Channel, Client, Post
from socialq.publishing.claim import claim
from tests.usecases.line import Line


def raises(error: Exception):  # type: ignore[no-untyped-def]
    def call(*_: object) -> Outcome:
        raise error

    return call


@pytest.mark.parametrize("column", ["stop_at", "confirm_at"])
def test_a_wish_or_an_open_question_keeps_it_from_going(line: Line, column: str) -> None:
    delivery = line.schedule(**{column: line.now()})
    line.publish(delivery)
    assert line.network.out == [] and line.get(delivery).attempt == 0


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Channel, {"paused_at": 1}),
        (Channel, {"disconnected_at": 1}),
        (Client, {"paused_at": 1}),
        (Post, {"state": "approved"}),
    ],
)
def test_what_is_held_is_neither_rung_nor_claimed(line: Line, model: type, change: dict[str, object]) -> None:
    delivery = line.schedule()
    with line.parts.db.begin() as session:
        values = {key: line.now() if value == 1 else value for key, value in change.items()}
        session.execute(update(model).values(**values))
    assert line.ring() == []
    line.publish(delivery)
    assert claim(line.sender, delivery, Prepared("x")) is None
    assert line.network.out == []


def test_one_in_flight_on_a_channel(line: Line) -> None:
    first, second = line.schedule("een", late=2), line.schedule("twee", late=1)
    assert claim(line.sender, first, Prepared("x")) is not None
    assert claim(line.sender, second, Prepared("y")) is None
    assert line.ring() == []


def test_the_same_text_waits_while_the_other_is_unknown_and_for_a_day(line: Line) -> None:
    first, second = line.schedule("zelfde", late=2), line.schedule("Zelfde ", late=1)
    line.network.script = [raises(RuntimeError("?"))]
    line.publish(first)
    assert line.get(first).state == "unknown"
    assert claim(line.sender, second, Prepared("y")) is None
    line.set(first, state="published", published_at=line.now())
    assert claim(line.sender, second, Prepared("y")) is None
    line.set(second, repeat_allowed=True)
    assert claim(line.sender, second, Prepared("y")) is not None


def test_part_two_waits_for_part_one(line: Line) -> None:
    first = line.schedule("een", late=2)
    second = line.schedule("twee", late=1, after_id=first, part=2)
    line.publish(second)
    assert line.network.out == []
    line.publish(first)
    assert line.ring() == [second]
    line.publish(second)
    assert [c.text for c in line.network.out] == ["een", "twee"]
