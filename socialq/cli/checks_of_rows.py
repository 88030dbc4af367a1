"""`doctor`: the database and what its rows say of the line; and, of processes on this machine, whether they are there at all."""

import os
import socket
from collections.abc import Callable, Mapping
from datetime import timedelta

from sqlalchemy import select, text

from socialq import clock
from socialq.cli.found import Answer
from socialq.crypto import Secrets, load_keys
from socialq.db import Database, now
from socialq.models import Channel, Client, Worker
from socialq.publishing import life
from socialq.publishing.vitals import Vitals, read_vitals
from socialq.services import smtp
from socialq.services.mail_settings import effective
from socialq.services.outbox import FAILED, NOT_SURE, QUEUED
from socialq.settings import Settings
from socialq.wiring import require_up_to_date

CLOCK_ALERT, CLOCK_TOO_FAR = 2.0, 60.0
SOON = timedelta(days=7)
ROLES = ("publish", "pull", "slow")

Question = Callable[[Database, Settings], Answer]


def database(db: Database, settings: Settings) -> Answer:
    """It answers, is of this version, and how large it is."""
    if not settings.database_url and not (settings.data_dir / "socialq.sqlite3").is_file():
        return False, "There is no database yet: start socialq once."
    require_up_to_date(db)
    if db.sqlite:
        query = "SELECT sqlite_version(), page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    else:
        query = "SELECT current_setting('server_version'), pg_database_size(current_database())"
    with db.read() as session:
        server, size = session.execute(text(query)).one()
    return True, f"{'SQLite' if db.sqlite else 'PostgreSQL'} {server} answers and is up to date, {size / 1e6:.1f} MB."


def clocks(db: Database, _settings: Settings) -> Answer:
    """The shortest of five round trips: a busy database looks like a wrong clock."""
    off = min(_round_trip(db) for _ in range(5))[1]
    told = f"This machine and the database are {off:.1f} s apart"
    if off <= CLOCK_ALERT:
        return True, f"{told}."
    more = "nothing is sent from here until they agree" if off > CLOCK_TOO_FAR else "set the clocks right"
    return False, f"{told}: {more} (let the machine set its time by itself, with NTP)."


def scheduler(db: Database, settings: Settings) -> Answer:
    """Heard of lately; and of one on this machine, whether its process is there at this moment."""
    vitals = _vitals(db)
    here = [name for name in vitals.schedulers if not _gone(name)]
    if not vitals.schedulers:
        return False, "It has never been heard of: start socialq."
    age = min(vitals.schedulers.values())
    if not here:
        return False, f"Heard of {age:.0f} s ago, and its process has ended since: start socialq again."
    youngest = min(vitals.schedulers[name] for name in here)
    if youngest > 12 * settings.heartbeat:
        return False, f"Heard of {youngest:.0f} s ago. It stands still or has ended: start socialq again."
    return True, f"Heard of {youngest:.0f} s ago."


def worker(role: str) -> Question:
    """One that lives by its lock and its word, and whose queue comes through."""

    def look(db: Database, settings: Settings) -> Answer:
        vitals, longest = _vitals(db), max(2 * settings.ping_every, 12 * settings.heartbeat)
        age = vitals.queues.get(role)
        if age is None:
            return False, "Its queue has never been heard of: start socialq."
        if not _living(db, settings, role):
            return False, f"Heard of {age:.0f} s ago, and no such process lives now: start socialq again."
        if age > longest:
            return (
                False,
                f"It lives, but its queue was heard of {age:.0f} s ago: does Redis answer? Else start socialq again.",
            )
        return True, f"{len(vitals.workers.get(role, []))} live; the queue was heard of {age:.0f} s ago."

    return look


def channels(db: Database, _settings: Settings) -> Answer:
    """Disconnected ones, and tokens that run out."""
    with db.read() as session:
        moment = now(session)
        rows = session.execute(select(Channel, Client.name).join(Client, Client.id == Channel.client_id)).all()
    lost = [_named(one, client) for one, client in rows if one.disconnected_at]
    soon = [_named(one, client) for one, client in rows if one.expires_at and one.expires_at < moment + SOON]
    if lost:
        return False, f"Disconnected: {', '.join(lost)}. Connect them again on the page of their client."
    if soon:
        return (
            False,
            f"Access runs out within a week: {', '.join(soon)}. Connect them again on the page of their client.",
        )
    return True, f"{len(rows)} are connected."


def due(db: Database, settings: Settings) -> Answer:
    """What could go out now and does not."""
    vitals = _vitals(db)
    if vitals.oldest_due > 12 * settings.heartbeat:
        return False, (
            f"{vitals.due} posts could go out and have no worker, the oldest for {vitals.oldest_due:.0f} s: "
            "see the lines about scheduler, workers and Redis."
        )
    return True, f"{vitals.due} posts could go out at this moment. " + (
        _listed(vitals.deliveries) or "There is none yet."
    )


def incidents(db: Database, _settings: Settings) -> Answer:
    """What waits for a person."""
    found = _vitals(db).incidents
    if not found:
        return True, "None is open."
    return False, f"{_listed(found)} open: Today says what to do about each."


def mail(db: Database, settings: Settings) -> Answer:
    """A server is set, lets us in, and mails do leave."""
    with db.read() as session:
        chosen = effective(settings, session, Secrets(load_keys(settings.data_dir)))
    if chosen.server is None:
        return False, "No mail server is set: nobody gets a mail. Set one on the Settings page."
    answer = smtp.knock(chosen.server)
    if answer.result is not smtp.Result.SENT:
        return False, f"{answer.reason} Look at the mail server on the Settings page."
    stuck = {name: count for name, count in _vitals(db).mails.items() if name in (QUEUED, FAILED, NOT_SURE)}
    return True, f"{chosen.server.host} lets us in. " + (f"Mails: {_listed(stuck)}." if stuck else "No mail waits.")


OF_DATABASE: tuple[tuple[str, Question], ...] = (("database", database),)
IN_ROWS: tuple[tuple[str, Question], ...] = (
    ("clock", clocks), ("scheduler", scheduler), *((f"{role} worker", worker(role)) for role in ROLES),
    ("channels", channels), ("due", due), ("incidents", incidents), ("mail", mail),
)  # fmt: skip


def _vitals(db: Database) -> Vitals:
    with db.read() as session:
        return read_vitals(session)


def _round_trip(db: Database) -> tuple[float, float]:
    before, started = clock.host_now(), clock.boottime()
    there = db.now()
    took = clock.boottime() - started
    return took, abs((there - before).total_seconds() - took / 2)


def _gone(name: str) -> bool:
    """`scheduler:host:pid` of this machine, whose process is not there. Of another machine nobody can tell from here."""
    _, _, rest = name.partition(":")
    host, _, pid = rest.rpartition(":")
    if host != socket.gethostname() or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _living(db: Database, settings: Settings, role: str) -> bool:
    """By its lock, where it is on this machine: at once, and not a minute after its last word."""
    with db.read() as session:
        rows = list(session.scalars(select(Worker).where(Worker.role == role, Worker.gone_at.is_(None))))
        moment = now(session)
    if not (settings.data_dir / "host").exists():
        return bool(rows)
    longest = timedelta(seconds=12 * settings.heartbeat)
    return any(not life.is_dead(one, settings.data_dir) and moment - one.beat_at <= longest for one in rows)


def _named(channel: Channel, client: str) -> str:
    return f"{channel.network} {channel.handle} of {client}"


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
