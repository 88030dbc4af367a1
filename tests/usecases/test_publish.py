"""From due to settled, on both databases: each outcome, each guard of the claim, and the good news that is never dropped."""

from datetime import timedelta

import pytest

from socialq.domain.outcomes import Deferred, Disconnected, NotSent, Outcome, Prepared, Published, Rejected
from socialq.networks.base import Account
from socialq.networks.call import TooLate
from socialq.publishing import missed
from socialq.publishing.claim import Claim, claim
from socialq.publishing.publish import write_outcome
from tests.fakes import FakeNetwork
from tests.usecases.line import Line


def says(outcome: Outcome):  # type: ignore[no-untyped-def]
    return lambda *_: outcome


def raises(error: Exception):  # type: ignore[no-untyped-def]
    def call(*_: object) -> Outcome:
        raise error

    return call


def out_but_lost(network: FakeNetwork, prepared: Prepared, account: Account) -> Outcome:
    network.put_out(prepared, account)
    raise ConnectionResetError("the answer was cut")


def test_a_due_delivery_goes_out_once(line: Line) -> None:
    delivery = line.schedule("Verse broodjes")
    line.publish()
    line.publish(delivery)
    found = line.get(delivery)
    assert (found.state, found.remote_id, found.url) == ("published", "1", "https://fake.example/1")
    assert [c.text for c in line.network.out] == ["Verse broodjes"]
    assert [(a.number, a.outcome, a.ended_at is not None) for a in line.attempts(delivery)] == [(1, "published", True)]
    assert line.incidents() == []


def test_nothing_goes_early(line: Line) -> None:
    delivery = line.schedule(late=-60)
    assert line.ring() == []
    line.publish(delivery)
    assert line.get(delivery).state == "scheduled" and line.network.out == []


def test_of_one_channel_the_earliest_promise_goes_first(line: Line) -> None:
    late, early = line.schedule("laat", late=5), line.schedule("vroeg", late=10)
    assert line.ring() == [early, late]
    line.publish(early, late)
    assert [c.text for c in line.network.out] == ["vroeg", "laat"]


def test_provably_not_out_is_tried_again_later(line: Line) -> None:
    delivery = line.schedule()
    line.network.script = [says(NotSent("refused")), says(NotSent("refused"))]
    line.publish()
    found = line.get(delivery)
    assert (found.state, found.attempt, found.setbacks, found.rung_at) == ("scheduled", 1, 1, None)
    assert found.due_at > line.attempts(delivery)[0].ended_at and found.scheduled_at < found.due_at
    line.set(delivery, due_at=line.now())
    line.publish(delivery)
    line.set(delivery, due_at=line.now())
    line.publish(delivery)
    assert line.get(delivery).state == "published" and len(line.attempts(delivery)) == 3 and len(line.network.out) == 1


def test_a_deferral_beyond_the_limit_fails_at_once_and_is_told(line: Line) -> None:
    delivery = line.schedule(limit=600)
    line.network.script = [says(Deferred(line.now() + timedelta(hours=1), "rate limit"))]
    line.publish()
    assert line.get(delivery).state == "failed"
    assert [(i.kind, i.subject) for i in line.incidents()] == [("delivery_missed", f"delivery:{delivery}")]


def test_rejected_is_failed_and_told_once(line: Line) -> None:
    delivery = line.schedule()
    line.network.script = [says(Rejected("too long"))]
    line.publish()
    assert (line.get(delivery).state, line.get(delivery).reason) == ("failed", "too long")
    assert [i.kind for i in line.incidents()] == ["delivery_rejected"]
    line.publish(delivery)
    assert len(line.attempts(delivery)) == 1


def test_a_refused_account_holds_its_deliveries_and_is_told_once(line: Line) -> None:
    first, second = line.schedule("een", late=2), line.schedule("twee", late=1)
    line.network.script = [says(Disconnected("token revoked"))]
    line.publish(first, second)
    assert [line.get(d).state for d in (first, second)] == ["scheduled", "scheduled"]
    assert [(i.kind, i.subject) for i in line.incidents()] == [("channel_disconnected", f"channel:{line.channel_id}")]
    assert line.ring() == [] and line.get(second).attempt == 0


