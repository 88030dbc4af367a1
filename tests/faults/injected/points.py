"""Points at which a process dies or stops, once, when a file of that name is laid down: before and after each commit and each wire step."""

import os
import signal
import threading
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import event
from sqlalchemy.orm import Session

from socialq.networks.call import Call, connection
from socialq.publishing import lost, missed, prepare, publish, reconcile, ring

UPLOADING = {"reserve": (prepare, "_reserve"), "remember": (prepare, "_remember")}
STORING = {"store": (prepare, "store")}
SENDING = {"claim": (publish, "claim"), "record": (publish, "write_outcome")}
LOOKING = {"conclude": (reconcile, "_conclude")}
SCHEDULING = {"ring": (ring, "_mark"), "bury": (lost, "bury"), "give up": (lost, "give_up_lost")}
MISSING = {"miss": (missed, "miss_slots")}
STEPS = UPLOADING | STORING | SENDING | LOOKING | SCHEDULING | MISSING
WIRE = [
    "before connect",
    "after connect",
    "before the first byte",
    "after the headers are written",
    "after the request is written",
    "after the answer is read",
]
SIGNALS = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}
_step: ContextVar[str] = ContextVar("step", default="")
_text: ContextVar[str] = ContextVar("text", default="")


def commits(steps: dict[str, Any]) -> list[str]:
    """The points of these steps."""
    return [f"{when} commit of {step}" for step in steps for when in ("before", "after")]


POINTS = [*commits(STEPS), *WIRE]


def arm(folder: Path, point: str, what: str = "kill", word: str = "") -> None:
    """From the harness: the first process that gets there is struck; with `word`, only while it sends a text with that word."""
    if point not in POINTS:
        raise ValueError(f"no such point: {point}")
    draft = folder / f".{point}"
    draft.write_text(f"{what} {word}")
    draft.rename(folder / point)


def struck(folder: Path, point: str) -> int | None:
    """The process that was struck there; None: nobody yet."""
    path = folder / f"struck {point}"
    return int(path.read_text()) if path.exists() and path.read_text() else None


def forget(folder: Path, point: str) -> None:
    """So that it can be armed once more."""
    (folder / f"struck {point}").unlink(missing_ok=True)
    (folder / point).unlink(missing_ok=True)


def install(folder: Path) -> None:
    """In a child."""
    reached = _reached(folder)
    for name, (module, function) in STEPS.items():
        setattr(module, function, _inside(_step, lambda *_, name=name: name, getattr(module, function)))
    publish._send = _inside(_text, lambda _sender, work, _prepared: work.content.text, publish._send)

    def committing(session: Session, when: str) -> None:
        if not session.in_nested_transaction():
            reached(f"{when} commit of {_step.get()}")

    event.listen(Session, "before_commit", lambda session: committing(session, "before"))
    event.listen(Session, "after_commit", lambda session: committing(session, "after"))
    _on_the_wire(reached)


def _reached(folder: Path) -> Callable[[str], None]:
    def reached(point: str) -> None:
        try:
            what, word = (folder / point).read_text().split(" ", 1)
            if word not in _text.get():
                return
            (folder / point).rename(folder / f"struck {point}")
        except FileNotFoundError:
            return
        (folder / f"struck {point}").write_text(str(os.getpid()))
        # To this thread: sent to the process, another thread takes it, and this one runs on for a moment.
        signal.pthread_kill(threading.get_ident(), SIGNALS[what])

    return reached


def _inside(variable: ContextVar[str], value: Callable[..., str], function: Callable[..., Any]) -> Callable[..., Any]:
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        token = variable.set(value(*args))
        try:
            return function(*args, **kwargs)
        finally:
            variable.reset(token)

    return wrapped


def _on_the_wire(reached: Callable[[str], None]) -> None:
    """Only the final call counts: it is the one that was armed, and the thread remembers that."""
    final = threading.local()
    arm_call, first_byte = Call.arm, Call.first_byte

    def armed(call: Call) -> None:
        final.on = True
        arm_call(call)

    def marked(call: Call) -> None:
        final.on = call._armed
        if final.on:
            first_byte(call)
            reached(WIRE[2])  # the lease has been looked at
        else:
            first_byte(call)

    def around(function: Callable[..., Any], before: str = "", after: str = "") -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            on = getattr(final, "on", False)
            if before and on:
                reached(before)
            answer = function(*args, **kwargs)
            if after and on:
                reached(after)
            return answer

        return wrapped

    Call.arm, Call.first_byte = armed, marked
    plain = connection.PlainConnection
    plain.connect = around(plain.connect, WIRE[0], WIRE[1])
    plain.send = around(plain.send, after=WIRE[3])
    plain.getresponse = around(plain.getresponse, before=WIRE[4])
    requests.Session.send = _ending(around(requests.Session.send, after=WIRE[5]), final)


def _ending(function: Callable[..., Any], final: threading.local) -> Callable[..., Any]:
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        finally:
            final.on = False

    return wrapped
