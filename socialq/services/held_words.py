"""What is told when something holds posts back: a restore, a missing approval, the breaker, a host, a budget. Words only."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from socialq.services.i18n import Words, mark

Facts = Mapping[str, Any]
Said = tuple[str, str, str]


def _moved(words: Words, facts: Facts, _network: str, _zone: str) -> Said:
    return (
        words.text("socialq was moved or restored"),
        words.plural(
            "%(n)s post waits for your yes: it may be online already, since the copy knows nothing of what went out after it was made.",
            "%(n)s posts wait for your yes: they may be online already, since the copy knows nothing of what went out after it was made.",
            int(facts.get("waiting", 1)),
        ),
        words.text("Go through the list and say what may go out."),
    )


def _not_approved(words: Words, facts: Facts, _network: str, _zone: str) -> Said:
    draft = facts.get("state") == "draft"
    body = (
        words.text("It has a time, but it is still a draft. Without approval it does not go out.")
        if draft
        else words.text("The client has not said anything yet. Without approval it does not go out.")
    )
    match facts.get("step"):
        case "day":
            title = words.text("Not approved yet, one day to go")
        case "hours":
            title = words.text("Not approved yet, two hours to go")
        case _:
            title = words.text("Not approved in time")
            body = words.text(
                "Its time has come, and nothing is online. Approved within a quarter of an hour it goes out at once."
            )
    return title, body, words.text("Ask for the approval, or pick another time.")


def _breaker(words: Words, facts: Facts, network: str, _zone: str) -> Said:
    return (
        words.plural(
            "Stopped: %(n)s post within an hour on %(network)s",
            "Stopped: %(n)s posts within an hour on %(network)s",
            int(facts.get("limit", 25)),
            network=network,
        ),
        words.text(
            "That is more than usual, so the others wait. They are not online; what waits too long misses its slot."
        ),
        words.text("If it is meant to be so, let it go on. If not, pause the channel."),
    )


def _host(words: Words, facts: Facts, _network: str, _zone: str) -> Said:
    return (
        words.text("%(host)s does not answer", host=facts.get("host", "")),
        words.text("Posts for it wait and are tried again every minute. What is not out in time misses its slot."),
        words.text("See whether that server works; socialq goes on by itself as soon as it does."),
    )


def _budget(words: Words, facts: Facts, network: str, zone: str) -> Said:
    until = facts.get("until")
    moment = words.moment(datetime.fromisoformat(until), zone) if until else ""
    return (
        words.text("%(network)s takes no more for now", network=network),
        words.text(
            "What %(network)s allows is used up until %(moment)s. Posts wait until then; what is too late by then misses its slot.",
            network=network,
            moment=moment,
        ),
        words.text("Plan fewer posts at a time for this channel."),
    )


def _money(words: Words, facts: Facts, _network: str, _zone: str) -> Said:
    return (
        words.text("%(client)s's money for paid networks is spent", client=facts.get("client", "")),
        words.text(
            "The most that you allow a month is reached. Posts there wait; what is too late by then misses its slot."
        ),
        words.text("Raise it on the client's page, under Edit, or wait for the new month."),
    )


CLOCKS = {  # `who` is odd, as domain.clocks says
    "database": mark(
        "The clock of the computer with the database is %(seconds)s seconds off: posts go out that much too early or too late."
    ),
    "house": mark(
        "The clock here is %(seconds)s seconds off from those of the networks: posts go out that much too early or too late."
    ),
    "unsure": mark(
        "Two computers of socialq are %(seconds)s seconds apart; which of them is wrong cannot be told from here."
    ),
}
ONE_MACHINE = mark(
    "The clock of one computer is %(seconds)s seconds off. From a minute on nothing is published from it."
)


def _clock(words: Words, facts: Facts, _network: str, _zone: str) -> Said:
    seconds = words.number(abs(float(facts.get("seconds", 0))), 1)
    return (
        words.text("A clock is wrong"),
        words.text(CLOCKS.get(str(facts.get("who", "")), ONE_MACHINE), seconds=seconds),
        words.text("Let that computer set its time by itself, in its own settings."),
    )


KINDS: dict[str, Callable[[Words, Facts, str, str], Said]] = {
    "clock_off": _clock,
    "moved": _moved,
    "not_approved": _not_approved,
    "breaker": _breaker,
    "host_silent": _host,
    "budget_spent": _budget,
    "money_spent": _money,
}