@pytest.mark.parametrize("answer", ["an exception", "nothing", "nonsense"])
def test_whatever_cannot_be_explained_is_unknown(line: Line, answer: str) -> None:
    delivery = line.schedule()
    scripts = {"an exception": raises(ValueError("bad json")), "nothing": says(None), "nonsense": says("ok")}  # type: ignore[arg-type]
    line.network.script = [scripts[answer]]
    line.publish()
    found = line.get(delivery)
    assert found.state == "unknown" and found.look_at is not None and line.attempts(delivery)[0].ended_at is not None
    assert line.incidents() == [], "not asked yet: it is looked for first"


def test_too_late_to_write_is_released(line: Line) -> None:
    delivery = line.schedule()
    line.network.script = [raises(TooLate("late"))]
    line.publish()
    assert line.get(delivery).state == "scheduled" and line.get(delivery).attempt == 1


def test_the_lease_is_looked_at_before_the_first_byte(line: Line) -> None:
    delivery = line.schedule()
    claimed = claim(line.sender, delivery, Prepared("x"))
    assert claimed is not None
    young, old = (line.sender.final_call(claimed.started - age, claimed.claimed_at) for age in (0.0, 16.0))
    young.arm()
    young.first_byte()
    old.arm()
    with pytest.raises(TooLate):
        old.first_byte()
    stepped = line.sender.final_call(claimed.started, claimed.claimed_at - timedelta(seconds=16))
    stepped.arm()
    with pytest.raises(TooLate, match="database"):
        stepped.first_byte()


def test_a_wish_is_kept_on_the_way_back(line: Line) -> None:
    delivery = line.schedule()

    def stopped_meanwhile(*_: object) -> Outcome:
        line.set(delivery, stop_at=line.now())
        return NotSent("refused")

    line.network.script = [stopped_meanwhile]
    line.publish()
    assert line.get(delivery).state == "cancelled" and line.incidents() == []


def test_good_news_settles_whatever_state_it_finds(line: Line) -> None:
    for state in ("scheduled", "failed", "unknown", "cancelled", "processing"):
        delivery = line.schedule(f"tekst {state}")
        claimed = claim(line.sender, delivery, Prepared("x"))
        assert claimed is not None
        line.set(delivery, state=state)
        write_outcome(line.sender, claimed, Published(f"r-{state}"))
        assert line.get(delivery).state == "published"
    assert line.incidents() == []


def test_good_news_of_an_older_attempt_settles_and_asks_for_a_second_look(line: Line) -> None:
    delivery = line.schedule()
    claimed = claim(line.sender, delivery, Prepared("x"))
    assert claimed is not None
    line.set(delivery, state="publishing", attempt=2)
    write_outcome(line.sender, claimed, Published("r1"))
    assert line.get(delivery).state == "published"
    assert [i.kind for i in line.incidents()] == ["second_copy"]
    write_outcome(line.sender, Claim(delivery, 2, 0.0, line.now()), Published("r2"))
    assert line.get(delivery).remote_id == "r1" and len(line.incidents()) == 1


def test_an_id_that_another_delivery_holds_proves_nothing(line: Line) -> None:
    first, second = line.schedule("een", late=2), line.schedule("twee", late=1)
    line.network.script = [says(Published("same")), says(Published("same"))]
    line.publish(first, second)
    assert (line.get(first).state, line.get(second).state) == ("published", "unknown")
    assert [(i.kind, i.subject) for i in line.incidents()] == [("delivery_unsure", f"delivery:{second}")]


def test_a_lost_row_still_gets_the_end_of_its_attempt(line: Line) -> None:
    delivery = line.schedule()
    claimed = claim(line.sender, delivery, Prepared("x"))
    assert claimed is not None
    line.set(delivery, state="unknown")  # its lease ran out while the worker was slow
    write_outcome(line.sender, claimed, NotSent("refused"))
    found, attempt = line.get(delivery), line.attempts(delivery)[0]
    assert (found.state, attempt.outcome) == ("unknown", "notsent") and attempt.ended_at is not None
    assert found.look_at is not None and found.look_at > line.now(), "it is looked for: nothing waits for ever"


def test_a_missed_slot_fails_and_is_told_without_any_worker(line: Line) -> None:
    delivery = line.schedule(late=700, limit=600)
    assert line.ring() == []
    assert missed.miss_slots(line.parts.db, line.sender.times) == 1
    assert missed.miss_slots(line.parts.db, line.sender.times) == 0
    assert line.get(delivery).state == "failed" and [i.kind for i in line.incidents()] == ["delivery_missed"]
