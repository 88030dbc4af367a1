"""SQLite's lock is not fair: a background writer pauses for as long as others had to wait for it, not for as long as it waited."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from socialq import clock, db
from socialq.db import Database

HELD = 0.6


def test_the_pause_does_not_count_the_wait_for_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "paced.sqlite3"
    database = Database(f"sqlite:///{path}", paced=True)
    with database.begin() as session:
        session.execute(text("CREATE TABLE facts (n INTEGER)"))
    pauses: list[float] = []
    monkeypatch.setattr(db.clock, "sleep", pauses.append)
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(HELD, lambda: other.execute("ROLLBACK")).start()
    began = clock.boottime()
    with database.begin() as session:
        session.execute(text("INSERT INTO facts VALUES (1)"))
    took = clock.boottime() - began
    other.close()
    database.dispose()
    assert took >= HELD * 0.9
    assert pauses[-1] <= took - HELD * 0.9
