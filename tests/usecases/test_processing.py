"""What a network has taken and still works on: asked until it ends, or given to a person. On both databases."""

from datetime import timedelta

from socialq import clock
from socialq.domain.outcomes import Outcome, Processing, Published
from socialq.networks.base import Account
from socialq.publishing import lost, poll, ring
from tests.fakes import FakeNetwork
from tests.usecases.line import Line


def test_a_poll_settles_what_was_accepted(line: Line) -> None:
    class Polling(FakeNetwork):
        def poll(self, handle: str, account: Account) -> Outcome:
            return Published(f"done-{handle}")

    delivery = line.schedule()
    line.network.script = [lambda *_: Processing("h1", clock.host_now())]
    line.publish(delivery)
    assert ring.polls(line.parts.db, line.sender.times) == [delivery]
    poll.poll(line.sender, [delivery])
    assert line.get(delivery).state == "processing", "this network cannot be asked"
    line.parts.networks["fake"] = Polling()  # type: ignore[index]
    line.set(delivery, check_at=line.now())
    poll.poll(line.sender, [delivery])
    assert (line.get(delivery).state, line.get(delivery).remote_id) == ("published", "done-h1")


def test_processing_without_an_end_asks_at_once(line: Line) -> None:
    delivery = line.schedule()
    line.network.script = [lambda *_: Processing("h1", clock.host_now())]
    line.publish(delivery)
    line.set(delivery, process_until=line.now() - timedelta(seconds=1))
    assert lost.give_up_processing(line.parts.db, line.sender.times) == 1
    assert line.get(delivery).ask_at is not None and len(line.incidents()) == 1
