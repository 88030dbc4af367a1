"""Threads: a part waits for the one before it, goes with it, and ends with it; one alert for all. On both databases."""

from datetime import timedelta

import pytest

from socialq.domain.outcomes import Published, Rejected
from socialq.errors import NotAllowed
from socialq.publishing.missed import miss_slots
from tests.usecases.line import Line
from tests.usecases.test_resolve import asked, say
from tests.usecases.test_unknown import unknown


def part_two(line: Line, first: int, part: int = 2, **columns: object) -> int:
    """The next part of the first one's post."""
    second = line.schedule("twee", after_id=first, part=part, **columns)
    one = line.get(first)
    line.set(second, post_id=one.post_id, revision_id=one.revision_id)
    return second


@pytest.mark.parametrize("known", [Published("9", "https://fake.example/9"), None])
def test_it_is_out_lets_the_next_part_go_or_cuts_the_thread(line: Line, known: Published | None) -> None:
    first = asked(line)
    second = part_two(line, first, late=1, limit=1)
    third = part_two(line, second, 3, late=1)
    say(line, first, 1, "published", known=known)
    if known:
        miss_slots(line.parts.db, line.sender.times)
        line.publish()
        assert line.get(second).state == "published", "its limit counts from the first part's publication"
        return
    assert [line.get(one).state for one in (first, second, third)] == ["published", "failed", "failed"]
    (told,) = line.incidents()
    assert (told.kind, told.subject, told.facts["part"]) == ("delivery_rejected", f"delivery:{second}", 2)
    with pytest.raises(NotAllowed, match="no link to answer to"):
        say(line, second, 0, "retry")


def test_what_comes_after_a_part_that_failed_waits_with_one_alert_and_goes_with_it(line: Line) -> None:
    first = line.schedule("een", late=2)
    second = part_two(line, first, late=1, limit=1)
    line.network.script = [lambda *_: Rejected("no")]
    line.publish(first)
    line.set(second, deadline_at=line.now() - timedelta(seconds=1))
    miss_slots(line.parts.db, line.sender.times)
    assert (line.get(first).state, line.get(second).state) == ("failed", "scheduled")
    assert [one.kind for one in line.incidents()] == ["delivery_rejected"]
    say(line, first, 1, "retry")
    line.publish()
    line.publish()
    assert [line.get(one).state for one in (first, second)] == ["published", "published"]


@pytest.mark.parametrize("how", ["asked", "failed", "stopped"])
def test_what_comes_after_a_part_that_is_left_or_cancelled_is_cancelled(line: Line, how: str) -> None:
    if how == "failed":
        first = line.schedule("een", late=2)
        second = part_two(line, first)
        line.network.script = [lambda *_: Rejected("no")]
        line.publish(first)
        say(line, first, 1, "failed")
    else:
        first = asked(line) if how == "asked" else unknown(line)
        second = part_two(line, first)
        say(line, first, 1, "failed")
        if how == "stopped":
            line.look(first)
            line.look(first)
    third = line.get(second)
    assert (third.state, line.incidents()) == ("cancelled", [])
