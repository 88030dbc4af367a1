"""Installations to look at: `new` before its first run, `empty` with its owner only, `demo`, and `long` with words that try the layout."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from werkzeug.serving import WSGIRequestHandler, make_server

from socialq.app import create_app
from socialq.demo import fill
from socialq.members import add_member, hash_of, sessions
from socialq.members.sessions import Browser
from socialq.models import Client, Member, Revision
from socialq.settings import Settings
from socialq.web import cookies
from socialq.wiring import Parts, open_parts
from tests.cast import VERA

PASSWORD = "canary battery staple"
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenmanufaktur"
LONG_NAME = f"{LONG} & Zonen, voorheen De Vrolijke Kruidenier van het Noorderplein"


class Quiet(WSGIRequestHandler):
    """Says nothing of what was asked."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        return None


@dataclass(frozen=True)
class World:
    """A served installation. `address` has no slash at its end; `owner` is None before the first run."""

    name: str
    address: str
    parts: Parts
    owner: int | None

    def cookies(self, language: str) -> list[Any]:
        """The owner's browser, in that language."""
        if self.owner is None:
            return []
        with self.parts.db.begin() as session:
            session.execute(update(Member).where(Member.id == self.owner).values(language=language))
            token = sessions.start(session, self.owner, Browser("192.0.2.7", "Chromium"))
        return [{"name": cookies.name(self.parts.settings), "value": token, "url": self.address}]


@contextmanager
def world(name: str, folder: Path) -> Iterator[World]:
    """Filled and served on a port of its own; no worker runs, so nothing changes by itself."""
    parts = open_parts(Settings(data_dir=folder, styleguide=True, allow_private_hosts=True, log_level="WARNING"))
    owner = FILLED[name](parts)
    app = create_app(parts.settings)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield World(name, f"http://127.0.0.1:{server.server_port}", parts, owner)
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["socialq"].db.dispose()
    parts.db.dispose()


def _new(parts: Parts) -> None:
    return None


def _empty(parts: Parts) -> int:
    with parts.db.begin() as session:
        return add_member(session, VERA.email, VERA.role, hash_of(PASSWORD), "cli", VERA.name).id


def _demo(parts: Parts) -> int:
    fill(parts)
    with parts.db.begin() as session:
        return session.scalars(select(Member.id)).first() or 0


def _long(parts: Parts) -> int:
    """The demo, with names and texts as long as they may be."""
    owner = _demo(parts)
    with parts.db.begin() as session:
        session.execute(update(Member).where(Member.id == owner).values(name=LONG_NAME))
        for number, client in enumerate(session.scalars(select(Client))):
            client.name = f"{LONG_NAME} {number}"
        session.execute(update(Revision).values(text=f"{LONG} https://example.org/{'a' * 180} {LONG_NAME} " * 2))
    return owner


FILLED = {"new": _new, "empty": _empty, "demo": _demo, "long": _long}
