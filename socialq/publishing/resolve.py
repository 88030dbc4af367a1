"""A person decides: it is out, send it (again), or leave it. Names the attempt that she saw; a stale page changes nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialq.domain.outcomes import Published
from socialq.domain.states import DeliveryState, Move
from socialq.domain.times import Times
from socialq.errors import BadInput, NotFound, OutOfDate
from socialq.models import Channel, Client, Delivery
from socialq.publishing import held, leaving, record, sending_again
from socialq.publishing.deciding import MEANWHILE, Case, settle
from socialq.services.i18n import mark

Choice = Literal["published", "retry", "failed"]
NOBODY = mark("There is no delivery %(delivery)s.")
TRIED_SINCE = mark("This has been tried again since: look at it once more.")
NOTHING = mark("Delivery %(delivery)s is %(state)s: there is nothing to decide.")
NO_LINK = mark("A link begins with https://. Copy it from the post, or leave it out.")


@dataclass(frozen=True)
class Answer:
    """`url`: the post's link, for "published", may be empty; `known`: what the network makes of it. `at` (aware), for "retry":
    another promise; without it, now. `repeat`, for "retry": even if the same text is there or planned within a day.
    `seen`: the state that the person saw, where she saw one."""

    choice: Choice
    url: str = ""
    known: Published | None = None
    at: datetime | None = None
    repeat: bool = False
    seen: str = ""


def resolve(
    session: Session, delivery_id: int, attempt: int | None, answer: Answer, times: Times, actor: str = "cli"
) -> Delivery:
    """`attempt` as shown to the person (None: whatever stands now). Raises NotFound, OutOfDate, NotAllowed or BadInput
    (Repeats without `repeat`); nothing is changed then."""
    delivery = session.scalars(select(Delivery).where(Delivery.id == delivery_id).with_for_update()).first()
    if delivery is None:
        raise NotFound(NOBODY, delivery=delivery_id)
    if attempt is not None and attempt != delivery.attempt:
        raise OutOfDate(TRIED_SINCE)
    if answer.choice != "published" and answer.seen not in ("", delivery.state):  # that it is out is news in any state
        raise OutOfDate(MEANWHILE)
    client = session.scalars(select(Client).join(Channel).where(Channel.id == delivery.channel_id)).one()
    _open(session, delivery, answer.choice)(Case(session, delivery, client, times, actor), answer)
    session.refresh(delivery)
    return delivery


def _open(session: Session, delivery: Delivery, choice: Choice) -> Callable[[Case, Answer], None]:
    """What the choice means in the state in which it stands. Raises OutOfDate when it means nothing there."""
    asked = delivery.ask_at is not None
    match DeliveryState(delivery.state), choice:
        case ((DeliveryState.UNKNOWN | DeliveryState.FAILED), "published"):
            return _is_out
        case ((DeliveryState.UNKNOWN | DeliveryState.FAILED), "retry"):
            return lambda case, answer: sending_again.send_again(case, answer.at, repeat=answer.repeat)
        case DeliveryState.UNKNOWN, "failed":
            return lambda case, _: leaving.leave(case) if asked else leaving.stop(case)
        case DeliveryState.FAILED, "failed" if leaving.is_open(session, delivery.id):
            return lambda case, _: leaving.leave_failed(case)
        case DeliveryState.SCHEDULED, "retry" if held.is_told(session, delivery.id):
            return lambda case, answer: sending_again.post_anyway(case, repeat=answer.repeat)
        case DeliveryState.SCHEDULED, "failed" if held.is_told(session, delivery.id):
            return lambda case, _: leaving.leave_held(case)
    raise OutOfDate(NOTHING, delivery=delivery.id, state=DeliveryState(delivery.state))


def _is_out(case: Case, answer: Answer) -> None:
    """The parts after it need its id to answer to: without one they cannot go out, and that is told."""
    known = answer.known
    if known is None and answer.url and not answer.url.startswith(("https://", "http://")):
        raise BadInput(NO_LINK)
    url = known.url if known else answer.url
    values = {"url": url, "published_at": case.now, "stop_at": None, "reason": ""}
    settle(case, Move.GOOD_NEWS, values | ({"remote_id": known.remote_id} if known else {}), url=url)
    if known or case.delivery.remote_id:
        record.children_due(case.session, case.delivery)
    else:
        leaving.cut_after(case)
