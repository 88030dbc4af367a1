"""What people do meanwhile, and what one row may do to others: wishes, two tabs, chains, poison, a hundred on one channel."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

from sqlalchemy import select

from socialq.domain.states import DeliveryState
from socialq.errors import SocialqError
from socialq.models import Delivery, Post, Revision
from socialq.planning import changing, pausing, reworking
from socialq.planning.content import Draft
from socialq.planning.found import Desk
from tests.faults.injected import points
from tests.faults.peer.networks import POISON
from tests.faults.stage import ALL, BLIND, READING, Row, Stage
from tests.faults.waiting import let_pass
from tests.faults.world import Spot

WISHES = ("stop", "unschedule", "move", "edit", "pause")
SLACK = 3.0  # seconds by which a loaded machine may differ from itself


def desk(stage: Stage) -> Desk:
    parts = stage.world.parts
    return Desk(parts.networks, parts.settings.times, parts.media, "faults")


def wishes(stage: Stage) -> Iterator[None]:
    """At chance moments; what is refused because it is going out is refused in a sentence."""
    bad = ["", "slow", "mid", "lost", "later slowly", "hang"]
    spots = [stage.spot(kind, [stage.random.choice(bad)]) for kind in stage.kinds for _ in WISHES]
    plans = []
    for spot, wish in zip(spots, WISHES * len(stage.kinds), strict=True):
        (one,) = stage.post(spot, ahead=2)
        plans.append((stage.random.uniform(0, 16), wish, spot, one))
    passed = 0.0
    for at, wish, spot, one in sorted(plans, key=lambda plan: plan[0]):
        let_pass(at - passed)
        passed = at
        _wished(stage, wish, spot, one)
    for spot in spots:
        with stage.world.parts.db.begin() as session:
            pausing.resume(session, [spot.client_id], "faults")
    yield


def _wished(stage: Stage, wish: str, spot: Spot, delivery_id: int) -> None:
    with suppress(SocialqError), stage.world.parts.db.begin() as session:
        post = session.get_one(Post, session.get_one(Delivery, delivery_id).post_id)
        soon = stage.world.in_seconds(session, 1)
        match wish:
            case "stop":
                changing.stop(session, desk(stage), post.id)
            case "unschedule":
                changing.unschedule(session, desk(stage), post.id)
            case "move":
                changing.move(session, desk(stage), post.id, soon)
            case "edit":
                changed = Draft(f"{stage.words()} verbeterd", (spot.channel_id,))
                reworking.rework(session, desk(stage), post.id, post.revision_id or 0, changed, soon, onward=True)
            case "pause":
                pausing.pause(session, [spot.client_id], "faults")


def cancelled_on_its_way(stage: Stage) -> Iterator[None]:
    """Claimed, cancelled, refused for now: the wish is kept on the way back."""
    for spot in stage.all(["later slowly"]):
        (one,) = stage.post(spot)
        stage.until_state(one, DeliveryState.PUBLISHING)
        with stage.world.parts.db.begin() as session:
            changing.stop(session, desk(stage), session.get_one(Delivery, one).post_id)
        stage.until(lambda one=one: stage.get(one).state != DeliveryState.PUBLISHING, "it never came back")  # type: ignore[misc]
        yield
        stage.check(stage.get(one).state == DeliveryState.CANCELLED, f"{spot.kind}: it is {stage.get(one).state}")


def two_tabs(*, careless: bool = False) -> Callable[[Stage], Iterator[None]]:
    """Both tabs show the first attempt. One sends it again, that answer is lost; the other tab is too late. Then two persons at once."""

    def run(stage: Stage) -> Iterator[None]:
        spot = stage.spot("blind", ["mid", "lost"])
        (one,) = stage.post(spot)
        stage.until_state(one, DeliveryState.UNKNOWN, asked=True)
        stage.check(stage.decide(one, 1, "retry"), "the first tab was refused")
        yield
        if careless:
            stage.decide(one, None, "retry")
            yield
            return
        stage.check(not stage.decide(one, 1, "retry"), "a tab of the first attempt sent it again")
        results: list[bool] = []
        persons = [
            threading.Thread(target=lambda c=choice: results.append(stage.decide(one, 2, c)))  # type: ignore[misc]
            for choice in ("failed", "published")
        ]
        for person in persons:
            person.start()
        for person in persons:
            person.join()
        stage.check(results.count(True) >= 1, "neither person was heard")
        if stage.get(one).state == DeliveryState.FAILED:
            stage.check(stage.decide(one, 2, "published"), "it is out, and that cannot be said")
        yield

    return run


def chain(*script: str, length: int = 4) -> Callable[[Stage], Iterator[None]]:
    def run(stage: Stage) -> Iterator[None]:
        for spot in stage.all(script):
            stage.chain(spot, length)
        yield

    return run


def chain_killed(length: int, every: int) -> Callable[[Stage], Iterator[None]]:
    """The process dies at each (short form: some) part, at a point that chance picks."""

    def run(stage: Stage) -> Iterator[None]:
        armed = stage.world.machine.armed
        ids = [stage.chain(spot, length, ahead=3) for spot in stage.all()]
        last = [chain[-1] for chain in ids]
        for part in range(every, length + 1, 1 if stage.long else every):
            point = stage.random.choice(points.WIRE)
            points.arm(armed, point, "kill", f"deel {part}.")
            stage.until(
                lambda point=point: points.struck(armed, point) is not None or _settled(stage, last),  # type: ignore[misc]
                f"part {part} came to no end",
            )
            stage.killed(points.struck(armed, point) is not None)
            points.forget(armed, point)
        yield

    return run


def _settled(stage: Stage, ids: list[int]) -> bool:
    return all(stage.get(one).state == DeliveryState.PUBLISHED for one in ids)


def poison(stage: Stage) -> Iterator[None]:
    """Preparing it ends the process: three times, then it has failed and is told; the others go out."""
    spots = stage.all()
    bad = [stage.post(spot, text=f"{POISON} {stage.words()}", ahead=1) for spot in spots]
    stage.post(spots, ahead=2)
    yield
    for (one,) in bad:
        stage.check(stage.get(one).state == DeliveryState.FAILED, f"the poisoned one is {stage.get(one).state}")
        stage.killed(3)


def hundred(stage: Stage) -> Iterator[None]:
    """100 ids on one hanging channel and a dripping one: the others are as punctual as without."""
    well = stage.all()
    ids = stage.post(well, each=3)
    yield
    before = _worst(stage, well, ids)
    hanging, dripping = stage.spot("readable", ["never"] * 5), stage.spot("readable", ["drip"] * 5)
    stage.post(hanging, each=100, ahead=0.5)
    stage.post(dripping, each=5, ahead=0.5)
    stage.until(lambda: hanging.door.calls > 0, "it never hung")
    ids = stage.post(well, each=3)
    yield
    after = _worst(stage, well, ids)
    stage.check(after <= before + SLACK, f"the others were {after:.1f} s late instead of {before:.1f}")


def _worst(stage: Stage, spots: list[Spot], ids: list[int]) -> float:
    with stage.world.parts.db.read() as session:
        query = select(Revision.text, Delivery).join(Delivery, Delivery.revision_id == Revision.id)
        promised = {body: d.scheduled_at for body, d in session.execute(query.where(Delivery.id.in_(ids)))}
    effects = [effect for spot in spots for effect in spot.door.app.effects() if effect.text in promised]
    return max((effect.at - promised[effect.text]).total_seconds() for effect in effects)


ROWS = [
    Row("wishes at chance moments", wishes, asks=BLIND, cancels=True),
    Row("cancelled while it is going out, then 429", cancelled_on_its_way, kinds=("readable", "lasting"), cancels=True),
    Row("two tabs, then two persons, on one asked row", two_tabs(), kinds=("blind",)),
    Row("chain of 4, cut before and after the effect", chain("", "lost", "mid"), asks=BLIND),
]
ALONE = [
    Row("chain of 25, killed in between", chain_killed(25, 8), kinds=READING, patience=400),
    Row(
        "a row that kills its process",
        poison,
        kinds=("lasting", "blind"),
        asks=BLIND,
        fails=frozenset(ALL),
        patience=300,
    ),
    Row("100 ids on a hanging channel beside healthy ones", hundred, kinds=("lasting", "readable"), patience=240),
]
