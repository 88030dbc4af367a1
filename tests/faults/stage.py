"""What one row sees of its world: channels and posts of its own, a seeded chance, and what it has to say besides the judge."""

import random
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialq import clock
from socialq.domain.states import DeliveryState
from socialq.errors import SocialqError
from socialq.models import Attempt, Delivery
from socialq.publishing.resolve import Answer, Choice, resolve
from tests.faults.injected import points
from tests.faults.waiting import PATIENCE, let_pass, wait_until
from tests.faults.world import LATENESS, Spot, World

ALL = ("lasting", "mastodon", "readable", "blind")
READING = ("lasting", "mastodon", "readable")
BLIND = frozenset({"blind"})
NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Row:
    """`run` is a generator: at each `yield` everything that it has scheduled is left to settle.

    `asks`: the kinds of networks where nobody can know, so that a person may be asked; `fails`: where it may end as failed;
    `shows`: this is a control, a guard is taken out, and that column of the verdict must not be zero (or "wrong" not be empty)."""

    name: str
    run: Callable[["Stage"], Iterator[None]]
    kinds: Sequence[str] = ALL
    asks: frozenset[str] = NONE
    fails: frozenset[str] = NONE
    cancels: bool = False
    shows: str = ""
    patience: float = PATIENCE
    late: float = LATENESS
    only: str = ""  # a database on which alone it makes sense


