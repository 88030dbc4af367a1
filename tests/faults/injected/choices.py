"""Each removable choice of the model, taken out of the real code: the row that it protects must then fail.

They are removed from the lowest room up, before the modules above have imported what is changed."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import and_, select, true
from sqlalchemy.sql import operators

from socialq import clock, db
from socialq.domain import delivery, message, times
from socialq.domain.outcomes import Absent, Near


def remove(names: Sequence[str]) -> None:
    """Raises KeyError for a name that is none."""
    if unknown := set(names) - set(REMOVALS):
        raise KeyError(f"no such choices: {unknown}")
    for name in REMOVALS:
        if name in names:
            REMOVALS[name]()


def _one_clock() -> None:
    db.now = lambda _session: clock.host_now()
    db.Database.now = lambda _self: clock.host_now()


def _lease_covers_call() -> None:
    times.Times.broken = lambda _self: []


def _near_match_asks() -> None:
    judge = message.judge

    def careless(*args: Any, **kwargs: Any) -> Any:
        look = judge(*args, **kwargs)
        return Absent() if isinstance(look, Near) else look

    message.judge = careless


def _quarantine() -> None:
    delivery.quarantined = lambda now, _times: {"look_at": now, "misses": 0, "look_failed_at": None}


def _two_looks() -> None:
    absent = delivery.absent
    delivery.absent = lambda facts, _misses, limits: absent(facts, 1, limits)


def _guards_without(word: str) -> None:
    from socialq.publishing import claimable

    claimable.CLAIMABLE = and_(*(one for one in _guards(claimable.CLAIMABLE) if word not in str(one)))


def _guards(clause: Any) -> list[Any]:
    """What is joined by AND, however deep."""
    if getattr(clause, "operator", None) is not operators.and_:
        return [clause]
    return [guard for one in clause.clauses for guard in _guards(one)]


def _wishes_kept() -> None:
    delivery._wish = lambda _facts: None
    _guards_without("stop_at")


def _one_in_flight() -> None:
    """The index that repeats it is dropped by the row."""
    _guards_without("in_flight")
    _guards_without("fingerprint")


def _parent_first() -> None:
    from socialq.publishing import claimable

    _guards_without("after_id")
    claimable.PARENT_IS_OUT = true()


def _late_good_news() -> None:
    from socialq.models import Delivery
    from socialq.publishing import record

    good_news, waiting = record.good_news, ("publishing", "processing", "unknown")

    def dropped(session: Any, seen: Any, published: Any, actor: str) -> None:
        mine = select(Delivery.id).where(Delivery.id == seen.delivery_id, Delivery.attempt == seen.attempt)
        if session.scalar(mine.where(Delivery.state.in_(waiting))):
            good_news(session, seen, published, actor)

    record.good_news = dropped


def _alert_with_the_move() -> None:
    from socialq.publishing import record

    opened = record.open_incident

    def later(session: Any, *args: Any) -> None:
        engine = session.get_bind().engine
        threading.Timer(1.0, _in_a_transaction_of_its_own, (engine, opened, args)).start()

    record.open_incident = later


def _in_a_transaction_of_its_own(engine: Any, opened: Callable[..., None], args: tuple[Any, ...]) -> None:
    from sqlalchemy.orm import Session

    with Session(engine.execution_options(writing=True)) as session:
        opened(session, *args)
        session.commit()


def _ended() -> None:
    from socialq.publishing import lost, reconcile, record

    lose = record.lose
    record.lose = lambda *args, look, **kwargs: lose(*args, look=True, **kwargs)
    reconcile._sender_ended = lambda *_: True
    lost.kill_stopped = lambda *_: 0


def _reaper() -> None:
    from socialq.publishing import lost

    lost.give_up_lost = lambda *_: 0


def _processing_deadline() -> None:
    from socialq.publishing import lost

    lost.give_up_processing = lambda *_: 0


def _scheduler_misses_slot() -> None:
    from socialq.publishing import missed

    missed.miss_slots = lambda *_: 0


def _looks_apart() -> None:
    from socialq.models import Delivery
    from socialq.publishing import reconcile

    conclude = reconcile._conclude

    def uncounted(sender: Any, work: Any, look: Any) -> None:
        with sender.db.read() as session:
            misses = session.scalar(select(Delivery.misses).where(Delivery.id == work.delivery_id))
        conclude(sender, replace(work, misses=misses), look)

    reconcile._conclude = uncounted


def _stop_reading_back() -> None:
    from socialq.publishing import reconcile

    failed = reconcile._failed

    def for_ever(session: Any, sender: Any, row: Any, *rest: Any) -> None:
        row.look_failed_at = None
        failed(session, sender, row, *rest)

    reconcile._failed = for_ever


def _look_at_lease() -> None:
    from socialq.publishing.sender import Sender

    Sender._look_at_lease = lambda *_: None


def _claim_before_send() -> None:
    """Everybody who was told of a due delivery believes that it is his."""
    from socialq.models import Delivery
    from socialq.publishing import publish
    from socialq.publishing.claim import Claim
    from socialq.publishing.work import read_work

    def begin(sender: Any, delivery_id: int, **_: Any) -> Any:
        with sender.db.read() as session:
            row = session.scalars(
                select(Delivery).where(Delivery.id == delivery_id, Delivery.state == "scheduled")
            ).first()
            return read_work(session, sender, row) if row else None

    def claim(sender: Any, delivery_id: int, _prepared: Any, *_: Any) -> Claim:
        started = clock.boottime()
        with sender.db.read() as session:
            attempt = session.scalar(select(Delivery.attempt).where(Delivery.id == delivery_id)) or 0
        return Claim(delivery_id, attempt, started, sender.db.now())

    publish.begin, publish.claim = begin, claim


REMOVALS: dict[str, Callable[[], None]] = {
    "one_clock": _one_clock,
    "lease_covers_call": _lease_covers_call,
    "near_match_asks": _near_match_asks,
    "quarantine": _quarantine,
    "two_looks": _two_looks,
    "wishes_kept_after_claim": _wishes_kept,
    "one_in_flight": _one_in_flight,
    "parent_first": _parent_first,
    "late_good_news": _late_good_news,
    "alert_in_same_transaction": _alert_with_the_move,
    "sender_ended_before_resend": _ended,
    "reaper": _reaper,
    "processing_deadline": _processing_deadline,
    "scheduler_misses_slot": _scheduler_misses_slot,
    "looks_apart": _looks_apart,
    "stop_reading_back": _stop_reading_back,
    "look_at_lease_before_write": _look_at_lease,
    "claim_before_send": _claim_before_send,
}
