"""A person has it sent (again): what stands against that, and the promise that she makes with it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from socialq import db
from socialq.domain.states import FINAL, DeliveryState, Move, PostState
from socialq.domain.times import Times
from socialq.errors import BadInput, Moment, NotAllowed
from socialq.models import Attempt, Delivery, Post
from socialq.publishing.deciding import Case, change, settle
from socialq.services.events import record as record_event
from socialq.services.i18n import mark
from socialq.services.incidents import resolve_incidents
from socialq.services.repeats import refuse_repeat

FUTURE = timedelta(days=3653)
LOOKING = mark("It is still being looked for: decide once that has ended, or say that it is out.")
TOO_SOON = mark("What was sent may still be on its way: it can be sent again from %(moment)s.")
PLANNED_ANEW = mark("The post was changed or taken off the schedule since: schedule it from its own page.")
NO_PARENT = mark("The part before it in the thread is not out, or has no link to answer to: this one cannot be sent.")
PAST = mark("That time is past: take a later one.")
TOO_FAR = mark("That time is more than ten years ahead: take an earlier one.")


def send_again(case: Case, at: datetime | None, *, repeat: bool) -> None:
    """For `at`, or now. Raises NotAllowed, BadInput (Repeats when the same text is there and `repeat` is not said)."""
    session, delivery = case.session, case.delivery
    refuse_too_early(case)
    _refuse_alone(session, delivery)
    values = _fresh(case) | (_promised(case, at) if at else {}) | {"repeat_allowed": repeat}
    if not repeat:
        refuse_repeat(session, [delivery.channel_id], delivery.fingerprint, values["due_at"], delivery=delivery.id)
    if delivery.state == DeliveryState.FAILED:
        values |= _prepared_anew(delivery)
    settle(case, Move.AGAIN, values | {"reason": ""})


def post_anyway(case: Case, *, repeat: bool) -> None:
    """Held because the same text is there. Raises Repeats when `repeat` is not said."""
    session, delivery = case.session, case.delivery
    if not repeat:
        refuse_repeat(session, [delivery.channel_id], delivery.fingerprint, case.now, delivery=delivery.id)
    change(case, _fresh(case) | {"repeat_allowed": True})
    resolve_incidents(session, case.subject, case.actor)
    record_event(session, case.actor, Move.AGAIN.value, case.subject, case.client.id)


def refuse_too_early(case: Case) -> None:
    """While it is looked for, or while what was sent may still arrive."""
    if case.delivery.state != DeliveryState.UNKNOWN:
        return
    if case.delivery.ask_at is None:
        raise NotAllowed(LOOKING)
    over = quiet_from(case.session, case.delivery, case.times)
    if over is not None and over > case.now:
        raise NotAllowed(TOO_SOON, moment=Moment(over, case.client.timezone))


def quiet_from(session: Session, delivery: Delivery, times: Times) -> datetime | None:
    """When nothing of the last attempt can arrive any more. None: its sender is not proved to have ended."""
    mine = (Attempt.delivery_id == delivery.id, Attempt.number == delivery.attempt)
    ended_at = session.scalar(select(Attempt.ended_at).where(*mine))
    return ended_at + timedelta(seconds=times.quarantine) if ended_at else None


def wanted(delivery: Delivery) -> ColumnElement[bool]:
    """Its post is still scheduled with these words; if not, nothing would ever send it."""
    mine = (Post.id == delivery.post_id, Post.state == PostState.SCHEDULED, Post.revision_id == delivery.revision_id)
    return select(Post.id).where(*mine).exists()


def _refuse_alone(session: Session, delivery: Delivery) -> None:
    if not session.scalar(select(wanted(delivery))):
        raise NotAllowed(PLANNED_ANEW)
    if delivery.after_id is None:
        return
    parent = session.get_one(Delivery, delivery.after_id)
    if parent.state != DeliveryState.PUBLISHED or parent.remote_id is None:
        raise NotAllowed(NO_PARENT)


def _fresh(case: Case) -> dict[str, Any]:
    """Now, with the client's whole limit before it."""
    moment = case.now
    return {
        "due_at": moment, "deadline_at": moment + timedelta(seconds=case.client.lateness_limit), "rung_at": None, "rings": 0,
        "setbacks": 0, "stop_at": None, "prep_tries": 0,
    }  # fmt: skip


def _prepared_anew(delivery: Delivery) -> dict[str, Any]:
    """Refused or too late: uploads and containers are made again. The key stays, for an earlier attempt may yet turn out to be out."""
    return {"prepared_at": None, "memory": {"key": delivery.memory["key"]} if "key" in delivery.memory else {}}


def _promised(case: Case, at: datetime) -> dict[str, Any]:
    """Another promise, made by a person. The post's own time goes along unless some of it is out, or may be."""
    session, delivery = case.session, case.delivery
    if at <= db.now(session):
        raise BadInput(PAST)
    if at > db.now(session) + FUTURE:
        raise BadInput(TOO_FAR)
    others = select(Delivery.state).where(Delivery.post_id == delivery.post_id, Delivery.id != delivery.id)
    stays = {DeliveryState.PUBLISHED, *set(DeliveryState) - FINAL}
    if not stays & set(session.scalars(others)):
        session.execute(update(Post).where(Post.id == delivery.post_id).values(scheduled_at=at))
    lead = delivery.scheduled_at - delivery.prepare_at
    deadline = at + timedelta(seconds=case.client.lateness_limit)
    return {"scheduled_at": at, "due_at": at, "deadline_at": deadline, "prepare_at": at - lead}
