"""The steps of a renewal at which a process is killed, once; and the rotating network in its registry."""

import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

NOWHERE = "nowhere"
POINTS = (
    "before the claim", "after the claim", "before the request", "after the answer", "the journal half written",
    "after the journal", "before the commit", "after the commit", "after the journal is gone",
)  # fmt: skip
ROOT, INJECT = Path(__file__).parents[2], Path(__file__).parent / "inject"


def environment(point: str = NOWHERE) -> dict[str, str]:
    """For a process that is to die there."""
    return {"TOKENS_PLACE": point, "PYTHONPATH": os.pathsep.join(map(str, (INJECT, ROOT)))}


def install(point: str) -> None:
    """In a child. A place that the program no longer has raises."""
    from tests.tokens import network

    network.add_to_registry()
    from socialq.connecting.refreshing import Refresher
    from socialq.services import tokens
    from socialq.services.journal import Journal

    # (where, which function, killed before it or after it)
    places: dict[str, tuple[Any, str, bool]] = {
        "before the claim": (Refresher, "_claim", True), "after the claim": (Refresher, "_claim", False),
        "before the request": (network.Rotating, "refresh", True), "after the answer": (network.Rotating, "refresh", False),
        "the journal half written": (Path, "rename", True), "after the journal": (Journal, "_write_down", False),
        "before the commit": (tokens, "resolve_incidents", False), "after the commit": (tokens, "_write", False),
        "after the journal is gone": (Journal, "_end", False),
    }  # fmt: skip
    if point != NOWHERE:
        where, name, before = places[point]
        setattr(where, name, _deadly(getattr(where, name), before=before))


def _deadly(function: Callable[..., Any], *, before: bool) -> Callable[..., Any]:
    def struck(*args: Sequence[Any], **named: Any) -> Any:
        if before:
            os.kill(os.getpid(), signal.SIGKILL)
        found = function(*args, **named)
        os.kill(os.getpid(), signal.SIGKILL)
        return found

    return struck
