"""/healthz: this process answers. /readyz: everything that a post needs to go out is there. Reads rows; asks no Redis."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, jsonify
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from socialq.db import Database, now
from socialq.errors import Unavailable
from socialq.models import Heartbeat
from socialq.settings import Settings
from socialq.web import reach
from socialq.wiring import require_up_to_date

QUEUES = ("publish", "pull", "slow")
PINGS = 2  # a heartbeat may be so many pings old

bp = Blueprint("health", __name__)


@dataclass(frozen=True)
class Health:
    """`reasons`: plain sentences, empty when all is well; `redis_at`: when Redis last answered anybody, ISO 8601."""

    reasons: list[str]
    redis_at: str | None = None


@bp.get("/healthz")
@reach.without_member
def healthz() -> Response:
    """200 as long as the process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
@reach.without_member
def readyz() -> tuple[Response, int]:
    """200, or 503 with the reasons in plain words."""
    parts = reach.parts()
    health = look(parts.db, parts.settings)
    told = {"status": "not ready" if health.reasons else "ready", "reasons": health.reasons}
    return jsonify(told | {"redis_answered_at": health.redis_at}), 503 if health.reasons else 200


def look(db: Database, settings: Settings) -> Health:
    """Asks the database: does it answer, is it of this version, do scheduler and queues live."""
    try:
        require_up_to_date(db)
        with db.read() as session:
            rows = list(session.scalars(select(Heartbeat)))
            moment = now(session)
    except Unavailable as error:
        return Health([str(error)])
    except SQLAlchemyError as error:
        return Health([f"The database does not answer ({type(error).__name__})."])
    longest = timedelta(seconds=max(PINGS * settings.ping_every, 12 * settings.heartbeat))
    return judge(rows, moment, longest)


def judge(rows: list[Heartbeat], moment: datetime, longest: timedelta) -> Health:
    """What the heartbeats say at `moment`; older than `longest` is dead."""
    living = [row for row in rows if moment - row.beat_at <= longest]
    reasons = [] if any(row.name.startswith("scheduler:") for row in living) else [_silent("The scheduler", longest)]
    names = {row.name for row in living}
    reasons += [_silent(f"The {queue} worker", longest) for queue in QUEUES if f"queue:{queue}" not in names]
    return Health(reasons, max((_redis_at(row.facts) for row in rows), default="") or None)


def _redis_at(facts: dict[str, Any]) -> str:
    return str(facts.get("redis_at") or "")


def _silent(who: str, longest: timedelta) -> str:
    return f"{who} has not been heard of for {longest.total_seconds():.0f} s: is it running, and does Redis answer?"
