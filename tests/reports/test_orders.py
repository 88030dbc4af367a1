"""Ordering a report is a row: versions count up, a month must be one that has begun, and a doorbell rings once a minute."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from socialq.db import Database
from socialq.errors import BadInput, NotFound
from socialq.models import Report
from socialq.reports.orders import find, listed, order, ring
from tests.usecases.numbers import Brand


@pytest.fixture
def brand(db: Database) -> Brand:
    return Brand(db)


def ordered(brand: Brand, month: str) -> Report:
    with brand.db.begin() as session:
        return order(session, brand.id, month)


def test_a_month_is_ordered_and_again(brand: Brand) -> None:
    one, two, other = ordered(brand, "2026-02"), ordered(brand, "2026-02"), ordered(brand, "2026-01")
    assert [one.version, two.version, other.version] == [1, 2, 1]
    assert (one.starts_on, one.ends_on, one.state) == (date(2026, 2, 1), date(2026, 2, 28), "ordered")
    with brand.db.read() as session:
        assert [report.id for report in listed(session, brand.id)] == [two.id, one.id, other.id]
        assert len(listed(session)) == 3
        assert listed(session, 999) == []


@pytest.mark.parametrize("month", ["", "2026", "october", "2026-13", "3026-01"])
def test_no_month_or_one_that_has_not_begun(lite: Database, month: str) -> None:
    brand = Brand(lite)
    with pytest.raises(BadInput, match="Write it like 2026-10|has not begun yet"):
        ordered(brand, month)
    with brand.db.read() as session:
        assert listed(session) == []


def test_no_such_client_or_report(brand: Brand) -> None:
    with pytest.raises(NotFound), brand.db.begin() as session:
        order(session, 999, "2026-10")
    with pytest.raises(NotFound), brand.db.read() as session:
        find(session, 999)


def test_the_doorbell(brand: Brand) -> None:
    one, two = ordered(brand, "2026-02").id, ordered(brand, "2026-01").id
    assert ring(brand.db, 1) == [one]
    assert ring(brand.db, 10) == [two]
    assert ring(brand.db, 10) == []
    for mark in (timedelta(seconds=-61), timedelta(days=1)):
        with brand.db.begin() as session:
            session.execute(update(Report).where(Report.id == one).values(rung_at=brand.db.now() + mark))
        assert ring(brand.db, 10) == [one]


def test_one_that_its_orderer_builds_is_not_rung_for_at_once(brand: Brand) -> None:
    with brand.db.begin() as session:
        order(session, brand.id, "2026-02", own=True)
    assert ring(brand.db, 10) == []


@pytest.mark.parametrize(
    ("state", "due", "rings"), [("building", -1, True), ("building", 600, False), ("ready", -1, False)]
)
def test_a_builder_that_is_gone_is_replaced(brand: Brand, state: str, due: int, rings: bool) -> None:
    report = ordered(brand, "2026-02")
    with brand.db.begin() as session:
        session.execute(update(Report).values(state=state, due_at=brand.db.now() + timedelta(seconds=due)))
    assert ring(brand.db, 10) == ([report.id] if rings else [])
