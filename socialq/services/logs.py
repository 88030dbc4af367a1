"""How log lines look: plain text on stderr, UTC, secrets left out by name. What is worth a line is decided where it happens."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

SECRET = re.compile(r"token|secret|password|passwd|authorization|cookie|credential|api_?key", re.IGNORECASE)
HIDDEN = "(hidden)"


def set_up(level: str, process: str) -> None:
    """Once a process, before its first line. `level` is DEBUG, INFO, WARNING or ERROR; `process` names it in every line."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    plain = f"%(asctime)s [%(levelname)-8s] %(message)s process={process} logger=%(name)s"
    logging.basicConfig(level=max(number, logging.WARNING), format=plain, stream=sys.stderr)
    logging.getLogger("socialq").setLevel(number)
    logging.getLogger("rq").setLevel(max(number, logging.WARNING))
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _named(process),
            _without_secrets,
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _named(process: str) -> structlog.types.Processor:
    def add(_logger: Any, _method: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {"of": process, **fields}

    return add


def _without_secrets(_logger: Any, _method: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: HIDDEN if SECRET.search(name) else value for name, value in fields.items()}
