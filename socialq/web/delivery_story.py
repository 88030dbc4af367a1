"""What has become of a delivery, line by line in plain words: its attempts, the looks, and what people decided. Reads only."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, cast, literal, select
from sqlalchemy.orm import Session

from socialq.domain.states import DeliveryState, Move
from socialq.models import Attempt, Delivery, Event, Member
from socialq.networks.call.pieces import under_way
from socialq.services.i18n import Words, mark
from socialq.services.reasons import reason

ENDS = {  # of an attempt
    "published": mark("%(network)s answered: it is online."),
    "processing": mark("%(network)s has taken it and is still working on it."),
    "notsent": mark("It did not leave, that is certain. socialq tries again."),
    "deferred": mark("%(network)s asked for a pause. Nothing went out."),
    "rejected": mark("%(network)s refused it. Nothing is online."),
    "disconnected": mark("%(network)s did not accept the account. Nothing went out."),
    "unknown": mark("No clear answer from %(network)s: it may be online."),
    "died": mark("socialq was interrupted while sending: it may be online."),
}
UNDERWAY = mark("It is being sent now.")
UNHEARD = mark("How this ended is not known: it may be online.")
TWICE = "looked twice: it is not there"
VERBS = {  # of an event that is more than the end of an attempt
    "ask": mark("socialq looked whether it is online and cannot say for sure: that is for a person."),
    Move.MISS.value: mark("Its slot passed. It stays in: nothing is online."),
    Move.CANCEL.value: mark("Taken back: it does not go out."),
    Move.AGAIN.value: mark("%(who)s had it sent again."),
    Move.LEAVE.value: mark("%(who)s left it as it is."),
    Move.REPLACE.value: mark("%(who)s planned the post anew, or took it off the schedule. This one is left."),
    "stop": mark("%(who)s wants it left out: if it is not online, it is not sent again."),
    "hold": mark("Held: the same text went out here less than a day ago."),
}
ARRIVING = mark(
    "The files are on their way to %(network)s: %(percent)s %% is there. Nothing is public before its time."
)
FOUND = mark("socialq looked and found it online.")
SAID = mark("%(who)s said that it is online.")
ABSENT = mark("socialq looked twice: it is not there. It goes out again by itself.")
REFUSED = mark("Refused before anything was sent. Nothing is online.")
COMMAND_LINE, FORMER = mark("Somebody at the command line"), mark("A former member")


@dataclass(frozen=True)
class Line:
    """`details`: the network's own words, or socialq's own about the cause; empty without. `heading`: which attempt it was."""

    at: datetime
    text: str
    heading: str = ""
    details: str = ""


def story(session: Session, delivery: Delivery, tried: list[Attempt], network: str, words: Words) -> list[Line]:
    """Oldest first; `tried` are its attempts."""
    by = literal("member:").concat(cast(Member.id, String)) == Event.actor
    told = select(Event, Member).outerjoin(Member, by).where(Event.subject == f"delivery:{delivery.id}")
    lines = [_attempt(one, delivery, network, words) for one in tried]
    for event, member in session.execute(told.order_by(Event.id)):
        if text := _event(event, member, tried, words):
            lines.append(Line(event.at, text, details=_details(event, words)))
    return sorted(lines, key=lambda line: line.at)


def looking(delivery: Delivery, words: Words, zone: str) -> str:
    """What is being done while nobody knows and no person is asked yet; empty in every other state."""
    if delivery.state != DeliveryState.UNKNOWN or delivery.ask_at is not None:
        return ""
    if delivery.look_at is None:
        return words.text("socialq waits until it is certain that nothing is on its way any more, then it looks.")
    at = words.moment(delivery.look_at, zone)
    if delivery.misses:
        return words.text("socialq looked once and did not find it. It looks again: %(at)s.", at=at)
    if delivery.look_failed_at is not None:
        return words.text("socialq could not look. It tries again: %(at)s.", at=at)
    return words.text("socialq looks whether it is online: %(at)s.", at=at)


def arriving(delivery: Delivery, network: str, words: Words) -> str:
    """How much of its files has arrived there, while they are sent ahead of its time; empty otherwise."""
    share = under_way(delivery.memory)
    if delivery.state != DeliveryState.SCHEDULED or delivery.prepared_at is not None or share is None:
        return ""
    return words.text(ARRIVING, network=network, percent=words.number(int(share * 100)))


def _attempt(attempt: Attempt, delivery: Delivery, network: str, words: Words) -> Line:
    open_ = UNDERWAY if delivery.state == DeliveryState.PUBLISHING and attempt.ended_at is None else UNHEARD
    text = ENDS.get(attempt.outcome, open_)
    said = words.text(text, network=network) if "%(" in text else words.text(text)
    heading = words.text("Attempt %(number)s", number=words.number(attempt.number))
    return Line(attempt.started_at, said, heading, reason(words, attempt.reason))


def _event(event: Event, member: Member | None, tried: list[Attempt], words: Words) -> str:
    """Empty for what an attempt's end says already."""
    if event.verb == Move.BACK.value and event.facts.get("reason") == TWICE:
        return words.text(ABSENT)
    if event.verb == Move.REFUSE.value and not any(one.outcome in ("rejected", "processing") for one in tried):
        return words.text(REFUSED)
    if event.verb == Move.GOOD_NEWS.value:
        return _online(event, member, tried, words)
    text = VERBS.get(event.verb, "")
    return words.text(text, who=_who(event, member, words)) if "%(" in text else words.text(text) if text else ""


def _online(event: Event, member: Member | None, tried: list[Attempt], words: Words) -> str:
    if event.actor not in ("worker", "scheduler"):
        return words.text(SAID, who=_who(event, member, words))
    return "" if any(one.outcome == "published" for one in tried) else words.text(FOUND)


def _who(event: Event, member: Member | None, words: Words) -> str:
    if member is not None:
        return member.name or member.email
    return words.text(FORMER if event.actor.startswith("member:") else COMMAND_LINE)


def _details(event: Event, words: Words) -> str:
    known = str(event.facts.get("reason", ""))
    return "" if known == TWICE else reason(words, known)
