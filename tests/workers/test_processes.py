"""Real processes: a post goes out end to end, children are replaced, a lost Redis or worker costs a moment, nothing is left behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from urllib.error import HTTPError
from urllib.request import urlopen

from sqlalchemy import select

from socialq.db import now
from socialq.models import Attempt, Client, Delivery, Heartbeat, Report, Worker
from socialq.reports.orders import order
from socialq.settings import Settings
from socialq.wiring import Parts
from tests.workers.installation import add_channel, processes, program, running, schedule, states, until

PYTHON = [sys.executable]
UP = ["-c", "from socialq.cli import main; main()", "up", "--port"]


def beating(parts: Parts) -> bool:
    """Scheduler and all three queues have a heartbeat."""
    with parts.db.read() as session:
        names = set(session.scalars(select(Heartbeat.name)))
    return len([n for n in names if n.startswith("queue:")]) == 3 and any(n.startswith("scheduler:") for n in names)


def attempts(parts: Parts) -> list[tuple[int, int, str]]:
    with parts.db.read() as session:
        rows = session.scalars(select(Attempt).order_by(Attempt.delivery_id))
        return [(row.delivery_id, row.number, row.outcome) for row in rows]


def test_posts_go_out_once_and_on_time(installed: Parts) -> None:
    channels = [add_channel(installed, f"bakker{n}") for n in range(5)]
    with running(installed.settings, "all"):
        until(lambda: beating(installed))
        ids = [schedule(installed, channel, "Vers", ahead=2) for channel in channels]
        until(lambda: set(states(installed).values()) == {"published"})
    assert attempts(installed) == [(one, 1, "published") for one in ids]
    with installed.db.read() as session:
        late = [(d.published_at - d.scheduled_at).total_seconds() for d in session.query(Delivery) if d.published_at]
    assert len(late) == 5 and min(late) >= 0 and max(late) < 2


def test_two_schedulers_and_two_supervisors_send_once(quick: Parts) -> None:
    channels = [add_channel(quick, f"bakker{n}") for n in range(10)]
    with running(quick.settings, "all"), running(quick.settings, "scheduler"), running(quick.settings):
        until(lambda: beating(quick))
        ids = [schedule(quick, channel, "Vers", ahead=2) for channel in channels]
        until(lambda: set(states(quick).values()) == {"published"}, 60)
    assert attempts(quick) == [(one, 1, "published") for one in ids]


def test_whatever_is_killed_is_back_and_the_next_post_goes_out(quick: Parts) -> None:
    channel = add_channel(quick, "bakker")
    with running(quick.settings, "all"):
        until(lambda: beating(quick))
        for words in ("redis-server", "workers scheduler", "workers publish"):
            pid = one_process(quick.settings, words)
            os.kill(pid, signal.SIGKILL)
            delivery = schedule(quick, channel, f"Na de dood van {words}")
            until(lambda: states(quick)[delivery] == "published")  # noqa: B023
            assert one_process(quick.settings, words) != pid
    assert {number for _, number, _ in attempts(quick)} == {1}


def test_an_ordered_report_is_built(quick: Parts) -> None:
    add_channel(quick, "bakker")
    with quick.db.begin() as session:
        client_id = session.scalars(select(Client.id)).one()
        month = f"{now(session):%Y-%m}"
        report_id = order(session, client_id, month).id
    with running(quick.settings, "all"):
        until(lambda: report_state(quick, report_id) == "ready")


def test_a_dead_worker_is_buried(quick: Parts) -> None:
    with running(quick.settings, "all"):
        until(lambda: beating(quick))
        pid = one_process(quick.settings, "workers publish")
        os.kill(pid, signal.SIGKILL)
        until(lambda: gone(quick, pid))


def test_asked_to_end_they_all_end(quick: Parts) -> None:
    with running(quick.settings, "all") as process:
        until(lambda: beating(quick))
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert processes(quick.settings) == []


def test_killed_hard_none_of_them_stays(quick: Parts) -> None:
    with running(quick.settings, "all") as process:
        until(lambda: beating(quick))
        process.kill()
        process.wait()
        until(lambda: not processes(quick.settings))


def test_a_second_one_on_the_same_folder_says_so(quick: Parts) -> None:
    with running(quick.settings, "all"):
        until(lambda: beating(quick))
        with running(quick.settings, "all") as second:
            assert second.wait(60) == 2
            assert second.stdout is not None
            assert "Workers are running already" in second.stdout.read()


def test_a_role_waits_for_its_tables(quick: Parts) -> None:
    """A fresh database, or an old one: it says so once and goes on when the tables are there."""
    fresh = quick.settings.model_copy(update={"database_url": f"sqlite:///{quick.settings.data_dir}/fresh.sqlite3"})
    fresh = Settings(**fresh.model_dump())
    with running(fresh, "publish") as process:
        assert process.stdout is not None
        assert "waiting" in process.stdout.readline()
        process.terminate()
        assert process.wait(30) == 0


def test_words_that_it_does_not_know(quick: Parts) -> None:
    with running(quick.settings, "everything") as process:
        assert process.wait(30) == 2
        assert process.stdout is not None and process.stdout.read().startswith("workers: usage:")


def test_up_starts_everything_answers_and_ends_with_one_ctrl_c(quick: Parts) -> None:
    with up(quick) as (process, url):
        assert get(f"{url}/healthz") == (200, {"status": "ok"})
        until(lambda: get(f"{url}/readyz")[0] == 200)
        port = url.rpartition(":")[2]
        elsewhere = other(quick.settings)
        refused(program(elsewhere, [*PYTHON, *UP, "0"], more=data_dir(quick)), "is running already")
        refused(program(elsewhere, [*PYTHON, *UP, port]), f"Port {port} cannot be used")
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert processes(quick.settings) == []


def test_up_killed_hard_leaves_nothing(quick: Parts) -> None:
    with up(quick) as (process, url):
        until(lambda: get(f"{url}/readyz")[0] == 200)
        process.kill()
        process.wait()
        until(lambda: not processes(quick.settings))


def test_up_with_demo_says_what_happens(quick: Parts) -> None:
    with up(quick, "--demo") as (process, _):
        assert process.stdout is not None
        schedule(quick, add_channel(quick, "bakker"), "Vers")
        until(lambda: "published" in process.stdout.readline())  # type: ignore[union-attr]
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


@contextmanager
def up(parts: Parts, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`socialq up` on a free port; gives the process and its address."""
    with program(parts.settings, [*PYTHON, *UP, "0", *words]) as process:
        assert process.stdout is not None
        line = next(line for line in iter(process.stdout.readline, "") if "http://" in line)
        yield process, line.split()[3]


