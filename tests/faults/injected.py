"""Inside a worker under test: SIGKILL at a named point, or one guard switched off to show that the harness sees it."""

import os
import signal
import threading
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from socialq import clock
from socialq.domain.outcomes import Outcome, Prepared
from socialq.domain.states import DeliveryState
from socialq.models import Delivery
from socialq.networks.base import Account, discover
from socialq.networks.call import Call, connection
from socialq.publishing import prepare, publish
from socialq.publishing.claim import Claim
from socialq.publishing.sender import Sender
from socialq.publishing.work import Work, read_work

STEPS = {
    "reserve": (prepare, "_reserve"),
    "remember": (prepare, "_remember"),
    "store": (prepare, "store"),
    "claim": (publish, "claim"),
    "record": (publish, "write_outcome"),
}
COMMITS = [f"{when} commit of {step}" for step in STEPS for when in ("before", "after")]
WIRE = [
    "before the first byte",
    "after the headers are written",
    "after the request is written",
    "after the answer is read",
]
POINTS = [*COMMITS, *WIRE]
_step: ContextVar[str] = ContextVar("step", default="")


def install(folder: str, kill: str, without: str) -> None:
    """`kill` names some of POINTS, with ";" between them; each happens once a run, in whichever process gets there first.
    `without` is "fence" or nothing."""
    points = [point for point in kill.split(";") if point]
    if unknown := set(points) - set(POINTS):
        raise ValueError(f"no such points: {unknown}")
    _kill_at_commits(Path(folder), [point for point in points if point in COMMITS])
    _kill_on_the_wire(Path(folder), [point for point in points if point in WIRE])
    if without == "fence":
        publish.begin, publish.claim = _no_advice, _no_fence
    if os.environ.get("FAULTS_RAISE"):
        _raise_after(os.environ["FAULTS_RAISE"])


def _die_once(folder: Path, point: str) -> None:
    try:
        os.close(os.open(folder / f"killed {point}", os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def _kill_at_commits(folder: Path, points: list[str]) -> None:
    for name, (module, function) in STEPS.items():
        setattr(module, function, _named(name, getattr(module, function)))

    def reached(session: Session, when: str) -> None:
        point = f"{when} commit of {_step.get()}"
        if not session.in_nested_transaction() and point in points:
            _die_once(folder, point)

    event.listen(Session, "before_commit", lambda session: reached(session, "before"))
    event.listen(Session, "after_commit", lambda session: reached(session, "after"))


def _named(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def stepped(*args: Any, **kwargs: Any) -> Any:
        token = _step.set(name)
        try:
            return function(*args, **kwargs)
        finally:
            _step.reset(token)

    return stepped


def _kill_on_the_wire(folder: Path, points: list[str]) -> None:
    """Only the final call counts: it is the one that was armed, and the thread remembers that."""
    first_byte, final = Call.first_byte, threading.local()

    def marked(call: Call) -> None:
        final.on = call._armed
        if final.on and WIRE[0] in points:
            _die_once(folder, WIRE[0])
        first_byte(call)

    def dying(function: Callable[..., Any], here: str, *, after: bool) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            dies = here in points
            if dies and not after and getattr(final, "on", False):
                _die_once(folder, here)
            answer = function(*args, **kwargs)
            if dies and after and getattr(final, "on", False):
                _die_once(folder, here)
            return answer

        return wrapped

    Call.first_byte = marked  # type: ignore[method-assign]
    plain = connection.PlainConnection
    plain.send = dying(plain.send, WIRE[1], after=True)  # type: ignore[method-assign]
    plain.getresponse = dying(plain.getresponse, WIRE[2], after=False)  # type: ignore[method-assign]
    requests.Session.send = dying(requests.Session.send, WIRE[3], after=True)  # type: ignore[method-assign]


def _no_advice(sender: Sender, delivery_id: int, *, ahead: bool) -> Work | None:
    with sender.db.read() as session:
        query = select(Delivery).where(Delivery.id == delivery_id, Delivery.state == DeliveryState.SCHEDULED)
        delivery = session.scalars(query).first()
        return read_work(session, sender, delivery) if delivery else None


def _no_fence(sender: Sender, delivery_id: int, prepared: object) -> Claim | None:
    """Everybody who was told of a due delivery believes that it is his."""
    started = clock.boottime()
    with sender.db.read() as session:
        attempt = session.scalar(select(Delivery.attempt).where(Delivery.id == delivery_id)) or 0
    return Claim(delivery_id, attempt, started, sender.db.now())


def _raise_after(word: str) -> None:
    """A network module with a fault of its own: the post goes out, then it raises. Once a text."""
    network = discover()["mastodon"]
    seen: set[str] = set()
    original = network.publish

    def raising(prepared: Prepared, account: Account) -> Outcome:
        outcome = original(prepared, account)
        if word in str(dict(prepared.memory)) and prepared.identity not in seen:
            seen.add(prepared.identity)
            raise ZeroDivisionError("a fault of this network")
        return outcome

    type(network).publish = lambda _self, prepared, account: raising(prepared, account)  # type: ignore[method-assign]
