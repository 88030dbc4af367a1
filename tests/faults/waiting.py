"""Waiting for a condition, or (where the fault is a duration) for a time."""

import threading
from collections.abc import Callable

from socialq import clock

PATIENCE = 120.0  # seconds until what is not settled counts as lost


def wait_until(condition: Callable[[], bool], patience: float, complaint: str) -> None:
    """Raises TimeoutError with the complaint."""
    ends, pause = clock.boottime() + patience, threading.Event()
    while not condition():
        if clock.boottime() > ends:
            raise TimeoutError(complaint)
        pause.wait(0.05)


def let_pass(seconds: float) -> None:
    """The fault lasts so long."""
    threading.Event().wait(seconds)
