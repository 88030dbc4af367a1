"""Posts with a time that nobody has approved: told a day ahead, two hours ahead and at the time. On both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from socialq.models import Incident, Post
from socialq.planning.reviews import approve, withdraw
from socialq.planning.unapproved import notice
from socialq.services.incidents import resolve_incidents
from socialq.wiring import Parts
from tests.cast import NADIA
from tests.factories import Practice, make_practice

HOUR = 3600


@pytest.fixture
def vera(parts: Parts) -> Practice:
    return make_practice(parts, approval_needed=True)


def due_in(vera: Practice, post: Post, seconds: float) -> None:
    with vera.parts.db.begin() as session:
        session.execute(update(Post).where(Post.id == post.id).values(scheduled_at=vera.at(seconds)))


def told(vera: Practice) -> list[tuple[str, bool]]:
    """(step, whether it is open) in their order."""
    with vera.parts.db.read() as session:
        query = select(Incident).where(Incident.kind == "not_approved").order_by(Incident.id)
        return [(one.facts["step"], one.resolved_at is None) for one in session.scalars(query)]


def as_time_goes_by(vera: Practice, post: Post, seconds: float) -> None:
    """As if that much were left: the incidents move along with the post."""
    due_in(vera, post, seconds)
    with vera.parts.db.begin() as session:
        at = session.get_one(Post, post.id).scheduled_at
        for one in session.scalars(select(Incident).where(Incident.kind == "not_approved")):
            one.facts = dict(one.facts) | {"scheduled_at": at.isoformat() if at else ""}


def test_each_step_is_told_once_and_the_next_takes_its_place(vera: Practice) -> None:
    post = vera.scheduled(25 * HOUR)
    assert notice(vera.parts.db) == 0 and told(vera) == []
    as_time_goes_by(vera, post, 23 * HOUR)
    notice(vera.parts.db)
    notice(vera.parts.db)
    assert told(vera) == [("day", True)]
    with vera.parts.db.begin() as session:  # she has looked at it
        resolve_incidents(session, f"post:{post.id}", "member:1")
    notice(vera.parts.db)
    assert told(vera) == [("day", False)]
    as_time_goes_by(vera, post, 1.9 * HOUR)
    notice(vera.parts.db)
    assert told(vera)[1:] == [("hours", True)]
    as_time_goes_by(vera, post, -60)
    notice(vera.parts.db)
    assert told(vera)[1:] == [("hours", False), ("time", True)]


def test_what_is_approved_is_no_longer_told_and_another_time_begins_anew(vera: Practice) -> None:
    post = vera.scheduled(HOUR)
    notice(vera.parts.db)
    due_in(vera, post, 23 * HOUR)
    notice(vera.parts.db)
    assert told(vera) == [("hours", False), ("day", True)], "another time"
    with vera.parts.db.begin() as session:
        approve(session, vera.desk_of(NADIA.actor), post.id, post.revision_id or 0)
    notice(vera.parts.db)
    assert told(vera)[-1] == ("day", False)


def test_a_draft_with_a_time_is_told_too_and_one_without_is_not(vera: Practice) -> None:
    timed, without = vera.scheduled(HOUR), vera.scheduled(HOUR)
    with vera.parts.db.begin() as session:
        for post in (timed, without):
            withdraw(session, vera.desk_of("member:1"), post.id)
        session.execute(update(Post).where(Post.id == without.id).values(scheduled_at=None))
    assert notice(vera.parts.db) == 1
    with vera.parts.db.read() as session:
        assert [one.facts["state"] for one in session.scalars(select(Incident))] == ["draft"]


def test_a_time_long_past_surprises_nobody(vera: Practice) -> None:
    post = vera.scheduled(HOUR)
    due_in(vera, post, -timedelta(days=8).total_seconds())
    assert notice(vera.parts.db) == 0 and told(vera) == []
