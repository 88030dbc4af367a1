"""A log line that finds no room is lost; whoever wrote it goes on."""

import os
import tempfile

import structlog

from socialq.services.logs import Lines


def test_a_reader_that_is_gone_is_not_the_writers_trouble() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w") as stream:
        log = structlog.WriteLogger(Lines(stream))  # type: ignore[arg-type]
        log.warning("nobody reads this")
        stream.flush()  # nothing is left that could raise later


def test_what_can_be_written_arrives_at_once() -> None:
    with tempfile.TemporaryFile("w+") as stream:
        structlog.WriteLogger(Lines(stream)).warning("één regel")  # type: ignore[arg-type]
        stream.seek(0)
        assert stream.read() == "één regel\n"
