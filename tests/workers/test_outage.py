"""What leaves without a row: the mail that the database is away, once, and again when it is back."""

import sqlite3
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from socialq import clock
from socialq.alerting.outage import Outage
from socialq.wiring import Parts, open_parts
from tests.cast import STAN, VERA
from tests.tools.cutting_proxy import CuttingProxy
from tests.usecases.post import Post, post
from tests.workers.installation import fast, until
from workers.desk import Desk
from workers.outside import Outside
from workers.queues import Bell, connect


@pytest.fixture
def desk(parts: Parts) -> Iterator[Post]:
    with post(parts) as made:
        made.client("Bakkerij")
        made.member(VERA.email, "owner", "nl")
        made.member(STAN.email, "assistant", "en")
        made.member("owner2@example.com", "owner", "en")
        yield made


def outage(desk: Post, patience: float = 60.0) -> Outage:
    made = Outage(desk.parts.db, desk.parts.settings, desk.parts.secrets, patience)
    made.remember()
    return made


def away() -> OperationalError:
    return OperationalError("write", {}, ConnectionError("refused"))


def full() -> OperationalError:
    """As SQLite says it."""
    small = sqlite3.connect(":memory:")
    small.execute("PRAGMA max_page_count=2").close()
    small.execute("CREATE TABLE t (x)")
    try:
        small.execute("INSERT INTO t VALUES (zeroblob(100000))")
    except sqlite3.OperationalError as error:
        return OperationalError("write", {}, error)
    finally:
        small.close()
    raise AssertionError("it was not full")


def body(desk: Post, to: str) -> str:
    (mail,) = [one for one in desk.office.mails if one["To"] == to]
    return "\n".join(str(part.get_content()) for part in mail.iter_parts())  # type: ignore[attr-defined]


def test_owners_are_told_once_in_their_language_and_again_when_it_is_back(desk: Post) -> None:
    seen = outage(desk)
    started = clock.boottime()
    seen.failed(away(), started - 59)
    assert desk.office.mails == [], "a minute has not passed"
    later = outage(desk)
    for _ in range(3):
        later.failed(away(), started - 61)
        until(lambda: len(desk.office.mails) == 2)
    assert {(one["To"], one["Subject"]) for one in desk.office.mails} == {
        (VERA.email, "socialq kan niet bij de database"),
        ("owner2@example.com", "socialq cannot reach its database"),
    }
    assert "staat misschien al online" in body(desk, VERA.email) and "(Amsterdam)" in body(desk, VERA.email)
    assert "may be online" in body(desk, "owner2@example.com")
    until(lambda: not [one for one in threading.enumerate() if one.name == "outage"])
    later.answered()
    later.answered()
    assert [(one.recipient, one.subject) for one in desk.mails()] == [
        (VERA.email, "socialq kan weer bij de database"),
        ("owner2@example.com", "socialq reaches its database again"),
    ]
    later.failed(away(), clock.boottime() - 61)
    until(lambda: len(desk.office.mails) == 4)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_full_disk_counts_and_is_called_so(desk: Post) -> None:
    outage(desk).failed(full(), clock.boottime() - 61)
    until(lambda: len(desk.office.mails) == 2)
    assert "Maak ruimte op die schijf" in body(desk, VERA.email)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_moment_without_it_tells_nobody(desk: Post) -> None:
    seen = outage(desk)
    seen.failed(away(), clock.boottime() - 59)
    seen.answered()
    seen.failed(away(), clock.boottime() - 30)
    assert (desk.mails(), desk.office.mails) == ([], [])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_mail_that_nobody_took_is_tried_again(desk: Post) -> None:
    seen = outage(desk)
    desk.office.after_data = ["451 later", "451 later"]
    seen.failed(away(), clock.boottime() - 61)
    until(lambda: len(desk.office.mails) == 2 and not desk.office.after_data)
    until(lambda: not [one for one in threading.enumerate() if one.name == "outage"])
    seen.failed(away(), clock.boottime() - 61)
    assert len(desk.office.mails) == 2, "not at once"
    seen._next_try = 0.0
    seen.failed(away(), clock.boottime() - 61)
    until(lambda: len(desk.office.mails) == 4)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # of the desk, which only lends its post office
def test_the_scheduler_tells_it_of_a_postgresql_that_is_gone(desk: Post, postgres_url: str) -> None:
    url = make_url(postgres_url)
    proxy = CuttingProxy((url.host or "", url.port or 5432))
    near = url.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)
    settings = fast(desk.parts.settings.data_dir, near, heartbeat=0.02, smtp_url=desk.office.url)
    parts = open_parts(settings)
    there = Post(parts, desk.office)
    there.member(VERA.email, "owner", "nl")
    with connect(settings) as redis:
        outside = Outside(Desk(parts, Bell(redis)))
        outside.beat()
        outside.remember()
        proxy.close()
        until(lambda: fails(outside) and desk.office.mails)
        proxy.open()
        until(lambda: not fails(outside))
        until(lambda: not [one for one in threading.enumerate() if one.name == "outage"])
        outside.beat()
    assert [str(one["Subject"]) for one in desk.office.mails] == ["socialq kan niet bij de database"]
    assert [one.subject for one in there.mails()] == ["socialq kan weer bij de database"]
    parts.db.dispose()
    proxy.stop()


def fails(outside: Outside) -> bool:
    try:
        outside.beat()
    except OperationalError:
        return True
    return False
