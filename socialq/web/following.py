"""What follows a post in the composer: parts of a thread, or a first comment, each with its own counts. Saves nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from socialq.models import Channel, Client
from socialq.networks.besides import chains
from socialq.planning.content import MOST_PARTS, of_parts
from socialq.services import refusals
from socialq.web import lengths, reach
from socialq.web.lengths import Length

LONGEST = 100_000


@dataclass(frozen=True)
class Part:
    """`number` counts the post itself as 1; `lengths` by channel."""

    number: int
    text: str
    lengths: Mapping[int, Length]


def typed(values: Mapping[str, Any]) -> list[str]:
    """The texts as they were sent; a new, empty one at the end when she asked for it."""
    listed = values.get("part")
    found = [str(one)[:LONGEST] for one in listed[:MOST_PARTS]] if isinstance(listed, list | tuple) else []
    return [*found, ""] if values.get("do") == "part" and len(found) < MOST_PARTS - 1 else found


def shown(values: Mapping[str, Any], channels: Sequence[Channel]) -> list[Part]:
    """Each part, as long as each channel counts it."""
    return [
        Part(number, text, {one.id: lengths.of(one, text) for one in channels})
        for number, text in enumerate(typed(values), 2)
    ]


def possible(channels: Sequence[Channel]) -> bool:
    """Whether any of these channels could take a second part."""
    return any(chains(reach.parts().networks.get(one.network)) for one in channels)


def objections(values: Mapping[str, Any], channels: Sequence[Channel], client: Client) -> list[tuple[str, str]]:
    """What networks have against a part, in the reader's words, and the id of its field. Parts are numbered as they will be kept."""
    fields = [(place, lengths.as_saved(text)) for place, text in enumerate(typed(values), 2) if text.strip()]
    found = of_parts([text for _, text in fields], channels, reach.parts().networks, client.language)
    words = reach.words()
    return [(refusals.said(words, one.problem) or str(one.problem), f"part-{fields[one.part - 2][0]}") for one in found]