def get(url: str) -> tuple[int, dict[str, object]]:
    try:
        with urlopen(url, timeout=60) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        with error:
            return error.code, json.load(error)


def gone(parts: Parts, pid: int) -> bool:
    with parts.db.read() as session:
        return session.scalars(select(Worker.gone_at).where(Worker.pid == pid)).one() is not None


def report_state(parts: Parts, report_id: int) -> str:
    with parts.db.read() as session:
        return session.scalars(select(Report.state).where(Report.id == report_id)).one()


def one_process(settings: Settings, words: str) -> int:
    return until(lambda: processes(settings, words))[0]


def refused(attempt: AbstractContextManager[subprocess.Popen[str]], told: str) -> None:
    """One line that says why, and exit code 2."""
    with attempt as process:
        assert process.wait(60) == 2
        assert process.stdout is not None
        lines = process.stdout.read().splitlines()
        assert len(lines) == 1 and told in lines[0]


def other(settings: Settings) -> Settings:
    """Another data folder, so that cleaning up after one program spares the other."""
    return Settings(**settings.model_dump() | {"data_dir": settings.data_dir.with_name("other")})


def data_dir(parts: Parts) -> dict[str, str]:
    return {"SOCIALQ_DATA_DIR": str(parts.settings.data_dir)}
