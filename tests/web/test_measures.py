"""/metrics: not there without its token; with it, what the rows say."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from socialq.db import now
from socialq.models import Heartbeat, OutboxMail, Worker
from socialq.publishing import life
from socialq.services import outbox
from socialq.wiring import Parts
from tests.web import days
from tests.web.test_health import client

TOKEN = "a-token-of-vera"


@pytest.fixture
def tokened(parts: Parts) -> Parts:
    return replace(parts, settings=parts.settings.model_copy(update={"metrics_token": TOKEN}))


@pytest.fixture
def web(tokened: Parts) -> Iterator[FlaskClient]:
    with client(tokened.settings) as web:
        yield web


def numbers(web: FlaskClient) -> dict[tuple[str, str], float]:
    answer = web.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, answer.content_type.split(";")[0]) == (200, "text/plain")
    families = text_string_to_metric_families(answer.text)
    return {(s.name, ",".join(s.labels.values())): s.value for family in families for s in family.samples}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("given", [None, "", "Bearer ", "Bearer other", f"Basic {TOKEN}", TOKEN, "Bearer é"])
def test_without_the_token_there_is_no_such_page(web: FlaskClient, given: str | None) -> None:
    answer = web.get("/metrics", headers={} if given is None else {"Authorization": given})
    nothing = web.get("/nothing")
    assert answer.status_code == 404 and "socialq_" not in answer.text
    assert nothing.status_code in (303, 404)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_a_token_in_the_settings_nobody_has_one(parts: Parts) -> None:
    with client(parts.settings) as web:
        assert web.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_an_empty_installation_has_zeros_and_what_is_not_known_is_missing(web: FlaskClient) -> None:
    found = numbers(web)
    assert found["socialq_deliveries", "published"] == found["socialq_due_unclaimed", ""] == 0
    assert found["socialq_incidents_open", "delivery_unsure"] == found["socialq_workers_alive", "publish"] == 0
    assert found["socialq_lateness_seconds_gcount", ""] == 0
    assert not [
        name for name, _ in found if name in ("socialq_clock_offset_seconds", "socialq_redis_answer_age_seconds")
    ]


def test_what_the_rows_say(tokened: Parts, web: FlaskClient) -> None:
    worker = life.register(tokened.db, tokened.settings.data_dir, "publish")
    with tokened.db.begin() as session:
        moment = now(session)
        owner = days.client(session)
        here, there = days.channel(session, owner), days.channel(session, owner, "bluesky")
        for late in (0.2, 4.0, 90.0):
            at = moment - timedelta(minutes=10)
            days.sent(session, here, at, "published", published_at=at + timedelta(seconds=late))
        old = moment - timedelta(hours=7)
        days.sent(session, here, old, "published", published_at=old + timedelta(hours=1, minutes=30))
        of = days.sent(session, here, moment, "failed")
        waits = days.sent(session, there, moment - timedelta(seconds=50), "scheduled")
        days.incident(session, "delivery_rejected", owner, of)
        outbox.queue(session, outbox.ALERT, "vera@example.com", "Niet geplaatst", "Tekst")
        facts = {"redis_at": (moment - timedelta(seconds=7)).isoformat(), "clock_off": -0.25}
        session.add(Heartbeat(name="scheduler:one:1", beat_at=moment - timedelta(seconds=3), facts=facts))
        session.add(Heartbeat(name="queue:publish", beat_at=moment - timedelta(seconds=20), facts={}))
        asleep = Worker(
            id="x", role="publish", host_id="h", boot_id="b", pid=1, pid_started="", started_at=moment,
            beat_at=moment - timedelta(minutes=5),
        )  # fmt: skip
        session.add(asleep)
        assert waits.delivery and session.query(OutboxMail).count() == 1
    found = numbers(web)
    worker.close()
    assert (found["socialq_deliveries", "published"], found["socialq_deliveries", "failed"]) == (4, 1)
    assert found["socialq_due_unclaimed", ""] == 1
    assert 50 <= found["socialq_oldest_due_age_seconds", ""] < 110
    late = {label: value for (name, label), value in found.items() if name == "socialq_lateness_seconds_bucket"}
    assert (late["0.5"], late["5.0"], late["300.0"], late["+Inf"]) == (1, 2, 3, 4)
    assert found["socialq_lateness_seconds_gsum", ""] == pytest.approx(94.2 + 5400, abs=0.1)
    assert found["socialq_incidents_open", "delivery_rejected"] == found["socialq_mails", "queued"] == 1
    assert found["socialq_workers_alive", "publish"] == 1, "one of two is silent"
    assert 20 <= found["socialq_queue_heartbeat_age_seconds", "publish"] < 80
    assert found["socialq_clock_offset_seconds", ""] == -0.25
    assert 7 <= found["socialq_redis_answer_age_seconds", ""] < 67
