"""The demo: a year that is out, today's trouble, what is to come; what workers do next continues it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from socialq import demo
from socialq.db import now
from socialq.errors import NotAllowed
from socialq.models import Delivery, Incident, Post, Report, Rollup
from socialq.reports.build import build
from socialq.wiring import Parts


def test_it_is_a_practice_in_full_swing(parts: Parts) -> None:
    demo.fill(parts)
    with parts.db.read() as session:
        moment = now(session)
        states = {
            row[0]: row[1] for row in session.execute(select(Delivery.state, func.count()).group_by(Delivery.state))
        }
        first = session.scalars(select(func.min(Delivery.published_at))).one()
        soon = select(func.count()).where(Delivery.scheduled_at.between(moment, moment + timedelta(minutes=5)))
        kinds = sorted(session.scalars(select(Incident.kind)))
        waiting = session.scalar(select(func.count()).where(Post.state == "in_review"))
        views = session.scalar(select(func.sum(Rollup.views)))
        assert (states["failed"], states["unknown"]) == (1, 1)
        assert states["published"] > 300
        assert first < moment - timedelta(days=350)
        assert session.scalar(soon) == 3
        assert kinds == ["delivery_rejected", "delivery_unsure"]
        assert waiting == 2
        assert views is not None and views > 100_000
    with pytest.raises(NotAllowed):
        demo.fill(parts)


def test_last_months_report_is_ordered_and_says_practice(parts: Parts) -> None:
    demo.fill(parts)
    with parts.db.read() as session:
        ordered = list(session.scalars(select(Report.id).where(Report.state == "ordered")))
    assert len(ordered) == 3
    made = build(parts.db, ordered[0])
    assert (made.state, made.numbers["practice"]) == ("ready", True)
    assert made.numbers["totals"]["posts"] > 8
    assert made.numbers["before"]["views"] > 0
