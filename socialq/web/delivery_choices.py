"""What a person may decide about a delivery now, and what she must know before she does. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from socialq.domain.states import DeliveryState
from socialq.errors import Repeats
from socialq.models import Attempt, Client, Delivery
from socialq.publishing import chains, held
from socialq.services.i18n import Words
from socialq.services.reasons import reason
from socialq.services.repeats import refuse_repeat
from socialq.web import forms, reach
from socialq.web.house import house


@dataclass(frozen=True)
class Choices:
    """`twice`: the same text is there; `looked`: what was looked at, when; `not_before`: sending again is too early;
    `unproved`: its sender may only be asleep; `held`: because of the same text; `stopped`: it is left out if it is not there;
    `anew`: only the post can be planned; `waiting`: how many wait for this one. Sentences are empty when there is nothing to say."""

    twice: str = ""
    looked: str = ""
    not_before: str = ""
    unproved: bool = False
    held: bool = False
    stopped: bool = False
    anew: bool = False
    waiting: int = 0


def choices(
    session: Session,
    delivery: Delivery,
    client: Client,
    tried: Sequence[Attempt],
    name: str,
    words: Words,
    *,
    anew: bool,
) -> Choices:
    """`name`: the network's. Of what failed the same text is asked about when she has it sent."""
    state = DeliveryState(delivery.state)
    if state == DeliveryState.SCHEDULED and held.is_told(session, delivery.id):
        return Choices(_twice(session, delivery), held=True)
    if state == DeliveryState.FAILED:
        return Choices(anew=anew)
    if state != DeliveryState.UNKNOWN:
        return Choices()
    waiting = chains.waiting_behind(session, delivery)
    if delivery.ask_at is None:
        return Choices(stopped=delivery.stop_at is not None, waiting=waiting)
    last = next((one for one in tried if one.number == delivery.attempt), None)
    ended_at = last.ended_at if last else None
    over = ended_at + timedelta(seconds=reach.parts().settings.times.quarantine) if ended_at else None
    early = words.moment(over, client.timezone) if over and over > house(session).now else ""
    looked = words.text(
        "socialq looked on %(network)s, %(at)s. %(what)s",
        network=name, at=words.moment(delivery.ask_at, client.timezone), what=reason(words, delivery.ask_reason),
    ).strip()  # fmt: skip
    return Choices(_twice(session, delivery), looked, early, ended_at is None, anew=anew, waiting=waiting)


def _twice(session: Session, delivery: Delivery) -> str:
    at = max(house(session).now, delivery.due_at)
    try:
        refuse_repeat(session, [delivery.channel_id], delivery.fingerprint, at, delivery=delivery.id)
    except Repeats as error:
        return forms.say(error)
    return ""
