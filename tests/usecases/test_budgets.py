"""What a network says is left, or declares: spent, the channel's rows move without a claim; numbers give way first."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from socialq import clock
from socialq.domain.outcomes import Deferred, Outcome, Prepared
from socialq.metrics.pull import pull
from socialq.models import Budget, BudgetHold, Channel
from socialq.networks.base import Account
from socialq.networks.call import Call, Remaining
from socialq.networks.quotas import Declared
from socialq.publishing import budgets
from socialq.services import budget
from socialq.services.accounts import open_account
from tests.fakes import FakeNetwork
from tests.usecases.line import Line, add_channel


@dataclass
class Counting(FakeNetwork):
    """A network that allows two posts a day."""

    budgets: tuple[Declared, ...] = (Declared("posts", 2, 86400),)


def saying(line: Line, left: int, hours: float, scope: str = "channel"):  # type: ignore[no-untyped-def]
    resets_at = line.now() + timedelta(hours=hours)

    def call(network: FakeNetwork, prepared: Prepared, account: Account) -> Outcome:
        account.call.count(Remaining("posts", 100, left, resets_at, scope))
        return network.put_out(prepared, account)

    return call


def channel(line: Line) -> Channel:
    with line.parts.db.read() as session:
        return session.get_one(Channel, line.channel_id)


def test_nothing_left_moves_what_is_due_before_it_is_filled_again(line: Line) -> None:
    soon, late = line.schedule("straks", late=-60), line.schedule("te laat", late=-60, limit=600)
    after = line.schedule("daarna", late=-7200)
    line.network.script = [saying(line, 0, 1)]
    line.publish(line.schedule("de laatste", late=1))
    with line.parts.db.read() as session:
        row = session.scalars(select(Budget)).one()
    assert line.get(soon).due_at == row.resets_at and line.get(soon).attempt == 0
    assert line.get(after).due_at > row.resets_at
    assert (line.get(late).state, line.get(late).reason) == ("failed", budgets.SPENT)
    told = {one.kind: one.facts for one in line.incidents()}
    assert (
        told.keys() == {"delivery_missed", "budget_spent"}
        and told["budget_spent"]["until"] == row.resets_at.isoformat()
    )
    again = line.schedule("intussen gepland", late=1)
    budgets.apply_all(line.parts.db, line.parts.networks)
    assert line.get(again).due_at == row.resets_at and line.ring() == []


def test_what_concerns_the_whole_app_or_host_counts_for_each_channel(line: Line) -> None:
    for scope in ("app", "host"):
        line.network.script = [saying(line, 0, 1, scope)]
        line.publish(line.schedule(scope, late=1))
        with line.parts.db.begin() as session:
            assert budget.spent_until(session, session.get_one(Channel, line.channel_id)) is not None
            session.query(Budget).delete()


def test_it_is_over_when_it_is_filled_again(line: Line) -> None:
    line.schedule("straks", late=-60)
    line.network.script = [saying(line, 0, 1)]
    line.publish(line.schedule("de laatste", late=1))
    with line.parts.db.begin() as session:
        session.query(Budget).update({"resets_at": line.now() - timedelta(seconds=1)})
    budgets.apply_all(line.parts.db, line.parts.networks)
    assert line.incidents() == []


def test_a_declared_budget_is_counted_by_our_own_attempts(line: Line) -> None:
    counting = Counting()
    line.parts = replace(line.parts, networks={"fake": counting})
    line.network = counting
    for text in ("een", "twee"):
        line.publish(line.schedule(text, late=1))
    third = line.schedule("drie", late=1)
    budgets.apply_all(line.parts.db, line.parts.networks)
    assert len(counting.out) == 2 and line.get(third).state == "failed", "a day is beyond its limit"
    assert "delivery_missed" in {one.kind for one in line.incidents()}


def test_numbers_use_only_what_posts_leave(line: Line) -> None:
    def opened(owner: Channel) -> Account:
        return open_account(owner, line.parts.secrets, line.sender.preparing_call(), lambda _: None)

    line.schedule("straks", late=-60)
    for left, waits in ((25, True), (26, False)):  # a fifth, five requests for the post, one for the account
        with line.parts.db.begin() as session:
            found = [Remaining("requests", 100, left, line.now() + timedelta(hours=1))]
            budget.keep(session, channel(line), found)
        told = pull(line.parts.db, line.parts.networks, opened, line.channel_id, everything=True)
        assert ("Posts need" in told.problem, told.account) == (waits, not waits)
        with line.parts.db.begin() as session:
            session.execute(update(Channel).values(pulling_until=None))


def test_deferred_beyond_the_deadline_fails_at_once_and_is_told(line: Line) -> None:
    delivery = line.schedule(late=1, limit=600)
    line.network.script = [
        lambda *_: Deferred(line.now() + timedelta(hours=1), "the server takes no more requests for now")
    ]
    line.publish(delivery)
    assert line.get(delivery).state == "failed" and [one.kind for one in line.incidents()] == ["delivery_missed"]


@dataclass
class Asked(FakeNetwork):
    """A network that says when it is asked, and at no other time, how many posts are left."""

    left: int = 2
    questions: int = 0

    def quota(self, account: Account) -> list[Remaining]:
        self.questions += 1
        return [Remaining("posts", 50, self.left, clock.host_now() + timedelta(hours=3), only_posts=True)]


def test_a_quota_is_asked_for_once_and_counted_down(line: Line) -> None:
    network = Asked()
    line.parts, line.network = replace(line.parts, networks={"fake": network}), network
    for text in ("een", "twee"):
        line.publish(line.schedule(text, late=1))
    third = line.schedule("drie", late=1, limit=5 * 3600)
    line.publish(third)
    assert (len(network.out), network.questions, line.get(third).state) == (2, 1, "scheduled")
    assert line.get(third).due_at > line.now() + timedelta(hours=2) and line.get(third).attempt == 0


def test_numbers_do_not_wait_for_a_quota_of_posts(line: Line) -> None:
    with line.parts.db.begin() as session:
        found = [Remaining("posts", 50, 0, clock.host_now() + timedelta(hours=3), only_posts=True)]
        budget.keep(session, channel(line), found)
    with line.parts.db.begin() as session:
        assert budget.take_for_numbers(session, channel(line), [7], 60.0)[0] == 0


def test_a_taking_holds_for_all_who_share_it_until_it_is_answered_for(line: Line) -> None:
    with line.parts.db.begin() as session:
        other = session.get_one(Channel, add_channel(session, line.parts, line.client_id, "anders"))
        budget.keep(
            session, channel(line), [Remaining("requests", 10, 2, clock.host_now() + timedelta(hours=1), "app")]
        )
    with line.parts.db.begin() as session:
        mine = budget.take(session, channel(line), budget.lock(session, channel(line)), budget.FINAL_CALL, 60)
        theirs = budget.take(session, other, budget.lock(session, other), budget.FINAL_CALL, 60)
        with pytest.raises(budget.Spent):
            budget.take(session, other, budget.lock(session, other), budget.FINAL_CALL, 60)
        budget.give_back(session, theirs)
        assert mine and budget.take(session, other, budget.lock(session, other), budget.FINAL_CALL, 60)


def test_the_taking_of_a_process_that_died_counts_as_used(line: Line) -> None:
    with line.parts.db.begin() as session:
        budget.keep(session, channel(line), [Remaining("requests", 10, 9, clock.host_now() + timedelta(hours=1))])
        budget.take(session, channel(line), budget.lock(session, channel(line)), budget.FINAL_CALL, -1)
    budgets.apply_all(line.parts.db, line.parts.networks)
    with line.parts.db.read() as session:
        assert session.scalars(select(Budget.left)).one() == 8 and session.scalars(select(BudgetHold)).all() == []


def test_an_older_answer_that_comes_later_raises_nothing(line: Line) -> None:
    """Two calls under way at once: the one that saw more left is stored last."""
    first, second = (Call(connect_within=5, total=5) for _ in range(2))
    until = clock.host_now() + timedelta(hours=1)
    first.count(Remaining("requests", 10, 3, until))
    second.count(Remaining("requests", 10, 2, until))
    for call in (second, first):
        with line.parts.db.begin() as session:
            budget.answered(session, channel(line), call)
    with line.parts.db.read() as session:
        assert session.scalars(select(Budget.left)).one() == 2
    later = Call(connect_within=5, total=5)
    later.count(Remaining("requests", 10, 6, until))
    with line.parts.db.begin() as session:
        budget.answered(session, channel(line), later)
    with line.parts.db.read() as session:
        assert session.scalars(select(Budget.left)).one() == 6, "a share of the last hour gets less again"
