"""/healthz and /readyz: what they say when all is well, and each reason when it is not."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from socialq.app import create_app
from socialq.db import now
from socialq.models import Heartbeat
from socialq.settings import Settings
from socialq.web.health import QUEUES
from socialq.wiring import Parts

ALL = ("scheduler:here:1", *(f"queue:{queue}" for queue in QUEUES))


@contextmanager
def client(settings: Settings) -> Iterator[FlaskClient]:
    app = create_app(settings)
    yield app.test_client()
    app.extensions["socialq"].db.dispose()


@pytest.fixture
def web(parts: Parts) -> Iterator[FlaskClient]:
    with client(parts.settings) as web:
        yield web


def beat(parts: Parts, *names: str, age: float = 0.0) -> None:
    with parts.db.begin() as session:
        at = now(session) - timedelta(seconds=age)
        for name in names:
            session.merge(Heartbeat(name=name, beat_at=at, facts={"redis_at": at.isoformat()}))


def test_the_process_lives(web: FlaskClient) -> None:
    assert (web.get("/healthz").status_code, web.get("/healthz").json) == (200, {"status": "ok"})
    assert web.get("/").headers["Location"] == "/first-run"


def test_it_is_ready_when_scheduler_and_queues_live(parts: Parts, web: FlaskClient) -> None:
    beat(parts, *ALL, age=59)
    answer = web.get("/readyz")
    assert (answer.status_code, answer.json["status"], answer.json["reasons"]) == (200, "ready", [])
    assert answer.json["redis_answered_at"]


@pytest.mark.parametrize("silent", ALL)
def test_one_that_is_silent_for_a_minute_is_named(parts: Parts, web: FlaskClient, silent: str) -> None:
    beat(parts, *ALL)
    beat(parts, silent, age=61)
    answer = web.get("/readyz")
    who = "scheduler" if silent.startswith("scheduler") else silent.removeprefix("queue:")
    assert answer.status_code == 503
    assert len(answer.json["reasons"]) == 1
    assert who in answer.json["reasons"][0] and "60 s" in answer.json["reasons"][0]


def test_an_old_scheduler_beside_a_living_one_is_no_reason(parts: Parts, web: FlaskClient) -> None:
    beat(parts, "scheduler:here:0", age=9999)
    beat(parts, *ALL)
    assert web.get("/readyz").status_code == 200


def test_nothing_has_ever_run(web: FlaskClient) -> None:
    answer = web.get("/readyz")
    assert (answer.status_code, len(answer.json["reasons"]), answer.json["redis_answered_at"]) == (503, 4, None)


def test_a_database_of_another_version_is_said(parts: Parts, web: FlaskClient) -> None:
    with parts.db.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    answer = web.get("/readyz")
    assert (answer.status_code, answer.json["reasons"]) == (
        503, ["The database is not up to date: run `alembic upgrade head` first."]
    )  # fmt: skip
    assert web.get("/healthz").status_code == 200


def test_a_database_that_does_not_answer_is_said_and_no_password_with_it(tmp_path: Path) -> None:
    url = "postgresql+psycopg://vera:canary@127.0.0.1:1/none"
    with client(Settings(data_dir=tmp_path, database_url=url)) as web:
        answer = web.get("/readyz")
        assert answer.status_code == 503
        assert "does not answer" in answer.json["reasons"][0] and "canary" not in answer.text
        assert web.get("/healthz").status_code == 200


def test_every_answer_has_the_headers(web: FlaskClient) -> None:
    for path in ("/", "/healthz", "/readyz", "/nothing"):
        headers = web.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
