"""A file sent in pieces: each request under a deadline of its own, each piece remembered when it is there, so that a preparation
that was killed goes on behind it. How a piece is wrapped, and what an answer means, is the network's."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from socialq.domain.outcomes import NotOut

BLOCK = 1 << 16

Remember = Callable[[dict[str, Any]], None]


class Stream:
    """A part of a file as the body of a request, read block by block as it leaves."""

    def __init__(self, path: Path, start: int, size: int) -> None:
        self._path, self._at, self._left = path, start, size
        self._size = size

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        while block := self.read(BLOCK):
            yield block

    def read(self, size: int = -1) -> bytes:
        """At most so many bytes; empty at the end. The file is open no longer than that."""
        wanted = self._left if size < 0 else min(size, self._left)
        with self._path.open("rb") as file:
            file.seek(self._at)
            block = file.read(wanted)
        self._at += len(block)
        self._left -= len(block)
        return block


@dataclass(frozen=True)
class Piece:
    """`size` bytes of the file from `start`; `number` counts from 0, `total` is the size of the file."""

    path: Path
    number: int
    start: int
    size: int
    total: int

    @property
    def last(self) -> bool:
        return self.start + self.size == self.total

    @property
    def range(self) -> str:
        """As Content-Range has it."""
        return f"bytes {self.start}-{self.start + self.size - 1}/{self.total}"

    def data(self) -> bytes:
        """All of it, for a protocol that wraps it into something else."""
        return self.stream().read()

    def stream(self) -> Stream:
        """For `data=` of a request: never whole in memory."""
        return Stream(self.path, self.start, self.size)


def send_pieces(
    path: Path,
    each: int,
    send: Callable[[Piece], NotOut | int | None],
    *,
    memory: Mapping[str, Any],
    remember: Remember,
    name: str = "upload",
    arrived: Callable[[], NotOut | int] | None = None,
) -> NotOut | None:
    """None: all of it is there. `send` makes one request: None means that the piece is there, a number how many bytes the network
    says it has, an outcome ends it for now. `arrived` asks the network how far it is, where its protocol can, before going on.

    What is remembered under `name` belongs to one upload: forget it (`forgotten`) when the network has lost its side."""
    total = path.stat().st_size
    there = _kept(memory, name, total)
    if there and arrived is not None:
        known = arrived()
        if not isinstance(known, int):
            return known
        there = known
    while there < total:
        piece = Piece(path, there // each, there, min(each, total - there), total)
        said = send(piece)
        if said is not None and not isinstance(said, int):
            return said
        there = _further(piece, said)
        remember({name: {"sent": there, "of": total}})
    return None


def forgotten(name: str = "upload") -> dict[str, Any]:
    """For `remember`: it begins anew."""
    return {name: {}}


def share(memory: Mapping[str, Any], name: str = "upload") -> float | None:
    """How much of it is there, from 0 to 1; None when nothing is on its way."""
    kept = memory.get(name) or {}
    return kept["sent"] / kept["of"] if kept.get("of") else None


def under_way(memory: Mapping[str, Any]) -> float | None:
    """Over all files of a post, whatever their names; None when nothing is on its way."""
    kept = [one for one in memory.values() if isinstance(one, Mapping) and one.keys() == {"sent", "of"}]
    sent, of = sum(one["sent"] for one in kept), sum(one["of"] for one in kept)
    return sent / of if sent < of else None


def _kept(memory: Mapping[str, Any], name: str, total: int) -> int:
    """From the start again when it was another file."""
    kept = memory.get(name) or {}
    return int(kept.get("sent", 0)) if kept.get("of") == total else 0


def _further(piece: Piece, said: int | None) -> int:
    """A network that does not move on, or claims more than there is, is not asked for ever."""
    there = piece.start + piece.size if said is None else said
    if not piece.start < there <= piece.total:
        raise ValueError("the server does not take the file any further")
    return there