@dataclass
class Stage:
    """One run of one row in one world."""

    row: Row
    world: World
    random: random.Random
    kinds: Sequence[str]
    long: bool = False
    spots: list[Spot] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)
    kills: dict[str, int] = field(default_factory=dict)  # by kind; "" for all
    wrong: list[str] = field(default_factory=list)
    broken: int = 0
    again: dict[str, int] = field(
        default_factory=dict
    )  # copies that a person asked for against one that she could not see
    own: dict[str, int] = field(
        default_factory=dict
    )  # posts that a person made herself, by text: taken for ours after the start
    ahead: dict[int, float] = field(default_factory=dict)  # how far the database's clock was ahead when it was promised
    parents: dict[int, int] = field(default_factory=dict)

    @property
    def each(self) -> int:
        """Posts on every channel."""
        return 2 if self.long else 1

    def spot(self, kind: str, script: Sequence[str] = ()) -> Spot:
        """A channel on an account of its own; the first final calls are met as the script says."""
        spot = self.world.spot(kind)
        spot.door.script.extend(script)
        self.spots.append(spot)
        return spot

    def all(self, script: Sequence[str] = ()) -> list[Spot]:
        """One of each kind."""
        return [self.spot(kind, script) for kind in self.kinds]

    def post(
        self, spots: Spot | Sequence[Spot], ahead: float = 1.5, each: int = 1, text: str = "", limit: float = LATENESS,
        picture: bool = False, **columns: object,
    ) -> list[int]:  # fmt: skip
        """So many on every channel, each text once (unless given), due `ahead` seconds from now."""
        made = []
        with self.world.parts.db.begin() as session:
            at = self.world.now(session) + timedelta(seconds=ahead)
            for spot in [spots] if isinstance(spots, Spot) else spots:
                for _ in range(each):
                    body = text or f"{self.words()} nummer {len(self.ids)} bij {spot.channel_id}"
                    delivery = self.world.post(session, spot, body, at, limit, picture)
                    for name, value in columns.items():
                        setattr(delivery, name, value)
                    made.append(delivery.id)
                    self.ahead[delivery.id] = self.world.ahead
        self.ids += made
        return made

    def chain(self, spot: Spot, length: int, ahead: float = 1.5) -> list[int]:
        """Parts of one thread, each after the one before it."""
        made: list[int] = []
        with self.world.parts.db.begin() as session:
            at = self.world.now(session) + timedelta(seconds=ahead)
            for part in range(1, length + 1):
                delivery = self.world.post(session, spot, f"{self.words()} deel {part}.", at)
                delivery.part, delivery.after_id = part, made[-1] if made else None
                session.flush()
                if made:
                    self.parents[delivery.id] = made[-1]
                made.append(delivery.id)
        self.ids += made
        return made

    def words(self) -> str:
        """Unlike any other text, and repeatable."""
        return " ".join(f"{self.random.getrandbits(28):x}" for _ in range(4)) + secrets.token_hex(2)

    def decide(self, delivery_id: int, attempt: int | None, choice: Choice, seconds: float | None = None) -> bool:
        """A person on a page that shows this attempt; `seconds`: again only then. False: she was refused in a sentence."""
        try:
            with self.world.parts.db.begin() as session:
                at = None if seconds is None else self.world.in_seconds(session, seconds)
                resolve(session, delivery_id, attempt, Answer(choice, at=at), self.world.parts.settings.times, "faults")
            return True
        except SocialqError:
            return False

    def get(self, delivery_id: int) -> Delivery:
        with self.world.parts.db.read() as session:
            return session.get_one(Delivery, delivery_id)

    def attempts(self, ids: Sequence[int]) -> list[Attempt]:
        with self.world.parts.db.read() as session:
            return list(session.scalars(select(Attempt).where(Attempt.delivery_id.in_(ids))))

    def until(self, condition: Callable[[], bool], complaint: str, patience: float | None = None) -> None:
        wait_until(condition, patience or self.row.patience, f"{self.row.name}: {complaint}")

    def until_state(self, delivery_id: int, *states: DeliveryState, asked: bool = False) -> None:
        def there() -> bool:
            row = self.get(delivery_id)
            return row.state in states and (row.ask_at is not None or not asked)

        self.until(there, f"delivery {delivery_id} did not become {states}")

    def until_struck(self, point: str, machine: int = 0) -> int:
        """The process that was struck at that point."""
        armed = self.world.machines[machine].armed
        self.until(lambda: points.struck(armed, point) is not None, f"nobody was struck {point}")
        return points.struck(armed, point) or 0

    def lasts(self, production_seconds: float) -> None:
        """The fault goes on for so long (shrunk)."""
        let_pass(production_seconds * self.world.setting.shrink)

    def killed(self, count: int = 1) -> None:
        self.kills[""] = self.kills.get("", 0) + count

    def check(self, holds: bool, complaint: str) -> None:
        if not holds:
            self.wrong.append(complaint)

    def effects(self) -> int:
        return sum(len(spot.door.app.effects()) for spot in self.spots)

    def settle(self) -> None:
        """All of it rests and the server has said all that it had to say, or the row's patience is over (the judge sees that)."""
        ends = clock.boottime() + self.row.patience
        while clock.boottime() < ends and not (self.rests() and not self.world.hostile.talking):
            let_pass(0.1)

    def rests(self) -> bool:
        with self.world.parts.db.read() as session:
            return all(self.at_rest(session, one) for one in session.scalars(self._mine()))

    def _mine(self):  # type: ignore[no-untyped-def]
        return select(Delivery).where(Delivery.channel_id.in_([spot.channel_id for spot in self.spots]))

    def at_rest(self, session: Session, delivery: Delivery) -> bool:
        """Nothing is left for a machine to do: settled, or a person is asked, or it waits for a part or a same text that is so."""
        if delivery.state == DeliveryState.UNKNOWN:
            return delivery.ask_at is not None
        if delivery.state == DeliveryState.SCHEDULED and delivery.after_id is not None:
            parent = session.get_one(Delivery, delivery.after_id)
            return parent.state != DeliveryState.PUBLISHED and self.at_rest(session, parent)
        if delivery.state == DeliveryState.SCHEDULED and delivery.repeat_allowed:
            same = (Delivery.channel_id == delivery.channel_id, Delivery.fingerprint == delivery.fingerprint)
            asked = (Delivery.state == DeliveryState.UNKNOWN, Delivery.ask_at.is_not(None))
            return session.scalars(select(Delivery).where(*same, *asked)).first() is not None
        return delivery.state in (DeliveryState.PUBLISHED, DeliveryState.FAILED, DeliveryState.CANCELLED)

    def deliveries(self) -> Mapping[int, list[tuple[Delivery, str]]]:
        """With their texts, by channel."""
        from socialq.models import Revision

        found: dict[int, list[tuple[Delivery, str]]] = {spot.channel_id: [] for spot in self.spots}
        with self.world.parts.db.read() as session:
            query = self._mine().add_columns(Revision.text).join(Revision, Revision.id == Delivery.revision_id)
            for delivery, body in session.execute(query.order_by(Delivery.scheduled_at, Delivery.id)):
                found[delivery.channel_id].append((delivery, body))
        return found

    def promised(self, delivery: Delivery) -> datetime:
        """In true time: a clock that was stepped since moves no promise."""
        return delivery.scheduled_at - timedelta(seconds=self.ahead.get(delivery.id, 0.0))
