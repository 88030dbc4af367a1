"""Counts what is really out, and holds it against what the database says. Knows no fault."""

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import select

from socialq.domain.states import DeliveryState
from socialq.models import Delivery, Incident
from tests.faults.peer.boards import Effect
from tests.faults.stage import Stage
from tests.faults.world import Spot

EARLY = 0.0  # seconds: the promise is "never more than 1 s early"; here not at all
OUT, QUIET = DeliveryState.PUBLISHED, (DeliveryState.PUBLISHED, DeliveryState.CANCELLED)


@dataclass
class Verdict:
    """One row on one kind of network, over all its runs."""

    runs: int = 0
    deliveries: int = 0
    kills: int = 0
    copies: int = 0
    early: int = 0
    lost: int = 0
    asked: int = 0
    failed: int = 0
    incidents: int = 0
    late: float = 0.0
    broken: int = 0  # the harness could not do what the row says: that proves nothing, not even for a control
    wrong: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not (self.copies or self.early or self.lost or self.wrong or self.broken)

    def as_it_should_be(self, shows: str) -> bool:
        """A row holds; a control (`shows` names a column) does not, and the harness sees it there."""
        return bool(getattr(self, shows)) and not self.broken if shows else self.holds

    def add(self, other: "Verdict") -> None:
        for name in (
            "runs",
            "deliveries",
            "kills",
            "copies",
            "early",
            "lost",
            "asked",
            "failed",
            "incidents",
            "broken",
        ):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.late = max(self.late, other.late)
        self.wrong += other.wrong


def judge(stage: Stage) -> dict[str, Verdict]:
    """By kind. Each delivery: published and out exactly once, or failed and not out, or asked; the last two with one open incident."""
    found = {kind: Verdict(runs=1) for kind in dict.fromkeys(spot.kind for spot in stage.spots)}
    rows = stage.deliveries()
    with stage.world.parts.db.read() as session:
        told = Counter(session.scalars(select(Incident.subject).where(Incident.resolved_at.is_(None))))
        for spot in stage.spots:
            _account(stage, found[spot.kind], spot, rows[spot.channel_id])
            for delivery, _ in rows[spot.channel_id]:
                rests = stage.at_rest(session, delivery)
                _one(stage, found[spot.kind], spot, delivery, rests, told[f"delivery:{delivery.id}"])
    for kind, verdict in found.items():
        verdict.kills = stage.kills.get(kind, 0) or stage.kills.get("", 0) // len(found)
        verdict.broken = stage.broken
        verdict.wrong += stage.wrong if kind == next(iter(found)) else []
    return found


def _account(stage: Stage, verdict: Verdict, spot: Spot, rows: list[tuple[Delivery, str]]) -> None:
    """Effects against promises, text by text, in the order in which they came."""
    effects: dict[str, list[Effect]] = {}
    for effect in sorted(spot.door.app.effects(), key=lambda one: one.at):
        effects.setdefault(effect.text, []).append(effect)
    promised: dict[str, list[Delivery]] = {}
    for delivery, body in rows:
        promised.setdefault(body, []).append(delivery)
    for body, out in effects.items():
        mine = [one for one in promised.get(body, []) if one.state != DeliveryState.CANCELLED]
        verdict.copies += max(0, len(out) - max(1, len(mine)) - stage.again.get(body, 0)) if mine else len(out)
        for delivery, effect in zip(mine, out, strict=False):
            _in_time(stage, verdict, delivery, effect)
            if delivery.id in stage.parents:
                _after_parent(stage, verdict, delivery, effect)
    for body, mine in promised.items():
        published, out = sum(one.state == OUT for one in mine), len(effects.get(body, []))
        settled = all(one.state in (OUT, DeliveryState.FAILED, DeliveryState.CANCELLED) for one in mine)
        if settled and (published > out + stage.own.get(body, 0) or (out and not published)):
            verdict.wrong.append(f"{[(d.id, d.state) for d in mine]}: {published} published and {out} out")


def _in_time(stage: Stage, verdict: Verdict, delivery: Delivery, effect: Effect) -> None:
    late = (effect.at - stage.promised(delivery)).total_seconds()
    verdict.early += late < -EARLY
    verdict.late = max(verdict.late, late)
    if late > stage.row.late:
        verdict.wrong.append(f"delivery {delivery.id} went out {late:.0f} s late")


def _after_parent(stage: Stage, verdict: Verdict, delivery: Delivery, effect: Effect) -> None:
    parent = stage.get(stage.parents[delivery.id])
    if effect.reply_to is None or effect.reply_to != parent.remote_id:
        verdict.wrong.append(f"delivery {delivery.id} answers {effect.reply_to}, its parent is {parent.remote_id}")


def _one(stage: Stage, verdict: Verdict, spot: Spot, delivery: Delivery, rests: bool, incidents: int) -> None:
    verdict.deliveries += 1
    verdict.incidents += incidents
    verdict.lost += not rests
    asked = delivery.ask_at is not None and delivery.state == DeliveryState.UNKNOWN
    failed = delivery.state == DeliveryState.FAILED
    verdict.asked += asked
    verdict.failed += failed
    waits = delivery.state == DeliveryState.SCHEDULED
    if rests and not waits and incidents != (delivery.state not in QUIET):
        verdict.wrong.append(f"delivery {delivery.id} is {delivery.state} with {incidents} open incidents")
    if asked and spot.kind not in stage.row.asks:
        verdict.wrong.append(
            f"delivery {delivery.id}: a person is asked, though it can be known: {delivery.ask_reason}"
        )
    if failed and spot.kind not in stage.row.fails:
        verdict.wrong.append(f"delivery {delivery.id} has failed: {delivery.reason}")
    if delivery.state == DeliveryState.CANCELLED and not stage.row.cancels:
        verdict.wrong.append(f"delivery {delivery.id} was cancelled")
