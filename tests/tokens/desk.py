"""A channel on the rotating network, its tokens those of a loopback server, and what the test asks of both."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import update

from socialq.connecting.refreshing import Refresher
from socialq.db import now
from socialq.domain.access import Access
from socialq.models import Channel, Client, Incident
from socialq.publishing.sender import Sender
from socialq.wiring import Parts
from tests.tokens.network import NETWORK
from tests.tokens.server import TokenServer
from tests.usecases.line import Line


def with_network(parts: Parts) -> Parts:
    settings = parts.settings.model_copy(update={"allow_private_hosts": True})
    return replace(parts, networks={NETWORK.key: NETWORK}, settings=settings)


def add(parts: Parts, server: TokenServer, name: str, *, ends: float = 600.0, due: bool = True) -> int:
    """A connected channel whose access ends in `ends` seconds and is to be renewed, now if `due`."""
    tokens = server.family(name).give()
    with parts.db.begin() as session:
        moment = now(session)
        client = session.query(Client).first() or Client(
            name="Bakkerij", timezone="Europe/Amsterdam", language="nl", created_at=moment
        )
        session.add(client)
        session.flush()
        channel = Channel(
            client_id=client.id, network=NETWORK.key, server=f"{server.url}/{name}", remote_id=name, handle=name,
            created_at=moment, expires_at=moment + timedelta(seconds=ends),
            refresh_at=moment - timedelta(seconds=1) if due else moment + timedelta(seconds=ends),
        )  # fmt: skip
        session.add(channel)
        session.flush()
        channel.credentials = parts.secrets.seal(channel.owner, tokens)
        return int(channel.id)


@dataclass
class Tokens:
    """The line with its one channel on that network."""

    line: Line
    server: TokenServer

    @property
    def parts(self) -> Parts:
        return self.line.parts

    @property
    def refresher(self) -> Refresher:
        parts = self.parts
        return Refresher(parts.db, parts.networks, parts.secrets, parts.settings, parts.journal)

    @property
    def sender(self) -> Sender:
        return Sender(self.parts, self.line.worker.id, self.refresher)

    def channel(self) -> Channel:
        with self.parts.db.read() as session:
            return session.get_one(Channel, self.line.channel_id)

    def stored(self) -> dict[str, Any]:
        found = self.channel()
        assert found.credentials is not None
        return self.parts.secrets.open(found.owner, found.credentials)

    def set(self, **values: Any) -> None:
        with self.parts.db.begin() as session:
            session.execute(update(Channel).where(Channel.id == self.line.channel_id).values(**values))

    def in_seconds(self, seconds: float) -> Any:
        return self.parts.db.now() + timedelta(seconds=seconds)

    def refresh(self, version: int | None = None, *, refused: bool = False) -> Access:
        return self.refresher.refresh(self.line.channel_id, version, refused=refused)

    def whole(self) -> bool:
        """The row holds what the server gave last, and nobody used a token twice."""
        family = self.server.family(self.channel().remote_id)
        return self.stored() == family.tokens[-1] and not family.revoked

    def incidents(self) -> dict[str, Incident]:
        return {one.kind: one for one in self.line.incidents()}


def make_tokens(line: Line, server: TokenServer) -> Tokens:
    line.parts = with_network(line.parts)
    line.channel_id = add(line.parts, server, "brood")
    return Tokens(line, server)
