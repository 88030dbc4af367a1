"""Reports as rows: ordering one, and which are to be built. Nothing heavy is imported here: the web uses it."""

from datetime import timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from socialq import db as database
from socialq.db import Database
from socialq.domain.period import month as month_of
from socialq.domain.slots import zone
from socialq.errors import BadInput, NotFound
from socialq.models import Client, Report
from socialq.services import events

ORDERED, BUILDING, READY, FAILED = "ordered", "building", "ready", "failed"
RING_AGAIN = timedelta(seconds=60)
IN_THE_FUTURE = timedelta(seconds=5)


def order(session: Session, client_id: int, month: str, by: str = "cli", *, own: bool = False) -> Report:
    """A report of the client's month ("2026-10"): a new version if there is one already. BadInput, NotFound.

    `by`: who wants it, for the events. `own`: the caller builds it right after the commit, so nobody rings for it in the first minute."""
    client = session.scalar(select(Client).where(Client.id == client_id).with_for_update())  # one version at a time
    if client is None:
        raise NotFound(f"There is no client {client_id}.")
    try:
        period = month_of(month, zone(client.timezone))
    except ValueError as error:
        raise BadInput(str(error)) from None
    now = database.now(session)
    if period.starts_at > now:
        raise BadInput(
            "%(month)s has not begun yet for %(name)s: choose this month or an earlier one.",
            month=month,
            name=client.name,
        )
    mine = (Report.client_id == client_id, Report.starts_on == period.starts_on)
    newest = session.scalar(select(func.max(Report.version)).where(*mine)) or 0
    report = Report(
        client_id=client_id, starts_on=period.starts_on, ends_on=period.ends_on, version=newest + 1,
        state=ORDERED, due_at=now, created_at=now, rung_at=now if own else None,
    )  # fmt: skip
    session.add(report)
    session.flush()
    events.record(session, by, "order", f"report:{report.id}", client_id, month=month)
    return report


def ring(db: Database, limit: int) -> list[int]:
    """Marks and returns what is to be built: ordered, or begun by a builder that is gone. The same id again after a minute."""
    with db.read() as session:  # a round on which there is none writes nothing
        if session.scalar(select(Report.id).where(Report.state.in_((ORDERED, BUILDING))).limit(1)) is None:
            return []
    with db.begin() as session:
        now = database.now(session)
        quiet = or_(Report.rung_at.is_(None), Report.rung_at < now - RING_AGAIN, Report.rung_at > now + IN_THE_FUTURE)
        open_ = (Report.state.in_((ORDERED, BUILDING)), Report.due_at <= now, quiet)
        found = select(Report.id).where(*open_).order_by(Report.due_at, Report.id).limit(limit)
        marked = update(Report).where(Report.id.in_(found), *open_).values(rung_at=now).returning(Report.id)
        return sorted(session.scalars(marked.execution_options(synchronize_session=False)))


def find(session: Session, report_id: int) -> Report:
    """NotFound when there is none."""
    report = session.get(Report, report_id)
    if report is None:
        raise NotFound(f"There is no report {report_id}.")
    return report


def listed(session: Session, client_id: int | None = None) -> list[Report]:
    """Newest month and version first; of one client, or of all."""
    query = select(Report).order_by(Report.starts_on.desc(), Report.client_id, Report.version.desc())
    return list(session.scalars(query if client_id is None else query.where(Report.client_id == client_id)))
