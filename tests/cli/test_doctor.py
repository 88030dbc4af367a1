"""`doctor`: what a helper at a distance would ask. Each red line says what to do; no line holds a secret."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from socialq.cli.checks import examine
from socialq.cli.checks_of_machine import shown
from socialq.cli.found import Found
from socialq.db import now
from socialq.models import Channel, Heartbeat
from socialq.publishing import life
from socialq.services import journal_files
from socialq.services.incidents import open_incident
from socialq.settings import Settings
from socialq.wiring import Parts
from tests import bucket
from tests.postoffice import open_office
from tests.web import days

SECRETS = {
    "secret_key": "canary-key", "metrics_token": "canary-token", "smtp_url": "smtp://vera:canary-mail@127.0.0.1:1",
    "ping_url": "https://hc.example/canary-ping",
}  # fmt: skip
ROLES = ("publish", "pull", "slow")


def told(settings: Settings) -> dict[str, Found]:
    return {one.check: one for one in examine(settings)}


def alive(parts: Parts) -> list[life.Life]:
    """Scheduler and workers, as they stand in rows and locks: all of them this very process."""
    lives = [life.register(parts.db, parts.settings.data_dir, role) for role in ROLES]
    with parts.db.begin() as session:
        for name in (f"scheduler:{socket.gethostname()}:{os.getpid()}", *(f"queue:{role}" for role in ROLES)):
            session.merge(Heartbeat(name=name, beat_at=now(session), facts={}))
    return lives


def test_all_is_well(parts: Parts) -> None:
    lives = alive(parts)
    with open_office() as office:
        settings = parts.settings.model_copy(
            update={"smtp_url": office.url, "base_url": "https://desk.vera.example", "ping_url": "https://hc.example/x"}
        )
        found = told(settings)
    for one in lives:
        one.close()
    assert {name: one.told for name, one in found.items() if not one.ok} == {}
    assert found["database"].told.startswith("SQLite" if parts.db.sqlite else "PostgreSQL")
    assert "MB" in found["database"].told and "socialq" in found["versions"].told


def stopped_scheduler(parts: Parts) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with parts.db.begin() as session:
        session.query(Heartbeat).filter(Heartbeat.name.like("scheduler:%")).delete()
        name = f"scheduler:{socket.gethostname()}:{gone.pid}"
        session.add(Heartbeat(name=name, beat_at=now(session), facts={}))


def silent_queue(parts: Parts) -> None:
    with parts.db.begin() as session:
        old = now(session) - timedelta(minutes=3)
        session.execute(update(Heartbeat).where(Heartbeat.name == "queue:pull").values(beat_at=old))


def waiting(parts: Parts) -> None:
    with parts.db.begin() as session:
        here = days.channel(session, days.client(session))
        days.sent(session, here, now(session) - timedelta(seconds=61), "scheduled")


def disconnected(parts: Parts) -> None:
    with parts.db.begin() as session:
        here = days.channel(session, days.client(session))
        session.execute(update(Channel).where(Channel.id == here.id).values(disconnected_at=now(session)))


def expiring(parts: Parts) -> None:
    with parts.db.begin() as session:
        days.channel(session, days.client(session), expires_at=now(session) + timedelta(days=6))


def incident(parts: Parts) -> None:
    with parts.db.begin() as session:
        open_incident(session, "clock_off", "machine:x", None, {"seconds": 3})


def left_aside(parts: Parts) -> None:
    aside = journal_files.folder(parts.settings.data_dir) / journal_files.ASIDE
    aside.mkdir(parents=True)
    (aside / "0a.json").write_text("{")


def open_keys(parts: Parts) -> None:
    (parts.settings.data_dir / "keys").chmod(0o644)


RED: dict[str, tuple[Callable[[Parts], None], str]] = {
    "scheduler": (stopped_scheduler, "start socialq again"),
    "pull worker": (silent_queue, "does Redis answer"),
    "due": (waiting, "see the lines about scheduler"),
    "channels": (disconnected, "Connect them again"),
    "incidents": (incident, "Today says what to do"),
    "journal": (left_aside, "look at the posts"),
    "keys": (open_keys, "chmod 600"),
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("check", RED)
def test_what_is_red_says_what_to_do(parts: Parts, check: str) -> None:
    lives = alive(parts)
    make, advice = RED[check]
    make(parts)
    found = told(parts.settings)
    for one in lives:
        one.close()
    assert not found[check].ok and advice in found[check].told, found[check].told
    others = {name for name, one in found.items() if not one.ok} - {check, "mail"}
    assert others == set()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_tokens_that_run_out_are_red(parts: Parts) -> None:
    expiring(parts)
    assert "within a week: mastodon mastodon1 of De Korenaar" in told(parts.settings)["channels"].told


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_worker_that_was_killed_is_red_at_once(parts: Parts) -> None:
    """Its queue was heard of this very second; its lock is free."""
    lives = alive(parts)
    assert told(parts.settings)["publish worker"].ok
    lives[0].close()
    found = told(parts.settings)
    for one in lives:
        one.close()
    assert "no such process lives now: start socialq again" in found["publish worker"].told
    assert found["pull worker"].ok


def test_no_line_holds_a_secret(parts: Parts) -> None:
    settings = parts.settings.model_copy(update=SECRETS)
    whole = " ".join(one.told for one in examine(settings))
    assert "canary" not in whole
    assert "SOCIALQ_SMTP_URL=smtp://vera:***@127.0.0.1:1" in whole


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        ("postgresql+psycopg://vera:p@ss@db/x", "postgresql+psycopg://vera:***@db/x"),
        ("redis://:secret@127.0.0.1:6379/0", "redis://:***@127.0.0.1:6379/0"),
        ("smtp://mail.example:587?password=x", "smtp://mail.example:587?…"), ("https://desk.example", "https://desk.example"),
        ("http://[", "(set, not shown)"),
    ],
)  # fmt: skip
def test_addresses_without_their_passwords(value: str, seen: str) -> None:
    assert shown("database_url", value) == seen


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_mail_server_that_does_not_answer_and_none_at_all(parts: Parts) -> None:
    assert "No mail server is set" in told(parts.settings)["mail"].told
    gone = parts.settings.model_copy(update={"smtp_url": "smtp://127.0.0.1:1"})
    assert "does not answer at port 1" in told(gone)["mail"].told


def test_nothing_is_there_yet(tmp_path: Path) -> None:
    found = told(Settings(data_dir=tmp_path / "nothing"))
    red = [name for name, one in found.items() if not one.ok]
    assert red == ["data folder", "keys", "database"] and not (tmp_path / "nothing").exists()
    assert all("start socialq once" in found[name].told for name in red)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_redis_from_outside(parts: Parts) -> None:
    settings = replace(parts).settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})
    assert "does not answer" in told(settings)["redis"].told


def test_where_pictures_lie_is_tried_out(parts: Parts, tmp_path: Path) -> None:
    assert "media" in told(parts.settings)["media"].told
    keys = {"s3_access_key": "testing", "s3_secret_key": "canary-bucket"}
    nowhere = {"s3_bucket": "b-of-vera", "s3_endpoint": "http://127.0.0.1:1", **keys}
    found = told(parts.settings.model_copy(update=nowhere))
    assert not found["media"].ok and "SOCIALQ_S3_ENDPOINT" in found["media"].told
    assert "canary" not in str(list(found.values()))
    with bucket.running(tmp_path / "log") as place:
        there = {"s3_bucket": place.bucket, "s3_endpoint": place.endpoint, **keys}
        assert told(parts.settings.model_copy(update=there))["media"].ok
        without = told(parts.settings.model_copy(update=there | {"s3_bucket": "another"}))["media"]
    assert not without.ok and "SOCIALQ_S3_BUCKET" in without.told
