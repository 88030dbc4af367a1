"""A client whose posts, numbers and followers are written down by hand, at wall times of her own calendar."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from socialq.db import Database
from socialq.domain.slots import local_instant
from socialq.metrics.rollup import rebuild
from socialq.models import Channel, ChannelSnapshot, Client, Delivery, Post, PostSnapshot, Revision

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class Brand:
    """One client; times are written like "2026-10-03 09:30" and meant in her zone."""

    def __init__(
        self,
        db: Database,
        name: str = "Bakkerij Jansen",
        zone: str = "Europe/Amsterdam",
        language: str = "nl",
        **more: str,
    ) -> None:
        self.db, self.zone, self._made = db, ZoneInfo(zone), 0
        with db.begin() as session:
            row = Client(name=name, timezone=zone, language=language, created_at=LONG_AGO, **more)
            session.add(row)
            session.flush()
            self.id: int = row.id

    def at(self, written: str) -> datetime:
        day, _, clock = written.partition(" ")
        return local_instant(self.zone, date.fromisoformat(day), time.fromisoformat(clock))

    def channel(self, network: str = "fake", handle: str = "@jansen") -> int:
        with self.db.begin() as session:
            row = Channel(client_id=self.id, network=network, handle=handle, remote_id=handle, created_at=LONG_AGO)
            session.add(row)
            session.flush()
            return row.id

    def post(
        self, channel_id: int, text: str, at: str | datetime, url: str = "https://example.org/1", part: int = 1
    ) -> int:
        """A delivery that went out then; its remote id is "r" and its own id."""
        moment = self.at(at) if isinstance(at, str) else at
        with self.db.begin() as session:
            post = Post(client_id=self.id, created_by="test", created_at=LONG_AGO, scheduled_at=moment)
            session.add(post)
            session.flush()
            revision = Revision(post_id=post.id, number=1, text=text, created_by="test", created_at=LONG_AGO)
            session.add(revision)
            session.flush()
            row = Delivery(
                post_id=post.id, revision_id=revision.id, channel_id=channel_id, part=part, state="published",
                fingerprint=str(post.id), scheduled_at=moment, deadline_at=moment + timedelta(hours=2), due_at=moment,
                prepare_at=moment, published_at=moment, url=url, created_at=LONG_AGO,
            )  # fmt: skip
            session.add(row)
            session.flush()
            row.remote_id = f"r{row.id}"
            return row.id

    def count(self, delivery_id: int, at: str | datetime, **numbers: int) -> None:
        """A snapshot of a post: totals since it went out."""
        moment = self.at(at) if isinstance(at, str) else at
        with self.db.begin() as session:
            session.add(PostSnapshot(delivery_id=delivery_id, taken_at=moment, definition="1", raw={}, **numbers))

    def follow(self, channel_id: int, at: str, followers: int | None) -> None:
        with self.db.begin() as session:
            row = ChannelSnapshot(
                channel_id=channel_id, taken_at=self.at(at), followers=followers, definition="1", raw={}
            )
            session.add(row)

    def rebuild(self, channel_id: int, from_day: str, to_day: str) -> None:
        with self.db.begin() as session:
            rebuild(session, channel_id, date.fromisoformat(from_day), date.fromisoformat(to_day))
