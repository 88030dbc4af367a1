"""What a network does to a final call and to reading back: every way, on every kind of network, side by side in one world."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from sqlalchemy import select

from socialq import clock
from socialq.domain.states import Move
from socialq.models import Attempt, Event
from tests.faults.stage import ALL, BLIND, NONE, READING, Row, Stage
from tests.faults.world import Spot

TEXTUAL = ("mastodon", "readable")  # what is read back by its text
READ_LIMIT = 20.0


def _met(*script: str, before: Callable[[Stage, Spot], None] | None = None) -> Callable[[Stage], Iterator[None]]:
    """The first final calls are met so, the next ones are well."""

    def run(stage: Stage) -> Iterator[None]:
        spots = stage.all(script)
        for spot in spots:
            if before:
                before(stage, spot)
        stage.post(spots, each=stage.each)
        yield
        for spot in spots:
            stage.check(not spot.door.script, f"{spot.kind}: the fault did not happen")

    return run


def _row(name: str, *script: str, asks: frozenset[str] = BLIND, kinds: Sequence[str] = ALL, **more: object) -> Row:
    before = more.pop("before", None)
    return Row(name, _met(*script, before=before), kinds, asks=asks, **more)  # type: ignore[arg-type]


def _refused(stage: Stage) -> Iterator[None]:
    """Nobody listens when it is due, and for a while after."""
    spots = stage.all()
    for spot in spots:
        stage.world.hostile.refuse(spot.door, 5)
    stage.post(spots, each=stage.each)
    yield


def _big(stage: Stage) -> Iterator[None]:
    """More than the kernel's buffers hold: what it still has when we close must not be delivered."""
    for spot in stage.all(["stalled"]):
        stage.post(spot, text=f"{stage.words()} " + "x" * 300_000)
    yield


def _known(_: Stage, spot: Spot) -> None:
    spot.door.app.own_post("Van vorige week", timedelta(hours=1))


def _reading(**how: float) -> Callable[[Stage, Spot], None]:
    def before(stage: Stage, spot: Spot) -> None:
        _known(stage, spot)
        for name, value in how.items():
            until = clock.boottime() + value
            setattr(spot.door.app.reading, name, until if name == "down_until" else value)

    return before


def _down(stage: Stage) -> Iterator[None]:
    """One each: what must be read before it is sent is tried until its slot is over, and that lies beyond this row's patience."""
    for spot in stage.all(["lost"]):
        _reading(down_until=9e9)(stage, spot)
        stage.post(spot)
    yield


def _altered(_: Stage, spot: Spot) -> None:
    spot.door.app.alter = lambda text: f"{text} #reclame"


def _own_copy(*script: str, ago: timedelta | None = None) -> Callable[[Stage], Iterator[None]]:
    """A person posts the same text herself: `ago` before, or (without) during the call."""

    def run(stage: Stage) -> Iterator[None]:
        for spot in stage.all(script):
            text = stage.words()
            if ago:
                spot.door.app.own_post(text, ago)
            else:
                stage.own[text] = 1
            stage.post(spot, text=text)
        yield

    return run


def _same_text(*script: str) -> Callable[[Stage], Iterator[None]]:
    def run(stage: Stage) -> Iterator[None]:
        for spot in stage.all(script):
            stage.post(spot, text=stage.words(), each=2, repeat_allowed=True)
        yield

    return run


def _calm(*script: str) -> Callable[[Stage], Iterator[None]]:
    """Without a fault nothing is ever unknown."""

    def run(stage: Stage) -> Iterator[None]:
        ids = stage.post(stage.all(script), each=stage.each + 1)
        yield
        with stage.world.parts.db.read() as session:
            outcomes = set(session.scalars(select(Attempt.outcome).where(Attempt.delivery_id.in_(ids))))
            subjects = [f"delivery:{one}" for one in ids]
            lost = session.scalars(
                select(Event).where(Event.subject.in_(subjects), Event.verb == Move.LOSE.value)
            ).all()
        stage.check(
            outcomes <= {"published", "notsent"} and not lost, f"without a fault: {outcomes}, {len(lost)} unknown"
        )

    return run


def _finishing(seconds: float) -> Callable[[Stage], Iterator[None]]:
    def run(stage: Stage) -> Iterator[None]:
        for spot in stage.all():
            spot.door.app.finishing = seconds  # type: ignore[union-attr]
            stage.post(spot, each=stage.each)
        yield

    return run


HOUR = timedelta(hours=1)
TOO = frozenset({*BLIND, *TEXTUAL})
FINISHING = ("finishing",)
CALM = Row("no fault", _calm())
SLOW = Row("slow, but within its time", _calm("slow", "slow"))
ALTERED = _row("answer lost, the network alters the text", "lost", asks=TOO, before=_altered)
DOWN = Row("answer lost, reading back down for ever", _down, READING, asks=frozenset(ALL))
ENDLESS = Row("accepted and never finished", _finishing(9e9), FINISHING, asks=frozenset(FINISHING))
SAME_TEXT = Row("same text twice, cut mid-request", _same_text("mid"), READING)
REJECTED = _row("refused for good (422)", "rejected", asks=NONE, fails=frozenset(ALL))
ROWS = [
    CALM,
    SLOW,
    Row("refused", _refused),
    _row("cut before the request", "cut"),
    _row("cut mid-request", "mid"),
    _row("cut after the effect", "lost"),
    _row("cut, and cut again", "mid", "lost", kinds=READING),
    _row("30 s hang, then effect", "hang"),
    _row("effect after our time-out", "late"),
    _row("never an answer", "never"),
    _row("dripping answer", "drip"),
    _row("504 after the effect", "gateway"),
    _row("504 instead of it", "gateway instead"),
    _row("200 without an id", "empty"),
    _row("unreadable answer", "garbage"),
    _row("answer without an end", "no end"),
    # Only where the request is larger than what a peer takes at once: what it has taken whole, it may act on whenever it likes.
    Row("stalled peer at close", _big, ("lasting", "readable", "blind"), asks=BLIND),
    _row("not now (429)", "later", "later", asks=NONE),
    REJECTED,
    _row("reading back down", "lost", kinds=READING, before=_reading(down_until=14)),
    DOWN,
    _row("reading back lagging", "late", kinds=READING, before=_reading(lag=2.4)),
    _row("reading back incomplete", "lost", kinds=READING, before=_reading(short=2)),
    _row("reading back stale once", "lost", kinds=READING, before=_reading(stale=2.2)),
    _row("reading back stale twice", "lost", kinds=("lasting",), before=_reading(stale=9)),
    ALTERED,
    Row("her own copy an hour before, ours lost before", _own_copy("mid", ago=HOUR), asks=TOO),
    Row("her own copy an hour before, ours lost after", _own_copy("lost", ago=HOUR), asks=BLIND),
    Row("her own copy meanwhile, ours lost before", _own_copy("own instead"), asks=BLIND),
    Row("her own copy meanwhile, ours lost after", _own_copy("own too"), asks=TOO),
    SAME_TEXT,
    Row("same text twice, answer lost", _same_text("lost"), asks=BLIND),
    Row("accepted, finished later", _finishing(3), FINISHING),
    ENDLESS,
]  # fmt: skip
