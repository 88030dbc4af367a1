"""How long a text is on each channel, as its network counts it. The one number that counters, checks and previews show."""

from dataclasses import dataclass

from socialq.domain.words import line_ends
from socialq.models import Channel
from socialq.web import reach

NEARLY = 0.9


@dataclass(frozen=True)
class Length:
    """`size` of at most `most`."""

    size: int
    most: int

    @property
    def tone(self) -> str:
        return "bad" if self.size > self.most else "wait" if self.size >= self.most * NEARLY else ""


def of(channel: Channel, text: str) -> Length:
    """With the limits of the channel's own server."""
    network = reach.parts().networks.get(channel.network)
    if network is None:
        return Length(0, 0)
    limits = network.limits.updated(channel.limits)
    return Length(limits.size(as_saved(text)), limits.characters)


def as_saved(text: str) -> str:
    """What is kept of the text that a form sent; this is what goes out, and what is counted."""
    return line_ends(text).strip()


def shown(channels: list[Channel], text: str) -> dict[str, dict[str, str]]:
    """For the composer's script, by channel: the number as it is written in the reader's language, and its tone."""
    found = ((one.id, of(one, text)) for one in channels)
    return {str(key): {"size": reach.words().number(length.size), "tone": length.tone} for key, length in found}
