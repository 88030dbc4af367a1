"""The watchman outside hears once a minute while all is well, and nothing when it is not."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import select, update

from socialq.db import now
from socialq.models import Delivery, Heartbeat, OutboxMail
from socialq.publishing import life, lost
from socialq.settings import Settings
from socialq.wiring import Parts
from tests.workers.installation import Server, add_channel, schedule
from workers.desk import Desk
from workers.outside import Outside
from workers.queues import Bell


@dataclass
class Watchman:
    """Counts who knocks; `status` is what he answers."""

    paths: list[str] = field(default_factory=list)
    status: int = 200
    url: str = ""


@pytest.fixture
def watchman() -> Iterator[Watchman]:
    made = Watchman()

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.paths.append(self.path)
            self.send_response(made.status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_address[1]}/ping/secret-of-vera"
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class House:
    """An installation whose publish worker lives, as rows and a lock."""

    parts: Parts
    outside: Outside
    worker: life.Life

    def knock(self) -> None:
        self.outside.tell_watchman()
        if self.outside.calling is not None:
            self.outside.calling.join(30)

    def beat(self) -> None:
        with self.parts.db.begin() as session:
            session.merge(Heartbeat(name="queue:publish", beat_at=now(session), facts={}))
        self.worker.beat()


@pytest.fixture
def house(quick: Parts, server: Server, watchman: Watchman) -> Iterator[House]:
    settings: Settings = quick.settings.model_copy(update={"ping_url": watchman.url, "heartbeat": 5.0})
    parts = replace(quick, settings=settings)
    with server.redis() as redis:
        made = House(parts, Outside(Desk(parts, Bell(redis))), life.register(parts.db, settings.data_dir, "publish"))
        made.beat()
        yield made
        made.worker.close()


def test_the_watchman_hears_while_all_is_well_and_no_longer_when_the_workers_die(
    house: House, watchman: Watchman, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    house.knock()
    house.knock()
    assert watchman.paths == ["/ping/secret-of-vera"] * 2
    house.worker.close()
    lost.bury(house.parts.db, house.parts.settings.data_dir, house.parts.settings.times)
    house.knock()
    assert len(watchman.paths) == 2
    watchman.status = 302
    house.worker = life.register(house.parts.db, house.parts.settings.data_dir, "publish")
    house.knock()
    assert watchman.paths == ["/ping/secret-of-vera"] * 3, "no redirect is followed"
    told = caplog.text + "".join(capsys.readouterr())
    assert "secret-of-vera" not in told and "no publish worker lives" in told


def test_he_hears_nothing_while_something_waits_or_the_queue_is_dead(house: House, watchman: Watchman) -> None:
    waits = schedule(house.parts, add_channel(house.parts, "bakker"), "Vers", ahead=-61)
    house.knock()
    assert watchman.paths == []
    with house.parts.db.begin() as session:
        session.execute(update(Delivery).where(Delivery.id == waits).values(state="failed"))
    house.knock()
    assert len(watchman.paths) == 1
    with house.parts.db.begin() as session:
        old = now(session) - timedelta(minutes=5)
        session.execute(update(Heartbeat).where(Heartbeat.name == "queue:publish").values(beat_at=old))
    house.knock()
    assert len(watchman.paths) == 1


def test_he_hears_nothing_without_redis(house: House, server: Server, watchman: Watchman) -> None:
    server.kill()
    house.knock()
    assert watchman.paths == []


def test_a_watchman_who_is_not_there_troubles_nobody(house: House, watchman: Watchman) -> None:
    with house.parts.db.read() as session:
        assert session.scalars(select(OutboxMail)).all() == []
    watchman.url = "http://127.0.0.1:1/secret"
    house.parts = replace(house.parts, settings=house.parts.settings.model_copy(update={"ping_url": watchman.url}))
    house.outside._desk.parts = house.parts
    house.knock()
    assert watchman.paths == []
