"""What a person wishes while a machine is at work is kept: every step of a delivery, every wish, both ways that it can end."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from socialq import clock
from socialq.domain.outcomes import Deferred, Outcome, Processing, Published, Rejected
from socialq.errors import NotAllowed
from socialq.models import Delivery, Post
from socialq.networks.base import Account
from socialq.planning.changing import stop, unschedule
from socialq.planning.content import Draft
from socialq.planning.drafts import revise
from socialq.planning.found import Desk
from socialq.planning.pausing import pause, resume
from socialq.planning.reviews import withdraw
from socialq.planning.scheduling import schedule
from socialq.publishing import poll
from tests.fakes import FakeNetwork
from tests.usecases.line import Line
from tests.usecases.test_unknown import never_out, unknown

STEPS = ("scheduled", "reserved", "publishing", "processing", "unknown")
AT_REST = ("scheduled", "reserved")
Wish = Callable[[Session, Desk, Line, int], object]
WISHES: dict[str, Wish] = {
    "cancel": lambda session, desk, line, post: stop(session, desk, post),
    "edit": lambda session, desk, line, post: revise(session, desk, post, Draft("Anders", (line.channel_id,))),
    "withdraw": lambda session, desk, line, post: withdraw(session, desk, post),
    "pause": lambda session, desk, line, post: pause(session, [line.client_id], desk.by),
    "unschedule": lambda session, desk, line, post: unschedule(session, desk, post),
}
# The post's state: right after the wish, and once its delivery is cancelled.
POST_AT_REST = {"cancel": "approved", "edit": "draft", "withdraw": "draft", "unschedule": "approved"}
POST_IN_FLIGHT = {"cancel": "scheduled", "edit": "draft", "withdraw": "draft"}


class Asked(FakeNetwork):
    """Can be asked what became of what it took."""

    said: Outcome = Published("9")

    def poll(self, handle: str, account: Account) -> Outcome:
        return self.said


def desk(line: Line) -> Desk:
    return Desk(line.parts.networks, line.sender.times, line.parts.media, "member:1")


def wishing(line: Line, delivery: int, wish: str) -> None:
    with line.parts.db.begin() as session:
        WISHES[wish](session, desk(line), line, line.get(delivery).post_id)


def the_post(line: Line, delivery: int) -> Post:
    with line.parts.db.read() as session:
        return session.get_one(Post, line.get(delivery).post_id)


def deliveries(line: Line, delivery: int) -> list[str]:
    with line.parts.db.read() as session:
        mine = Delivery.post_id == session.get_one(Delivery, delivery).post_id
        return list(session.scalars(select(Delivery.state).where(mine).order_by(Delivery.id)))


def in_flight(line: Line, step: str, wish: str, *, out: bool, claimed: Callable[[int], None]) -> int:
    """A delivery that is at that step when the wish comes; then it turns out to be out, or not."""
    if step == "publishing":
        delivery = line.schedule()

        def meanwhile(network: FakeNetwork, prepared: object, account: Account) -> Outcome:
            claimed(delivery)
            return Published("9") if out else Deferred(clock.host_now() + timedelta(seconds=60), "slow down")

        line.network.script = [meanwhile]
        line.publish(delivery)
        return delivery
    if step == "unknown":
        delivery = unknown(line, (lambda n, p, a: (n.put_out(p, a), never_out())[1]) if out else never_out)
        claimed(delivery)
        line.look(delivery)
        line.look(delivery)
        return delivery
    line.parts.networks["fake"] = asked = Asked()  # type: ignore[index]
    asked.script = [lambda *_: Processing("h", clock.host_now())]
    asked.said = Published("9") if out else Rejected("too long")
    delivery = line.schedule()
    line.publish(delivery)
    claimed(delivery)
    line.set(delivery, check_at=line.now() - timedelta(seconds=1))
    poll.poll(line.sender, [delivery])
    return delivery


@pytest.mark.parametrize("step", AT_REST)
@pytest.mark.parametrize("wish", WISHES)
def test_what_only_waits_does_not_go(line: Line, step: str, wish: str) -> None:
    delivery = line.schedule()
    if step == "reserved":
        line.set(delivery, reserved_until=line.now() + timedelta(minutes=1))
    wishing(line, delivery, wish)
    line.publish(delivery)
    assert line.ring() == [] and line.network.out == []
    if wish == "pause":
        assert (line.get(delivery).state, the_post(line, delivery).state) == ("scheduled", "scheduled")
        with line.parts.db.begin() as session:
            resume(session, [line.client_id], "member:1")
        assert line.ring() == [delivery]
        return
    assert (line.get(delivery).state, the_post(line, delivery).state) == ("cancelled", POST_AT_REST[wish])
    assert line.incidents() == []


@pytest.mark.parametrize("out", [True, False], ids=["out", "back"])
@pytest.mark.parametrize("step", [step for step in STEPS if step not in AT_REST])
@pytest.mark.parametrize("wish", POST_IN_FLIGHT)
def test_the_wish_is_kept_on_what_is_going_out(line: Line, step: str, wish: str, out: bool) -> None:
    def wished(delivery: int) -> None:
        wishing(line, delivery, wish)
        row = line.get(delivery)
        assert (row.state, row.stop_at is not None) == (step, True)
        assert the_post(line, delivery).state == POST_IN_FLIGHT[wish]
        if wish == "edit":  # not beside the old one, on the same channel
            with pytest.raises(NotAllowed, match=f"on @bakkerij it is {step}"), line.parts.db.begin() as session:
                schedule(session, desk(line), row.post_id, None)

    delivery = in_flight(line, step, wish, out=out, claimed=wished)
    if out:
        assert line.get(delivery).state == "published", "good news is never dropped"
        return
    if step == "processing":  # the network took it and then refused it: that is told, whatever was wished
        assert line.get(delivery).state == "failed"
        return
    assert (line.get(delivery).state, line.incidents()) == ("cancelled", [])
    assert the_post(line, delivery).state == POST_AT_REST[wish]
    with line.parts.db.begin() as session:
        schedule(session, desk(line), line.get(delivery).post_id, None)
    assert deliveries(line, delivery) == ["cancelled", "scheduled"]


@pytest.mark.parametrize("step", [step for step in STEPS if step not in AT_REST])
def test_unscheduling_is_all_or_nothing_and_says_what_is_going_out(line: Line, step: str) -> None:
    def wished(delivery: int) -> None:
        waits = line.schedule("wacht", late=-60)
        row = line.get(delivery)
        line.set(waits, post_id=row.post_id, revision_id=row.revision_id, part=2)
        with pytest.raises(NotAllowed, match=f"on @bakkerij it is {step}"):
            wishing(line, delivery, "unschedule")
        assert (line.get(waits).state, line.get(delivery).stop_at) == ("scheduled", None)
        assert the_post(line, delivery).state == "scheduled"
        line.set(waits, state="cancelled")

    delivery = in_flight(line, step, "unschedule", out=True, claimed=wished)
    assert line.get(delivery).state == "published"


@pytest.mark.parametrize("step", ["publishing", "unknown"])
def test_paused_while_it_was_going_out_it_waits_when_it_comes_back(line: Line, step: str) -> None:
    delivery = in_flight(line, step, "pause", out=False, claimed=lambda one: wishing(line, one, "pause"))
    line.set(delivery, due_at=line.now())
    assert line.get(delivery).state == "scheduled" and line.get(delivery).stop_at is None
    assert line.ring() == []
