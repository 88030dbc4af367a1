"""Short ways to a client, a channel, a picture and a post, through the use cases wherever there is one."""

import io
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from PIL import Image
from sqlalchemy import select, text

from socialq import db
from socialq.models import Approval, Channel, Client, Delivery, Event, Incident, Post
from socialq.planning.clients import NewClient, add_client
from socialq.planning.content import Draft, Picture
from socialq.planning.creating import At, Later, When, create
from socialq.planning.found import Desk
from socialq.services.media import keeping, record
from socialq.wiring import Parts
from tests.cast import VERA
from tests.fakes import FakeNetwork


@dataclass
class Practice:
    """Vera's practice: one client with two channels on the fake network."""

    parts: Parts
    network: FakeNetwork
    client: Client
    channels: tuple[int, ...]
    desk: Desk
    counter: list[int] = field(default_factory=list)

    def desk_of(self, actor: str) -> Desk:
        return replace(self.desk, by=actor)

    def at(self, seconds: float) -> datetime:
        return self.parts.db.now() + timedelta(seconds=seconds)

    def draft(self, words: str = "", channels: tuple[int, ...] | None = None) -> Draft:
        """Without words: a text that no other post has."""
        self.counter.append(1)
        return Draft(words or f"Vers brood, nummer {len(self.counter)}", channels or self.channels)

    def post(self, when: When | None = None, words: str = "", *, repeat: bool = False) -> Post:
        with self.parts.db.begin() as session:
            return create(session, self.desk, self.client.id, self.draft(words), when or Later(), repeat=repeat)

    def scheduled(self, seconds: float = 3600, words: str = "") -> Post:
        return self.post(At(self.at(seconds)), words)

    def get(self, post_id: int) -> Post:
        with self.parts.db.read() as session:
            return session.get_one(Post, post_id)

    def deliveries(self, post_id: int) -> list[Delivery]:
        with self.parts.db.read() as session:
            return list(session.scalars(select(Delivery).where(Delivery.post_id == post_id).order_by(Delivery.id)))

    def approvals(self, post_id: int) -> list[tuple[str, str]]:
        with self.parts.db.read() as session:
            rows = session.scalars(select(Approval).where(Approval.post_id == post_id).order_by(Approval.id))
            return [(row.decision, row.decided_by) for row in rows]

    def verbs(self, post_id: int) -> list[str]:
        with self.parts.db.read() as session:
            rows = session.scalars(select(Event.verb).where(Event.subject == f"post:{post_id}").order_by(Event.id))
            return list(rows)

    def incidents(self) -> list[str]:
        with self.parts.db.read() as session:
            return list(session.scalars(select(Incident.kind).where(Incident.resolved_at.is_(None))))

    def picture(self, alt: str = "Een brood", colour: str = "orange") -> Picture:
        with keeping(self.parts.storage) as intake:
            accepted = intake.accept(image_bytes(colour=colour), "brood.png")
            with self.parts.db.begin() as session:
                return Picture(record(session, self.client.id, accepted).id, alt)


def make_practice(parts: Parts, *, approval_needed: bool = False, slots: tuple[str, ...] = ()) -> Practice:
    """A client called Bakkerij with two channels."""
    network = FakeNetwork()
    networks = {"fake": network}
    with parts.db.begin() as session:
        new = NewClient("Bakkerij", approval_needed=approval_needed, slots=slots)
        client = add_client(session, parts.settings.times, new, VERA.actor)
        channels = tuple(make_channel(parts, session, client.id, handle) for handle in ("brood", "taart"))
    desk = Desk(networks, parts.settings.times, parts.media, VERA.actor)
    return Practice(replace(parts, networks=networks), network, client, channels, desk)


def make_channel(parts: Parts, session: db.Session, client_id: int, handle: str, network: str = "fake") -> int:
    channel = Channel(
        client_id=client_id, network=network, handle=handle, remote_id=handle, created_at=db.now(session)
    )  # fmt: skip
    session.add(channel)
    session.flush()
    channel.credentials = parts.secrets.seal(channel.owner, {"access_token": "canary"})
    return channel.id


def image_bytes(
    width: int = 40, height: int = 30, form: str = "PNG", colour: str = "orange", **options: object
) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, form, **options)
    return buffer.getvalue()


def dump(parts: Parts) -> dict[str, list[tuple[object, ...]]]:
    """Everything that the database holds, for comparing before and after."""
    from socialq.models import Record

    with parts.db.read() as session:
        found = {}
        for table in Record.metadata.sorted_tables:
            rows = session.execute(text(f'SELECT * FROM "{table.name}"')).all()
            found[table.name] = sorted((tuple(row) for row in rows), key=repr)
        return found
