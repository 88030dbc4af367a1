"""A client, a channel and scheduled deliveries on the fake network, at the shipped times; a test moves rows in time, it never waits."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select, update

from socialq.db import now
from socialq.domain.message import fingerprint
from socialq.models import Approval, Attempt, Channel, Client, Delivery, Incident, Post, Revision, RevisionChannel
from socialq.publishing import life, lost, ring
from socialq.publishing.publish import publish
from socialq.publishing.reconcile import reconcile
from socialq.publishing.sender import Sender
from socialq.settings import Settings
from socialq.wiring import Parts, open_parts
from tests.fakes import FakeNetwork


@dataclass
class Line:
    """The whole line in one process: the test is scheduler, worker and network at once."""

    parts: Parts
    network: FakeNetwork
    worker: life.Life
    client_id: int
    channel_id: int

    @property
    def sender(self) -> Sender:
        return Sender(self.parts, self.worker.id)

    def schedule(self, text: str = "Hallo", *, late: float = 0.0, limit: float = 7200.0, **columns: object) -> int:
        """A delivery whose time was `late` seconds ago (negative: is to come)."""
        with self.parts.db.begin() as session:
            moment = now(session)
            post = Post(client_id=self.client_id, state="draft", created_by="test", created_at=moment)
            session.add(post)
            session.flush()
            revision = Revision(post_id=post.id, number=1, text=text, created_by="test", created_at=moment)
            revision.channels = [RevisionChannel(channel_id=self.channel_id)]
            session.add(revision)
            session.flush()
            at = moment - timedelta(seconds=late)
            post.revision_id, post.state, post.scheduled_at = revision.id, "scheduled", at
            session.add(
                Approval(
                    post_id=post.id, revision_id=revision.id, decision="approved", decided_by="t", decided_at=moment
                )
            )
            values: dict[str, object] = {
                "deadline_at": at + timedelta(seconds=limit),
                "prepare_at": at - timedelta(seconds=900),
            }
            delivery = Delivery(
                post_id=post.id, revision_id=revision.id, channel_id=self.channel_id, fingerprint=fingerprint(text, []),
                scheduled_at=at, due_at=at, created_at=moment, **(values | columns),
            )  # fmt: skip
            session.add(delivery)
            session.flush()
            return delivery.id

    def ring(self) -> list[int]:
        return ring.ring(self.parts.db, self.sender.times)

    def publish(self, *ids: int) -> None:
        publish(self.sender, list(ids) or self.ring())

    def look(self, delivery_id: int) -> None:
        """As if the quarantine or gap were over."""
        self.set(delivery_id, look_at=self.now() - timedelta(seconds=1))
        reconcile(self.sender, [delivery_id])

    def now(self) -> datetime:
        return self.parts.db.now()

    def get(self, delivery_id: int) -> Delivery:
        with self.parts.db.read() as session:
            return session.get_one(Delivery, delivery_id)

    def set(self, delivery_id: int, **values: object) -> None:
        with self.parts.db.begin() as session:
            session.execute(update(Delivery).where(Delivery.id == delivery_id).values(**values))

    def attempts(self, delivery_id: int) -> list[Attempt]:
        with self.parts.db.read() as session:
            return list(
                session.scalars(select(Attempt).where(Attempt.delivery_id == delivery_id).order_by(Attempt.number))
            )

    def incidents(self) -> list[Incident]:
        with self.parts.db.read() as session:
            return list(session.scalars(select(Incident).where(Incident.resolved_at.is_(None))))

    def worker_dies(self) -> None:
        """The lock of the process is free, as after SIGKILL; the next worker takes over."""
        self.worker.close()
        lost.bury(self.parts.db, self.parts.settings.data_dir, self.sender.times)
        self.worker = life.register(self.parts.db, self.parts.settings.data_dir, "publish")


def make_line(data_dir: Path, database_url: str) -> Line:
    parts = open_parts(Settings(data_dir=data_dir, database_url=database_url))
    network = FakeNetwork()
    parts = replace(parts, networks={"fake": network})
    with parts.db.begin() as session:
        moment = now(session)
        client = Client(
            name="Bakkerij", timezone="Europe/Amsterdam", language="nl", approval_needed=False, created_at=moment
        )
        session.add(client)
        session.flush()
        ids = client.id, add_channel(session, parts, client.id, "bakkerij")
    return Line(parts, network, life.register(parts.db, data_dir, "publish"), *ids)


def add_channel(session, parts: Parts, client_id: int, handle: str) -> int:  # type: ignore[no-untyped-def]
    channel = Channel(client_id=client_id, network="fake", handle=handle, remote_id=handle, created_at=now(session))
    session.add(channel)
    session.flush()
    channel.credentials = parts.secrets.seal(channel.owner, {"access_token": "canary"})
    return int(channel.id)
