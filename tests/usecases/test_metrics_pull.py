"""Pulling: what is due is asked once, stored as given, and a network that fails costs nothing but a wait."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy import inspect as state_of

from socialq.db import Database
from socialq.domain.outcomes import Metrics
from socialq.errors import NotFound
from socialq.metrics.due import all_channels, due
from socialq.metrics.pull import BACK_OFF, Pulled, pull
from socialq.models import Channel, ChannelSnapshot, Client, PostSnapshot, Rollup
from socialq.networks.base import Account, ReadFailed
from socialq.networks.call import Call
from tests.fakes import FakeNetwork
from tests.usecases.numbers import Brand

HOUR = timedelta(hours=1)


@dataclass
class Desk:
    """A brand with one channel on a fake network, and how its account is opened."""

    brand: Brand
    channel_id: int
    network: FakeNetwork = field(default_factory=FakeNetwork)
    calls: list[Call] = field(default_factory=list)

    @property
    def db(self) -> Database:
        return self.brand.db

    def open_account(self, channel: Channel) -> Account:
        assert state_of(channel).detached
        self.calls.append(Call(connect_within=5, total=5, allow_private=True))
        return Account(channel.server, channel.remote_id, channel.handle, {}, self.calls[-1])

    def pull(self, *, everything: bool = False) -> Pulled:
        networks = {self.network.key: self.network}
        return pull(self.db, networks, self.open_account, self.channel_id, everything=everything)

    def published(self, ago: timedelta, **numbers: int) -> int:
        post = self.brand.post(self.channel_id, "Vers brood", self.db.now() - ago)
        self.network.numbers[f"r{post}"] = Metrics(dict(numbers), {"all": numbers})
        return post

    def set(self, **values: Any) -> None:
        with self.db.begin() as session:
            session.execute(update(Channel).where(Channel.id == self.channel_id).values(**values))

    def channel(self) -> Channel:
        with self.db.read() as session:
            return session.get_one(Channel, self.channel_id)

    def snapshots(self, post: int) -> list[PostSnapshot]:
        with self.db.read() as session:
            return list(session.scalars(select(PostSnapshot).where(PostSnapshot.delivery_id == post)))


@pytest.fixture
def desk(db: Database) -> Desk:
    brand = Brand(db)
    return Desk(brand, brand.channel())


def close_to(found: datetime | None, wanted: datetime) -> bool:
    return found is not None and abs(found - wanted) < timedelta(minutes=1)


def test_numbers_are_stored_as_given(desk: Desk) -> None:
    desk.network.followers["@jansen"] = 120
    post = desk.published(2 * HOUR, likes=3, comments=0)
    assert desk.pull() == Pulled(posts=1, account=True)
    (found,) = desk.snapshots(post)
    assert (found.likes, found.comments, found.views, found.saves) == (3, 0, None, None)
    assert found.raw == {"all": {"likes": 3, "comments": 0}}
    with desk.db.read() as session:
        assert session.scalar(select(ChannelSnapshot.followers)) == 120
        assert session.scalar(select(func.sum(Rollup.likes))) == 3
        assert session.scalar(select(func.sum(Rollup.posts))) == 1
        assert session.scalar(select(func.sum(Rollup.views))) is None


def test_what_is_not_due_is_not_asked(desk: Desk) -> None:
    young, old = desk.published(HOUR / 2, likes=1), desk.published(timedelta(days=91), likes=1)
    due_now = desk.published(2 * HOUR, likes=1)
    assert desk.pull().posts == 1
    assert [len(desk.snapshots(post)) for post in (young, old, due_now)] == [0, 0, 1]
    assert desk.pull() == Pulled()
    assert desk.pull(everything=True) == Pulled(posts=2, account=True)
    assert [len(desk.snapshots(post)) for post in (young, old, due_now)] == [1, 0, 2]


def test_the_next_pull_is_the_next_step_or_the_next_day(desk: Desk) -> None:
    desk.pull()
    assert close_to(desk.channel().next_pull_at, desk.db.now() + timedelta(days=1))
    desk.published(HOUR / 2, likes=1)
    desk.pull()
    assert close_to(desk.channel().next_pull_at, desk.db.now() + HOUR / 2)
    assert desk.channel().pulling_until is None


def test_a_post_that_is_gone_or_left_out_is_not_asked_at_every_turn(desk: Desk) -> None:
    gone, negative = desk.published(2 * HOUR), desk.published(2 * HOUR, likes=-1)
    desk.network.numbers[f"r{gone}"] = None
    assert desk.pull() == Pulled(posts=1, account=True)
    for post in (gone, negative):
        (found,) = desk.snapshots(post)
        assert found.likes is None
    assert due(desk.db, 10) == []


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RuntimeError("token=abc"), "The network did not give the numbers. It is asked again in 15 minutes."),
        (ReadFailed("The server is closed."), "The server is closed. It is asked again in 15 minutes."),
    ],
)
def test_a_failure_waits_and_changes_nothing_else(desk: Desk, error: Exception, told: str) -> None:
    post = desk.published(2 * HOUR, likes=3)

    class Broken(FakeNetwork):
        def metrics(self, remote_ids: list[str], account: Account) -> Mapping[str, Metrics | None]:
            raise error

    works, desk.network = desk.network, Broken()
    assert desk.pull() == Pulled(problem=told)
    assert desk.snapshots(post) == []
    assert close_to(desk.channel().next_pull_at, desk.db.now() + BACK_OFF)
    assert due(desk.db, 10) == []
    assert desk.channel().disconnected_at is None
    desk.network = works
    assert desk.pull().problem != ""
    assert desk.pull(everything=True) == Pulled(posts=1, account=True)
    assert due(desk.db, 10) == []


def test_no_transaction_is_open_while_the_network_answers(desk: Desk) -> None:
    desk.published(2 * HOUR, likes=3)

    class Writing(FakeNetwork):
        def metrics(self, remote_ids: list[str], account: Account) -> Mapping[str, Metrics | None]:
            desk.brand.channel("elsewhere", "@second")
            assert desk.pull(everything=True).problem == "Somebody else is asking for these numbers now."
            return super().metrics(remote_ids, account)

    desk.network = Writing()
    assert desk.pull() == Pulled(posts=1, account=True)


def test_every_call_is_closed(desk: Desk) -> None:
    class Noting(Call):
        closed = 0

        def close(self) -> None:
            Noting.closed += 1

    def open_account(channel: Channel) -> Account:
        return Account("", "@jansen", "@jansen", {}, Noting(connect_within=5, total=5))

    class Broken(FakeNetwork):
        def account_metrics(self, account: Account) -> Any:
            raise RuntimeError

    pull(desk.db, {"fake": FakeNetwork()}, open_account, desk.channel_id)
    pull(desk.db, {"fake": Broken()}, open_account, desk.channel_id, everything=True)
    assert Noting.closed == 2


def test_an_unknown_channel(desk: Desk) -> None:
    with pytest.raises(NotFound, match="There is no channel 999"):
        pull(desk.db, {}, desk.open_account, 999)


def test_due_are_new_channels_and_those_whose_time_has_come(desk: Desk) -> None:
    now = desk.db.now()
    assert due(desk.db, 10) == [desk.channel_id]
    later, waiting = desk.brand.channel("fake", "@later"), desk.brand.channel("fake", "@waiting")
    with desk.db.begin() as session:
        for channel_id, at in ((desk.channel_id, now - HOUR), (later, now + HOUR), (waiting, now - 2 * HOUR)):
            session.execute(update(Channel).where(Channel.id == channel_id).values(next_pull_at=at))
    assert due(desk.db, 10) == [waiting, desk.channel_id]
    assert due(desk.db, 1) == [waiting]
    with desk.db.read() as session:
        assert all_channels(session) == all_channels(session, desk.brand.id) == [desk.channel_id, later, waiting]
        assert all_channels(session, 999) == []


def test_a_post_that_went_out_since_makes_its_channel_due_at_its_first_step(desk: Desk) -> None:
    desk.set(next_pull_at=desk.db.now() + timedelta(hours=20))
    desk.published(HOUR / 2, likes=1)
    assert due(desk.db, 10) == []
    desk.published(HOUR * 1.1, likes=1)
    assert due(desk.db, 10) == [desk.channel_id]
    assert desk.pull().posts == 1
    assert due(desk.db, 10) == []


@pytest.mark.parametrize("column", ["paused_at", "disconnected_at"])
def test_paused_and_disconnected_channels_are_left_alone(desk: Desk, column: str) -> None:
    desk.set(**{column: desk.db.now()})
    assert due(desk.db, 10) == []


def test_a_paused_client_is_left_alone(desk: Desk) -> None:
    with desk.db.begin() as session:
        session.execute(update(Client).values(paused_at=desk.db.now()))
    assert due(desk.db, 10) == []


def test_a_mark_from_a_killed_puller_or_a_wrong_clock_does_not_stand(desk: Desk) -> None:
    for mark in (timedelta(minutes=-1), timedelta(days=3)):
        desk.set(pulling_until=desk.db.now() + mark, next_pull_at=None)
        assert due(desk.db, 10) == [desk.channel_id]
        assert desk.pull(everything=True).account
    desk.set(pulling_until=desk.db.now() + timedelta(minutes=5), next_pull_at=None)
    assert due(desk.db, 10) == []
