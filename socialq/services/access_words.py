"""What is told about the access to a channel: that it ends, and what missed its slot while there was none. Words only."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from socialq.services.i18n import Words

Facts = Mapping[str, Any]
Said = tuple[str, str, str]


def _ends(words: Words, facts: Facts, network: str, zone: str) -> Said:
    if facts.get("step") == "stuck":
        return (
            words.text("The access to %(network)s was not renewed", network=network),
            words.text("socialq keeps trying. Until it works posts for this channel wait; what is too late stays in."),
            words.text("If %(network)s itself works, reconnect the channel.", network=network),
        )
    at = facts.get("ends_at")
    moment = words.moment(datetime.fromisoformat(at), zone) if at else ""
    title = (
        words.text("The access to %(network)s ends within a day", network=network)
        if facts.get("step") == "day"
        else words.text("The access to %(network)s ends within a week", network=network)
    )
    return (
        title,
        words.text(
            "It works until %(moment)s. It cannot be renewed without you; after that posts for this channel wait.",
            moment=moment,
        ),
        words.text("Reconnect the channel before then."),
    )


def _missed(words: Words, facts: Facts, network: str, _zone: str) -> Said:
    count = int(facts.get("missed", 1))
    return (
        words.plural(
            "%(n)s post missed its slot while %(network)s was not connected",
            "%(n)s posts missed their slot while %(network)s was not connected",
            count,
            network=network,
        ),
        words.plural("It is not online.", "They are not online.", count),
        words.text("Reconnect the channel, then pick another time for each, or leave it out."),
    )


KINDS: dict[str, Callable[[Words, Facts, str, str], Said]] = {"access_ends": _ends, "channel_missed": _missed}
