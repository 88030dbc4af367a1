"""How log lines look: plain text on stderr, UTC, with the delivery they are about. Secrets are left out, by name and by value."""

import logging
import os
import re
import sys
from collections.abc import MutableMapping
from contextlib import AbstractContextManager, suppress
from typing import Any, TextIO, cast

import structlog

from socialq.crypto import HIDDEN, without_secrets

SECRET = re.compile(r"token|secret|password|passwd|authorization|cookie|credential|api_?key", re.IGNORECASE)


def set_up(level: str, process: str) -> None:
    """Once a process, before its first line. `level` is DEBUG, INFO, WARNING or ERROR; `process` names it in every line.

    Lines of libraries (and of modules that use `logging`) look the same and carry the same ids."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    before: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _named(process),
        _without_secrets,
    ]
    lines = Lines(sys.stderr)
    handler = logging.StreamHandler(lines)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*before, structlog.stdlib.add_logger_name],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _rendered],
    )
    handler.setFormatter(formatter)
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler])
    logging.getLogger("socialq").setLevel(number)
    logging.getLogger("rq").setLevel(max(number, logging.WARNING))
    structlog.configure(
        processors=[*before, _rendered],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, lines)),
    )


class Lines:
    """Where lines go. One that cannot be written (the disk is full, the reader is gone) is lost, and the work goes on: what
    raised here would end a supervisor, or the thread that has a post in its hands."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Past the stream's own buffer where there is a file: what stays in it would raise at the next flush."""
        with suppress(OSError, ValueError):
            if (number := self._number()) is None:
                self._stream.write(text)
            else:
                os.write(number, text.encode(errors="backslashreplace"))
        return len(text)

    def flush(self) -> None:
        """Nothing waits."""

    def _number(self) -> int | None:
        try:
            return self._stream.fileno()
        except (AttributeError, OSError, ValueError):
            return None


def about(delivery: int) -> AbstractContextManager[None]:
    """Every line within is about this delivery; `attempt` joins it with the claim."""
    return structlog.contextvars.bound_contextvars(delivery=delivery, attempt=None)


def attempting(number: int) -> None:
    """Within `about`: the attempt that is being made."""
    structlog.contextvars.bind_contextvars(attempt=number)


_console = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)


def _rendered(logger: Any, method: str, fields: MutableMapping[str, Any]) -> str:
    """The line, tracebacks included; whatever an exception repeats of a secret is left out."""
    return without_secrets(str(_console(logger, method, fields)))


def _named(process: str) -> structlog.types.Processor:
    def add(_logger: Any, _method: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {"of": process, **fields}

    return add


def _without_secrets(_logger: Any, _method: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """By name; ids that are not known yet are left out as well."""
    known = {name: value for name, value in fields.items() if not (name == "attempt" and value is None)}
    return {name: HIDDEN if SECRET.search(name) else value for name, value in known.items()}
