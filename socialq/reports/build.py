"""Builds a report: rows become tables, numbers, figures and one page, frozen. The only way into pandas; the web never comes here."""

import hashlib
import json
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from socialq import db as database
from socialq.db import Database
from socialq.errors import SocialqError
from socialq.models import Report
from socialq.networks.base import discover
from socialq.reports import dataset, kpis
from socialq.reports.figures import figures as draw
from socialq.reports.orders import BUILDING, FAILED, ORDERED, READY, find
from socialq.reports.render import page
from socialq.reports.words import Words
from socialq.services.events import record
from socialq.services.incidents import open_incident, resolve_incidents

LEASE = timedelta(minutes=10)
TRIES = 3
log = structlog.get_logger()


def build(db: Database, report_id: int) -> Report:
    """Builds what was ordered and returns the report as it stands then: ready, or failed with an incident.

    Somebody else's is left alone. Raises NotFound only."""
    if not _claim(db, report_id):
        return _read(db, report_id)
    try:
        with db.read() as session:
            report = find(session, report_id)
            data, now = dataset.load(session, report), database.now(session)
        made = _make(data, report.version, complete=data.period.ends_at <= now)
    except Exception as error:  # whatever it was, a person must hear of it
        log.error("a report was not built", report=report_id, error=type(error).__name__, exc_info=True)
        _failed(
            db, report_id, str(error) if isinstance(error, SocialqError) else "a fault of the program; it is in the log"
        )
        return _read(db, report_id)
    _ready(db, report_id, made)
    return _read(db, report_id)


def canonical(numbers: dict[str, Any], figures: dict[str, Any]) -> str:
    """The text whose SHA-256 a report carries: the same numbers and figures always give the same."""
    both = {"numbers": numbers, "figures": figures}
    return json.dumps(both, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _claim(db: Database, report_id: int) -> bool:
    """Until the lease is over nobody else builds it; one that kills its builder is not tried for ever."""
    with db.begin() as session:
        now = database.now(session)
        mine = (Report.id == report_id, Report.state.in_((ORDERED, BUILDING)), Report.due_at <= now)
        tries = session.scalar(select(Report.tries).where(*mine).with_for_update())
        if tries is None:
            return False
        if tries >= TRIES:
            _fail(session, report_id, f"it was begun {tries} times and never ended")
            return False
        values = {"state": BUILDING, "tries": tries + 1, "due_at": now + LEASE}
        session.execute(update(Report).where(*mine).values(**values))
        return True


def _read(db: Database, report_id: int) -> Report:
    with db.read() as session:
        return find(session, report_id)


def _make(data: dataset.Dataset, version: int, *, complete: bool) -> dict[str, Any]:
    """The columns of a report that is ready."""
    names = {network.key: network.name for network in discover().values()}
    numbers = kpis.numbers(data, names, complete=complete)
    drawn = draw(numbers, Words(data.client.language))
    return {
        "numbers": numbers,
        "figures": drawn,
        "html": page(numbers, drawn, version),
        "sha256": hashlib.sha256(canonical(numbers, drawn).encode()).hexdigest(),
        "data_until": data.data_until,
    }


def _ready(db: Database, report_id: int, made: dict[str, Any]) -> None:
    with db.begin() as session:
        now = database.now(session)
        values = {"state": READY, "reason": "", "built_at": now, **made}
        mine = update(Report).where(Report.id == report_id, Report.state == BUILDING).values(**values)
        client_id = session.scalar(mine.returning(Report.client_id))
        if client_id is not None:
            resolve_incidents(session, f"report:{report_id}", "worker")
            record(session, "worker", "build", f"report:{report_id}", client_id, sha256=made["sha256"])


def _failed(db: Database, report_id: int, reason: str) -> None:
    with db.begin() as session:
        _fail(session, report_id, reason)


def _fail(session: Session, report_id: int, reason: str) -> None:
    """The state and the incident in one transaction."""
    mine = update(Report).where(Report.id == report_id, Report.state == BUILDING).values(state=FAILED, reason=reason)
    client_id = session.scalar(mine.returning(Report.client_id))
    if client_id is not None:
        facts = {"report_id": report_id, "reason": reason}
        open_incident(session, "report_failed", f"report:{report_id}", client_id, facts)
