"""What every network must show: for each thing that can happen to the final call, the outcome that it must say.

A network brings tests/networks/recordings/<key>.py with KIND (REMOTE or LOCAL) and `stage(scenario, folder)`."""

import importlib
import importlib.util
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from socialq.domain.outcomes import (
    Deferred,
    Disconnected,
    NotSent,
    Outcome,
    Prepared,
    Published,
    Rejected,
    Unknown,
)
from socialq.networks.base import Account, Content, Network
from socialq.networks.call import Call, TooLate

SECRET = "canary-c0ffee"
KEY = "k" * 32
REMOTE: dict[str, type] = {
    "ok": Published,
    "rejected": Rejected,
    "rate limited": Deferred,
    "revoked": Disconnected,
    "server error": Unknown,
    "timeout": Unknown,
    "cut answer": Unknown,
    "unreadable": Unknown,
    "dripping": Unknown,
    "nobody there": NotSent,
    "too late": NotSent,
}
LOCAL: dict[str, type] = {"ok": Published, "unwritable": NotSent, "too late": NotSent}


@dataclass
class Staged:
    """`account` speaks to a peer that works; `spoil` makes the scenario true for the final call. `copies`: how many are out."""

    account: Account
    copies: Callable[[], int]
    spoil: Callable[[], None] = lambda: None


class Recordings(Protocol):
    KIND: dict[str, type]

    def stage(self, scenario: str, folder: Path) -> AbstractContextManager[Staged]: ...


def recordings(key: str) -> Recordings:
    """What the network brings. AssertionError when it brings nothing."""
    name = f"tests.networks.recordings.{key}"
    assert importlib.util.find_spec(name), f"{key} brings no recordings: add tests/networks/recordings/{key}.py"
    found: Any = importlib.import_module(name)
    assert found.KIND in (REMOTE, LOCAL), f"{name}.KIND must be REMOTE or LOCAL"
    return found  # type: ignore[no-any-return]


def call(*, gate: Callable[[], None] | None = None, total: float = 0.7) -> Call:
    return Call(connect_within=2, total=total, allow_private=True, gate=gate)


def late() -> None:
    raise TooLate


def play(
    network: Network, staged: Staged, scenario: str, content: Content, memory: dict[str, Any] | None = None
) -> tuple[Outcome, Exception | None]:
    """Prepare on a healthy peer, spoil it, publish from what the database keeps (JSON). What is raised counts as Unknown.

    `memory`: what an earlier preparation remembered; this one adds to it."""
    account, memory = replace(staged.account, call=call(total=5)), {} if memory is None else memory
    prepared = network.prepare(replace(content, memory=dict(memory)), account, memory.update)
    assert isinstance(prepared, Prepared), prepared
    kept = Prepared(prepared.identity, json.loads(json.dumps(prepared.memory)))
    staged.spoil()
    slow = {"timeout", "dripping"}
    final = call(gate=late if scenario == "too late" else None, total=0.7 if scenario in slow else 5)
    try:
        return network.publish(kept, replace(account, call=final)), None
    except Exception as error:
        return Unknown(type(error).__name__), error
    finally:
        account.call.close()
        final.close()
