"""Pausing everything, and going on: what goes by itself, and what is to be scheduled again."""

from datetime import timedelta

from sqlalchemy import select, update

from socialq.db import now
from socialq.models import Client, Delivery
from socialq.wiring import Parts
from tests.cast import STAN
from tests.web import days
from tests.web.door import Browser, join


def test_pausing_everything_and_going_on(parts: Parts, vera: Browser) -> None:
    with parts.db.begin() as session:
        owner = days.client(session)
        days.sent(session, days.channel(session, owner), now(session), "scheduled")
    assert vera.post("/pause").status_code == 303
    page = vera.get("/").text
    assert "Everything is paused" in page and 'action="/pause/end"' in page and "On hold" in page
    with parts.db.read() as session:
        assert session.scalars(select(Client)).one().paused_at is not None
    assert vera.post("/pause/end").status_code == 303
    page = vera.get("/").text
    assert "Publishing goes on. 1 post goes out now." in page and "Everything is paused" not in page


def test_after_a_pause_what_passed_its_limit_is_to_schedule_again(parts: Parts, vera: Browser) -> None:
    with parts.db.begin() as session:
        owner = days.client(session)
        days.sent(session, days.channel(session, owner), now(session), "scheduled")
    vera.post("/pause")
    with parts.db.begin() as session:
        session.execute(update(Delivery).values(deadline_at=now(session) - timedelta(seconds=1)))
    vera.post("/pause/end")
    assert "1 post missed its slot: schedule again on Today." in vera.get("/").text


def test_a_pause_stops_only_the_clients_whom_she_sees(parts: Parts, vera: Browser, omar: Browser) -> None:
    with parts.db.begin() as session:
        hers, other = days.client(session).id, days.client(session, "Ander").id
    join(parts, STAN, [hers])
    omar.sign_in(STAN.email)
    omar.post("/pause")
    with parts.db.read() as session:
        assert session.get_one(Client, hers).paused_at and not session.get_one(Client, other).paused_at
    assert "Ander" not in omar.get("/").text
