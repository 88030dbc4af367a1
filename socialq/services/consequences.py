"""What an incident means for other posts, said to a person: what waits until it is settled, where a thread stops."""

from collections.abc import Mapping
from typing import Any

from socialq.services.i18n import Words


def behind(words: Words, facts: Mapping[str, Any]) -> str:
    """What waits because it says the same; empty when nothing does."""
    waiting = int(facts.get("waiting", 0))
    said = words.plural(
        "%(n)s post with the same text waits until this is settled.",
        "%(n)s posts with the same text wait until this is settled.",
        waiting,
    )
    return said if waiting else ""


def cut(words: Words, facts: Mapping[str, Any]) -> str:
    """After which part a thread stops; empty for the first part, and for what is no thread."""
    part = int(facts.get("part", 1))
    return words.text("The thread stops after part %(n)s.", n=words.number(part - 1)) if part > 1 else ""
