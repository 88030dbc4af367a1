"""What nobody brings home: leases that ran out, senders that died, polls without an end. The scheduler's part; it sends nothing."""

import os
import signal
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Select, bindparam, or_, select, update
from sqlalchemy.orm import Session

from socialq.db import Database, UtcDateTime, now
from socialq.domain.states import DeliveryState, Move, target
from socialq.domain.times import Times
from socialq.models import Attempt, Delivery, Worker
from socialq.publishing import life, record
from socialq.publishing.claimable import MOMENT
from socialq.publishing.journals import apply_journals
from socialq.publishing.record import Seen
from socialq.publishing.ring import FUTURE

ACTOR = "scheduler"
AT_ONCE = 100
# A lease that ends later than a new one would was written by a clock that ran ahead: over as well.
LEASES_OVER = select(Delivery).where(
    Delivery.state == DeliveryState.PUBLISHING,
    or_(Delivery.lease_until < MOMENT, Delivery.lease_until > bindparam("lease_ahead", type_=UtcDateTime)),
)


def give_up_lost(db: Database, data_dir: Path, times: Times) -> int:
    """Leases that ran out: unknown. That proves nothing about the sender, so on this host the quarantine waits for its end.
    The end of a sender on another host cannot be proved here: it is looked for all the same, but never sent again unasked."""
    with db.read() as session:
        moment = now(session)
        ahead = {"lease_ahead": moment + timedelta(seconds=times.lease) + FUTURE}
        over = session.scalars(LEASES_OVER.limit(AT_ONCE), {"moment": moment} | ahead)
        rows = [Seen(d.id, d.attempt) for d in over]
    for seen in rows:
        with db.begin() as session:
            query = select(Attempt.ended_at, Worker.host_id).outerjoin(Worker, Worker.id == Attempt.worker_id)
            mine = query.where(Attempt.delivery_id == seen.delivery_id, Attempt.number == seen.attempt)
            ended_at, host = session.execute(mine).one()
            look = ended_at is not None or host != life.host_id(data_dir)
            record.lose(session, seen, "its worker has not been heard of", times, look=look, actor=ACTOR)
    return len(rows)


def bury(db: Database, data_dir: Path, times: Times) -> int:
    """Workers of this host that are proved dead: their open attempts have ended, what they were sending is unknown from now on."""
    dead = [w for w in life.living(db, data_dir) if life.is_dead(w, data_dir)]
    if dead:  # what they knew comes first: it says more than their death
        apply_journals(db, data_dir, times)
    for worker in dead:
        with db.begin() as session:
            for attempt in session.scalars(_open_attempts(worker.id)).all():
                _end_by_death(session, attempt, times)
            session.execute(update(Worker).where(Worker.id == worker.id).values(gone_at=now(session)))
        (data_dir / "workers" / worker.id).unlink(missing_ok=True)
    return len(dead)


def kill_stopped(db: Database, data_dir: Path, times: Times, awake_since: datetime) -> int:
    """A stopped process keeps its lock and may still write: if its delivery waits for its end, it is killed (then buried).
    After a sleep of the whole machine everybody gets two beats of grace: `awake_since` is when the caller last woke."""
    stopped = []
    with db.read() as session:
        moment = now(session)
        if moment - awake_since < timedelta(seconds=2 * times.heartbeat):
            return 0
        silent = Worker.beat_at < moment - timedelta(seconds=times.lease)
        for worker in session.scalars(select(Worker).where(Worker.gone_at.is_(None), silent)):
            if worker.host_id == life.host_id(data_dir) and _holds_up(session, worker, moment):
                stopped.append(worker)
    return sum(_kill(worker, data_dir) for worker in stopped)


def give_up_processing(db: Database, times: Times) -> int:
    """Accepted, but the network has not finished within its time: a person is asked at once."""
    with db.read() as session:
        over = Delivery.process_until < now(session)
        query = select(Delivery).where(Delivery.state == DeliveryState.PROCESSING, over).limit(AT_ONCE)
        rows = [Seen(d.id, d.attempt) for d in session.scalars(query)]
    for seen in rows:
        with db.begin() as session:
            where = (
                Delivery.id == seen.delivery_id,
                Delivery.state == DeliveryState.PROCESSING,
                Delivery.attempt == seen.attempt,
            )
            session.execute(update(Delivery).where(*where).values(state=target(Move.LOSE)))
            record.ask(session, seen, "the network accepted it and has not said whether it is out", ACTOR)
    return len(rows)


def _open_attempts(worker_id: str) -> Select[Attempt]:
    return select(Attempt).where(Attempt.worker_id == worker_id, Attempt.ended_at.is_(None))


def _holds_up(session: Session, worker: Worker, moment: datetime) -> bool:
    """A delivery waits for its end. Or a lease is over and the process stands still: on SQLite it may hold the very lock that
    everybody needs to write that down, and a worker that merely waits for that lock does not stand still."""
    mine = _open_attempts(worker.id).join(Delivery, Delivery.id == Attempt.delivery_id)
    if session.scalars(mine.where(Delivery.state == DeliveryState.UNKNOWN)).first() is not None:
        return True
    over = session.scalars(mine.where(Delivery.state == DeliveryState.PUBLISHING, Delivery.lease_until < moment))
    return over.first() is not None and _stands_still(worker.pid)


def _stands_still(pid: int) -> bool:
    """Stopped by a signal (Linux says so; elsewhere nobody can tell)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] in ("T", "t")
    except (OSError, IndexError):
        return False


def _end_by_death(session: Session, attempt: Attempt, times: Times) -> None:
    seen = Seen(attempt.delivery_id, attempt.number)
    record.end_attempt(session, seen.delivery_id, seen.attempt, "died", "its worker died")
    if record.lose(session, seen, "its worker died while sending", times, look=True, actor=ACTOR):
        return
    record.begin_quarantine(session, seen, times)


def _kill(worker: Worker, data_dir: Path) -> bool:
    """Only the very process: its start time, and the lock that it still holds."""
    if life.is_dead(worker, data_dir) or life.process_start(worker.pid) != worker.pid_started or not worker.pid_started:
        return False
    os.kill(worker.pid, signal.SIGKILL)
    return True
