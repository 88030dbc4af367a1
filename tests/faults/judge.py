"""Counts what is really out, and holds it against what the database says. Knows no fault."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from socialq.domain.states import DeliveryState
from socialq.models import Delivery, Incident, Revision
from tests.faults.world import PATIENCE, World, wait_until

EARLY = 0.0  # seconds: the promise is "never more than 1 s early"; here not at all


@dataclass
class Verdict:
    """One run of one row."""

    deliveries: int = 0
    kills: int = 0
    copies_too_many: int = 0
    too_early: int = 0
    lost: int = 0
    asked: int = 0
    incidents: int = 0
    worst_lateness: float = 0.0
    wrong: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not (self.copies_too_many or self.too_early or self.lost or self.wrong)


def settle(world: World) -> bool:
    """Waits until every delivery has settled or a person is asked; False when that takes too long."""

    def settled() -> bool:
        with world.parts.db.read() as session:
            return all(_rests(d) for d in session.scalars(select(Delivery)))

    try:
        wait_until(settled, PATIENCE, "not settled")
    except TimeoutError:
        return False
    return True


def judge(world: World) -> Verdict:
    """Each delivery: published and out exactly once, or failed and not out, or asked; the last two with one open incident."""
    verdict = Verdict()
    arrivals: dict[str, list[datetime]] = {}
    for peer in world.peers:
        for status in peer.instance.record():
            arrivals.setdefault(status["text"], []).append(datetime.fromisoformat(status["arrived_at"]))
    with world.parts.db.read() as session:
        open_ = [i.subject for i in session.scalars(select(Incident).where(Incident.resolved_at.is_(None)))]
        rows = session.execute(
            select(Delivery, Revision.text).join(Revision, Revision.id == Delivery.revision_id)
        ).all()
        for delivery, body in rows:
            _one(verdict, delivery, arrivals.pop(body, []), open_.count(f"delivery:{delivery.id}"))
    verdict.copies_too_many += sum(len(times) for times in arrivals.values())  # what nobody asked for
    return verdict


def _one(verdict: Verdict, delivery: Delivery, out: list[datetime], incidents: int) -> None:
    verdict.deliveries += 1
    verdict.incidents += incidents
    verdict.copies_too_many += max(0, len(out) - 1)
    for at in out:
        late = (at - delivery.scheduled_at).total_seconds()
        verdict.too_early += late < -EARLY
        verdict.worst_lateness = max(verdict.worst_lateness, late)
    verdict.lost += not _rests(delivery)
    verdict.asked += delivery.ask_at is not None and delivery.state == DeliveryState.UNKNOWN
    told = 0 if delivery.state == DeliveryState.PUBLISHED else 1
    if _rests(delivery) and incidents != told:
        verdict.wrong.append(f"delivery {delivery.id} is {delivery.state} with {incidents} open incidents")
    if (delivery.state == DeliveryState.PUBLISHED) != bool(out) and delivery.state != DeliveryState.UNKNOWN:
        verdict.wrong.append(f"delivery {delivery.id} is {delivery.state} and out {len(out)} times")


def _rests(delivery: Delivery) -> bool:
    if delivery.state == DeliveryState.UNKNOWN:
        return delivery.ask_at is not None
    return delivery.state in (DeliveryState.PUBLISHED, DeliveryState.FAILED, DeliveryState.CANCELLED)
