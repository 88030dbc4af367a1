"""What stands on the report is what was counted by hand; missing stays missing; nothing from outside gets a tag through."""

import hashlib
import json
from pathlib import Path

import pytest
from sqlalchemy import update

from socialq.db import Database
from socialq.errors import NotAllowed, NotFound
from socialq.models import Client, Report
from socialq.reports.build import TRIES, build, canonical
from socialq.reports.orders import find, order, ring
from socialq.reports.render import write
from socialq.services.incidents import open_incidents
from tests.reports.months import TRUTH, built, october, text_of
from tests.usecases.numbers import Brand


def test_the_numbers_are_the_truth(db: Database) -> None:
    report = built(october(db))
    assert (report.state, report.reason) == ("ready", "")
    assert report.numbers["totals"] == pytest.approx(TRUTH)
    assert report.numbers["before"] == {"posts": 1, "engagements": 10, "views": 500}
    by_day = {
        int(day["on"][-2:]): day["engagements"] for day in report.numbers["days"] if day["engagements"] is not None
    }
    assert by_day == {2: 2, 3: 7, 4: 2, 5: 5, 6: 2, 7: 20, 9: 0}
    assert sum(by_day.values()) == TRUTH["engagements"]
    assert len(report.numbers["days"]) == 31


def test_channels_and_posts_are_the_truth(db: Database) -> None:
    numbers = built(october(db)).numbers
    seen, followed = numbers["channels"]
    assert (seen["posts"], seen["views"], seen["engagements"], seen["followers"]) == (2, 900, 18, None)
    assert (followed["posts"], followed["views"], followed["engagements"], followed["followers"]) == (3, None, 20, 512)
    assert (followed["network"], followed["practice"], followed["rate"]) == ("Other", False, None)
    assert [post["engagements"] for post in numbers["best"]] == [20, 9, 7]
    assert (numbers["weakest"]["engagements"], numbers["weakest"]["text"]) == (0, "Bericht van 9 oktober")
    assert [post["rate_of"] for post in numbers["best"]] == ["followers", "views", "views"]


def test_a_client_without_channels(lite: Database) -> None:
    assert built(Brand(lite), "2026-10").state == "ready"


@pytest.mark.parametrize(("zone", "likes"), [("Europe/Amsterdam", 4), ("Pacific/Auckland", 1)])
def test_the_month_is_the_clients(db: Database, zone: str, likes: int) -> None:
    """The same instants, half an hour before and after midnight in Amsterdam, belong to other months elsewhere."""
    clock, brand = Brand(db, "Klok"), Brand(db, "Klant", zone=zone)
    channel = brand.channel()
    post = brand.post(channel, "Op de rand", clock.at("2026-10-30 23:30"))
    for at, count in (("2026-10-31 11:00", 1), ("2026-10-31 23:30", 4), ("2026-11-01 00:30", 9)):
        brand.count(post, clock.at(at), likes=count)
    brand.rebuild(channel, "2026-10-01", "2026-11-30")
    numbers = built(brand).numbers
    assert (numbers["totals"]["posts"], numbers["totals"]["likes"]) == (1, likes)
    assert [post["likes"] for post in numbers["best"]] == [likes]


def test_a_new_follower_count_is_no_change(lite: Database) -> None:
    brand = Brand(lite)
    channel = brand.channel()
    brand.follow(channel, "2026-10-10 12:00", 80)
    brand.rebuild(channel, "2026-10-01", "2026-10-31")
    assert built(brand).numbers["totals"]["followers_change"] is None
    brand.follow(channel, "2026-10-12 12:00", 78)
    brand.rebuild(channel, "2026-10-01", "2026-10-31")
    assert built(brand).numbers["totals"]["followers_change"] == -2
    assert "−2 deze periode" in text_of(built(brand))


def test_a_month_that_runs_is_not_compared(lite: Database) -> None:
    brand = Brand(lite)
    month = f"{brand.db.now().astimezone(brand.zone):%Y-%m}"
    report = built(brand, month)
    assert (report.numbers["complete"], report.numbers["before"]) == (False, None)
    assert "De maand loopt nog." in text_of(report)


def test_the_same_data_give_the_same_report(db: Database) -> None:
    brand = october(db)
    one, other = built(brand), built(brand)
    assert (one.version, other.version) == (1, 2)
    assert one.sha256 == other.sha256 == hashlib.sha256(canonical(one.numbers, one.figures).encode()).hexdigest()
    assert one.html.replace("v1", "v2") == other.html
    post = brand.post(brand.channel("fake", "@new"), "Nog een", "2026-10-20 09:00")
    brand.count(post, "2026-10-20 10:00", likes=1)
    assert built(brand).sha256 != one.sha256


def test_what_is_frozen_does_not_change(lite: Database) -> None:
    brand = october(lite)
    report = built(brand)
    with lite.begin() as session:
        session.execute(update(Client).values(name="Een andere naam"))
    assert build(lite, report.id).html == report.html
    assert report.numbers == json.loads(json.dumps(report.numbers))


def test_a_failure_is_told_and_a_new_version_resolves_nothing_old(db: Database) -> None:
    brand = october(db)
    with db.begin() as session:
        report_id = order(session, brand.id, "2026-10").id
        session.execute(update(Client).values(timezone="Mars/Base"))
    report = build(db, report_id)
    assert (report.state, report.html) == ("failed", "")
    with db.read() as session:
        (incident,) = open_incidents(session, brand.id)
        assert (incident.kind, incident.subject) == ("report_failed", f"report:{report_id}")
    with pytest.raises(NotAllowed, match="is failed, not ready"):
        write(report, Path("unused"))
    assert build(db, report_id).state == "failed"
    assert ring(db, 10) == []


def test_a_report_that_kills_its_builder_is_not_tried_for_ever(db: Database) -> None:
    brand = Brand(db)
    with db.begin() as session:
        report_id = order(session, brand.id, "2026-10").id
        session.execute(update(Report).values(state="building", tries=TRIES))
    report = build(db, report_id)
    assert (report.state, report.reason) == ("failed", "it was begun 3 times and never ended")
    with db.read() as session:
        assert len(open_incidents(session, brand.id)) == 1


def test_what_another_builds_is_left_alone(db: Database) -> None:
    brand = Brand(db)
    with db.begin() as session:
        report_id = order(session, brand.id, "2026-10").id
        values = {"state": "building", "due_at": brand.at("2126-01-01 00:00")}
        session.execute(update(Report).values(**values))
    assert build(db, report_id).state == "building"
    with pytest.raises(NotFound):
        build(db, 999)
    with db.read() as session:
        assert find(session, report_id).tries == 0
