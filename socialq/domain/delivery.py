"""The one place that decides what follows from what a network said. Pure: facts in, a settlement out."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, assert_never

from socialq.domain import retry
from socialq.domain.outcomes import Deferred, Disconnected, NotSent, Outcome, Processing, Published, Rejected, Unknown
from socialq.domain.states import Move
from socialq.domain.times import Times

PROCESSING_LIMIT = timedelta(hours=1)


@dataclass(frozen=True)
class Facts:
    """What settling needs to know of a delivery, as it stands now."""

    now: datetime
    deadline_at: datetime
    stop_at: datetime | None
    setbacks: int
    jitter: float


@dataclass(frozen=True)
class Settlement:
    """A move, the columns it writes, and the incident (kind) that is opened in the same transaction."""

    move: Move
    changes: dict[str, Any] = field(default_factory=dict)
    incident: str | None = None
    reason: str = ""


def settle(outcome: Outcome, facts: Facts, times: Times) -> Settlement:
    """What follows for the delivery whose own attempt ended with `outcome`."""
    match outcome:
        case Published(remote_id, url):
            return Settlement(Move.GOOD_NEWS, {"remote_id": remote_id, "url": url, "published_at": facts.now})
        case Processing(handle, check_at):
            until = facts.now + PROCESSING_LIMIT
            return Settlement(Move.ACCEPT, {"handle": handle, "check_at": min(check_at, until), "process_until": until})
        case Rejected(reason):
            return _wish(facts) or Settlement(Move.REFUSE, {}, "delivery_rejected", reason)
        case NotSent(reason):
            return _anew(back(facts, times, None, reason))
        case Deferred(until, reason):
            return back(facts, times, until, reason)
        case Disconnected(reason):
            return _wish(facts) or Settlement(
                Move.BACK, {"due_at": facts.now, "rung_at": None}, "channel_disconnected", reason
            )
        case Unknown(reason):
            return Settlement(Move.LOSE, quarantined(facts.now, times), None, reason)
        case _:
            assert_never(outcome)


def back(facts: Facts, times: Times, until: datetime | None, reason: str) -> Settlement:
    """Provably not out: to be sent again, unless somebody wished otherwise or the client's limit is over."""
    setbacks = facts.setbacks + 1
    due_at = retry.next_try(facts.now, until, retry.backoff(times.backoff, setbacks, facts.jitter))
    if wish := _wish(facts):
        return wish
    if due_at > facts.deadline_at:
        return Settlement(Move.MISS, {}, "delivery_missed", reason)
    return Settlement(Move.BACK, {"due_at": due_at, "rung_at": None, "rings": 0, "setbacks": setbacks}, None, reason)


def _anew(settlement: Settlement) -> Settlement:
    """What was not in order (a token, an upload) is put in order before the next try: preparation is repeated."""
    if settlement.move is not Move.BACK:
        return settlement
    return replace(settlement, changes=settlement.changes | {"prepared_at": None})


def quarantined(now: datetime, times: Times) -> dict[str, Any]:
    """The sender has ended: when the first look may come."""
    return {"look_at": now + timedelta(seconds=times.quarantine), "misses": 0, "look_failed_at": None}


def absent(facts: Facts, misses: int, times: Times) -> Settlement | None:
    """A look found nothing. None: it was the first, look again after the gap. Twice: the same call may go again."""
    if misses < 1:
        return None
    if wish := _wish(facts):
        return wish
    if facts.now > facts.deadline_at:
        return Settlement(Move.MISS, {}, "delivery_missed", "it did not arrive, and its slot is over")
    changes = {"due_at": facts.now, "rung_at": None, "rings": 0, "look_at": None, "misses": 0}
    return Settlement(Move.BACK, changes, None, "looked twice: it is not there")


def _wish(facts: Facts) -> Settlement | None:
    return Settlement(Move.CANCEL, {}, None, "cancelled on request") if facts.stop_at else None
