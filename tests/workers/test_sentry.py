"""A worker that stands still while it holds SQLite's lock keeps everybody from writing, the scheduler too: it is ended all the same."""

import multiprocessing
import os
import signal
import threading
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from sqlalchemy import insert, update

from socialq.db import Database, now
from socialq.models import Attempt, Delivery, Worker
from socialq.publishing import life, lost
from socialq.wiring import Parts
from tests.workers.installation import add_channel, schedule, until
from workers.sentry import Sentry


def _stand_still(data_dir: str, url: str, channel: Connection) -> None:
    database = Database(url)
    held = life.register(database, Path(data_dir), "publish")
    channel.send(held.id)
    channel.recv()
    with database.begin():
        os.kill(os.getpid(), signal.SIGSTOP)


def test_a_worker_that_stopped_with_the_lock_in_its_hands_is_ended(quick: Parts) -> None:
    here, there = multiprocessing.Pipe()
    given = (str(quick.settings.data_dir), quick.settings.database, there)
    process = multiprocessing.get_context("spawn").Process(target=_stand_still, args=given, daemon=True)
    process.start()
    _sends(quick, schedule(quick, add_channel(quick, "bakker"), "Vers"), here.recv())
    here.send("go on")
    until(lambda: Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T")
    writer = threading.Thread(
        target=lost.give_up_lost, args=(quick.db, quick.settings.data_dir, quick.settings.times), daemon=True
    )
    writer.start()
    sentry = Sentry(quick)
    until(lambda: sentry.look(sentry._looked_at + 1e-3))
    process.join()
    writer.join()
    assert process.exitcode == -signal.SIGKILL
    with quick.db.read() as session:
        assert session.query(Delivery).one().state == "unknown"


def _sends(parts: Parts, delivery_id: int, worker_id: str) -> None:
    """It has claimed the delivery, and nobody has heard of it since."""
    with parts.db.begin() as session:
        ago = now(session) - timedelta(hours=1)
        taken = {"state": "publishing", "attempt": 1, "lease_until": ago}
        session.execute(update(Delivery).where(Delivery.id == delivery_id).values(taken))
        session.execute(insert(Attempt).values(delivery_id=delivery_id, number=1, worker_id=worker_id, started_at=ago))
        session.execute(update(Worker).where(Worker.id == worker_id).values(beat_at=ago))
