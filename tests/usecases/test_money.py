"""Paid networks: counted per client and month before a call, held at the cap, told once, free again when the cap is raised."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from socialq.domain.outcomes import Metrics, NotSent, Rejected, Unknown
from socialq.metrics.pull import pull
from socialq.models import Channel, Client, Cost, Delivery
from socialq.networks.base import Account
from socialq.networks.quotas import Prices
from socialq.publishing import budgets
from socialq.services import money
from socialq.services.accounts import open_account
from tests.fakes import FakeNetwork
from tests.usecases.line import Line, add_channel

CENT = money.CENT
X = Prices("USD", post=15_000, post_with_link=200_000, read=1_000, account_read=10_000)  # as X charges in 2026


@dataclass
class Paid(FakeNetwork):
    prices: Prices = X


@pytest.fixture
def line(line: Line) -> Line:
    network = Paid()
    line.parts, line.network = replace(line.parts, networks={"fake": network}), network
    return line


def spent(line: Line) -> int:
    with line.parts.db.read() as session:
        return money.spent(session, session.get_one(Client, line.client_id)).get("USD", 0)


def cap(line: Line, cents: int | None) -> None:
    with line.parts.db.begin() as session:
        session.execute(update(Client).values(monthly_cap=cents))


def ask(line: Line) -> str:
    def opened(owner: Channel) -> Account:
        return open_account(owner, line.parts.secrets, line.sender.preparing_call(), lambda _: None)

    with line.parts.db.begin() as session:
        session.execute(update(Channel).values(pulling_until=None))
    return pull(line.parts.db, line.parts.networks, opened, line.channel_id, everything=True).problem


def test_a_post_with_a_link_costs_more(line: Line) -> None:
    line.publish(line.schedule("zonder", late=1))
    assert spent(line) == 15_000
    line.publish(line.schedule("met https://brood.example", late=1))
    assert spent(line) == 215_000


def test_what_provably_did_not_go_out_is_not_paid(line: Line) -> None:
    for outcome in (Rejected("no"), NotSent("gone"), Unknown("lost")):
        line.network.script = [lambda *_, said=outcome: said]
        line.publish(line.schedule(f"{outcome}", late=1))
    assert spent(line) == 15_000, "only what may be out"


def test_numbers_are_paid_for_too(line: Line) -> None:
    for text in ("een", "twee"):
        line.publish(line.schedule(text, late=1))
    line.network.numbers = {one.remote_id: Metrics({"likes": 1}, {}) for one in line.network.out}
    assert ask(line) == "" and spent(line) == 2 * 15_000 + 2 * 1_000 + 10_000


def test_the_cap_holds_further_calls_and_is_told_once(line: Line) -> None:
    cap(line, 2)
    first, second = line.schedule("een", late=2), line.schedule("twee", late=1)
    line.publish(first)
    for _ in range(2):
        line.publish(second)
    assert [line.get(one).state for one in (first, second)] == ["published", "scheduled"] and len(line.network.out) == 1
    assert line.attempts(second) == [] and spent(line) == 15_000
    assert [(one.kind, one.subject) for one in line.incidents()] == [(money.KIND, f"client:{line.client_id}")]
    assert "money for this client is spent" in ask(line)
    budgets.apply_all(line.parts.db, line.parts.networks)
    assert [one.kind for one in line.incidents()] == [money.KIND], "as long as it is so"
    cap(line, 100)
    budgets.apply_all(line.parts.db, line.parts.networks)
    line.publish(second)
    assert line.get(second).state == "published" and line.incidents() == []


def test_a_new_month_begins_at_nothing_and_clients_pay_apart(line: Line) -> None:
    cap(line, 2)
    line.publish(line.schedule("een", late=1))
    with line.parts.db.begin() as session:
        session.execute(update(Cost).values(spent_at=line.now() - timedelta(days=32)))
        other = Client(name="Kapsalon", timezone="Europe/Amsterdam", language="nl", created_at=line.now())
        session.add(other)
        session.flush()
        theirs = add_channel(session, line.parts, other.id, "kapsalon")
    assert spent(line) == 0
    second = line.schedule("twee", late=1)
    line.set(second, channel_id=theirs)
    line.publish(second)
    with line.parts.db.read() as session:
        assert session.scalars(select(Delivery.state)).all() == ["published", "published"]
        assert money.spent(session, session.get_one(Client, other.id)) == {"USD": 15_000}
    assert spent(line) == 0
