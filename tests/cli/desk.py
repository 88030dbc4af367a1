"""The command line as a person uses it: arguments and standard input in; exit code, stdout, stderr out."""

import io
import json
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from socialq.cli import main
from tests.structure.tree import ROOT

CODE = "from socialq.cli import main; main()"


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.code == 0, self.err
        return json.loads(self.out)


@dataclass
class Terminal:
    """One installation on SQLite, in a folder of its own; every command is a process of its own."""

    folder: Path
    environment: dict[str, str]

    def run(self, *arguments: str, stdin: str = "", before: str = "") -> Said:
        """`before` is Python that runs first in the process (to lower a limit)."""
        command = [sys.executable, "-c", before + CODE, *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, input=stdin, capture_output=True, text=True, timeout=120
        )  # fmt: skip
        return Said(done.returncode, done.stdout, done.stderr)

    def ok(self, *arguments: str, stdin: str = "") -> Any:
        """The JSON of a command that must work."""
        return self.run(*arguments, "--json", stdin=stdin).json

    def holds(self) -> tuple[Sequence[str], list[tuple[str, int]]]:
        """Everything that is stored: the database as SQL, and every other file with its size."""
        database = self.folder / "socialq.sqlite3"
        rows: list[str] = []
        if database.exists():
            connection = sqlite3.connect(database)
            rows = list(connection.iterdump())
            connection.close()
        files = (
            file for file in self.folder.rglob("*") if file.is_file() and not file.name.startswith("socialq.sqlite3")
        )
        return rows, sorted((str(file), file.stat().st_size) for file in files)


@dataclass
class Inside(Terminal):
    """The same without a process for each command: what it says and stores does not hang on that, and starting one costs a second."""

    def run(self, *arguments: str, stdin: str = "", before: str = "") -> Said:
        if before:
            return super().run(*arguments, stdin=stdin, before=before)
        out, err = _stream(), _stream()
        held = dict(os.environ)
        os.environ.clear()
        os.environ.update(self.environment)
        try:
            with redirect_stdout(out), redirect_stderr(err), _typed(stdin), pytest.raises(SystemExit) as left:
                main(list(arguments))
        finally:
            os.environ.clear()
            os.environ.update(held)
        return Said(int(left.value.code or 0), _read(out), _read(err))


def _stream(data: bytes = b"") -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", write_through=True)


def _read(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


@contextmanager
def _typed(text: str) -> Iterator[None]:
    held, sys.stdin = sys.stdin, _stream(text.encode())
    try:
        yield
    finally:
        sys.stdin = held


def inside(folder: Path, **settings: str) -> Inside:
    made = terminal(folder, **settings)
    return Inside(made.folder, made.environment)


def terminal(folder: Path, **settings: str) -> Terminal:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SOCIALQ_")}
    own = {f"SOCIALQ_{name.upper()}": value for name, value in settings.items()}
    return Terminal(folder, kept | {"SOCIALQ_DATA_DIR": str(folder)} | own)


def closed_port() -> int:
    """A port of loopback on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port
