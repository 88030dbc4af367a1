"""Installations to look at: `new` before its first run, `empty` with its owner only, `begun` with a first client and nothing of hers,
`demo`, and `long` with words that try the layout."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.serving import WSGIRequestHandler, make_server

from socialq.app import create_app
from socialq.db import now
from socialq.demo import fill
from socialq.members import add_member, hash_of, sessions
from socialq.members.sessions import Browser
from socialq.models import Client, Heartbeat, Member, Revision
from socialq.planning.clients import NewClient, add_client
from socialq.settings import Settings
from socialq.web import cookies
from socialq.wiring import Parts, open_parts
from tests.cast import STAN, VERA

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
    port: int = 0

    def cookies(self, language: str) -> list[Any]:
        """The owner's browser, in that language."""
        if self.owner is None:
            return []
        with self.parts.db.begin() as session:
            session.execute(update(Member).where(Member.id == self.owner).values(language=language))
            token = sessions.start(session, self.owner, Browser("192.0.2.7", "Chromium"))
        return [{"name": cookies.name(self.parts.settings), "value": token, "url": self.address}]

    def breathe(self) -> None:
        """No worker runs here, so that nothing changes; pages are to look as if one did."""
        with self.parts.db.begin() as session:
            for name in ("scheduler:here:1", "queue:publish"):
                session.merge(Heartbeat(name=name, beat_at=now(session), facts={}))


@contextmanager
def world(name: str, folder: Path, base_url: str = "") -> Iterator[World]:
    """Filled and served on a port of its own; no worker runs, so nothing changes by itself.

    With `base_url` it is reached by that alone, and has a mail server: nothing is left to set up."""
    more: dict[str, Any] = {"base_url": base_url, "smtp_url": "smtp://mail.example:587"} if base_url else {}
    parts = open_parts(
        Settings(data_dir=folder, styleguide=True, allow_private_hosts=True, log_level="WARNING", **more)
    )
    owner = FILLED[name](parts)
    app = create_app(parts.settings)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield World(name, base_url or f"http://127.0.0.1:{server.server_port}", parts, owner, server.server_port)
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


def _begun(parts: Parts) -> int:
    owner = _empty(parts)
    with parts.db.begin() as session:
        add_client(session, parts.settings.times, NewClient("De Korenaar", "Europe/Amsterdam", "nl", True), "cli")
        _assistant(session)
    return owner


def _assistant(session: Session) -> None:
    add_member(session, STAN.email, STAN.role, hash_of(PASSWORD), "cli", STAN.name)


def _demo(parts: Parts) -> int:
    fill(parts)
    with parts.db.begin() as session:
        owner = session.scalars(select(Member.id)).first() or 0
        _assistant(session)
    return owner


def _long(parts: Parts) -> int:
    """The demo, with names and texts as long as they may be."""
    owner = _demo(parts)
    with parts.db.begin() as session:
        session.execute(update(Member).where(Member.id == owner).values(name=LONG_NAME))
        for number, client in enumerate(session.scalars(select(Client))):
            client.name = f"{LONG_NAME} {number}"
        session.execute(update(Revision).values(text=f"{LONG} https://example.org/{'a' * 180} {LONG_NAME} " * 2))
    return owner


FILLED = {"new": _new, "empty": _empty, "begun": _begun, "demo": _demo, "long": _long}
