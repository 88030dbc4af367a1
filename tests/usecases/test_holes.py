"""The next two weeks: planned, waiting, free, and no slot, in the client's own days."""

from datetime import UTC, datetime, time, timedelta

from socialq.db import Database
from socialq.models import Client, Post, Slot
from socialq.planning import holes
from socialq.planning.holes import Cell

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)  # a Tuesday


def test_two_weeks(db: Database) -> None:
    with db.begin() as session:
        client = Client(name="De Korenaar", timezone="Europe/Amsterdam", language="nl", created_at=NOW)
        session.add(client)
        session.flush()
        session.add_all(Slot(client_id=client.id, weekday=day, at=time(9)) for day in (1, 3))  # Tuesday, Thursday
        for days, state in ((2, "scheduled"), (7, "in_review")):
            at = datetime(2026, 12, 1, 8, tzinfo=UTC) + timedelta(days=days)
            session.add(Post(client_id=client.id, state=state, scheduled_at=at, created_by="t", created_at=NOW))
    with db.read() as session:
        row = holes.ahead(session, [client.id], NOW)[0]
        assert holes.ahead(session, [], NOW) == []
    days = {row.starts_on + timedelta(days=n): cell for n, cell in enumerate(row.cells)}
    assert str(row.starts_on) == "2026-12-02" and len(row.cells) == 14
    assert {str(day)[5:]: cell for day, cell in days.items() if cell != Cell.NONE} == {
        "12-03": Cell.PLANNED,
        "12-08": Cell.REVIEW,
        "12-10": Cell.FREE,
        "12-15": Cell.FREE,
    }
    assert (row.free, row.free_at) == (2, datetime(2026, 12, 10, 8, tzinfo=UTC))
