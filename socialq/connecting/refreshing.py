"""Access renewed without a person. One renewal of a channel at a time, won by UPDATE; the network is asked outside any transaction;
what it gave is on the disk before it is in the row. Rotating tokens can be used once: nothing here is sent twice."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from socialq import clock
from socialq.connecting.apps import app_for
from socialq.connecting.authorization import app_of, opened
from socialq.crypto import Secrets, without_secrets
from socialq.db import Database, now
from socialq.domain import access, retry
from socialq.domain.access import Access
from socialq.domain.outcomes import Deferred, Disconnected, NotSent
from socialq.domain.times import Times
from socialq.models import Channel
from socialq.networks.base import App, Networks
from socialq.networks.besides import CanRefresh, NeedsApp, Renewed
from socialq.networks.call import Call, TooLate
from socialq.services import events
from socialq.services.access import disconnect, facts
from socialq.services.accounts import open_account
from socialq.services.journal import Journal
from socialq.services.tokens import Keeper, kept_in_journal
from socialq.settings import Settings

FUTURE = timedelta(seconds=5)
JUST_RENEWED = timedelta(minutes=10)  # refused with a token so young: no newer one would help
LOST = "The network's answer to a renewal of the access was lost."
Answer = Renewed | NotSent | Deferred | Disconnected | None  # None: the answer is lost

log = structlog.get_logger()


@dataclass(frozen=True)
class Refresher:
    """One a process; safe to share between its threads."""

    db: Database
    networks: Networks
    secrets: Secrets
    settings: Settings
    journal: Journal

    def may(self, channel_id: int, version: int) -> bool:
        """Whether something newer than the credentials of that version, which were refused, can be had. Asks no network."""
        with self.db.read() as session:
            channel = session.get(Channel, channel_id)
            return channel is not None and self._may(channel, version, now(session))

    def refresh(self, channel_id: int, version: int | None = None, *, refused: bool = False) -> Access:
        """By timetable; with a `version` at once, unless there is a newer one already. `refused`: the network did not take it."""
        work = self._claim(channel_id, version, refused=refused)
        if not isinstance(work, _Work):
            return work
        # The database was away for longer than the lease: whoever has the new token is about to write it.
        if work.lost and kept_in_journal(self.settings.data_dir, channel_id):
            return Access.BUSY
        answer = self._ask(work)
        match answer:
            case Renewed() if access.whole(answer.credentials):
                return self._keep(work, answer)
            case Disconnected(reason):
                return self._lose(work, LOST if work.lost else without_secrets(reason))
            case Renewed():
                log.warning("a renewal with an empty field is not kept", channel=channel_id)
                return self._wait(work, None)
        return self._wait(work, answer)

    def _may(self, channel: Channel, version: int, moment: datetime) -> bool:
        if channel.disconnected_at is not None or channel.credentials is None:
            return False
        if channel.credentials_version != version:
            return True
        young = channel.renewed_at is not None and channel.renewed_at > moment - JUST_RENEWED
        return not young and channel.refresh_at is not None and self._able(channel) is not None

    def _able(self, channel: Channel) -> CanRefresh | None:
        network = self.networks.get(channel.network)
        return network if isinstance(network, CanRefresh) else None

    def _claim(self, channel_id: int, version: int | None, *, refused: bool) -> "_Work | Access":
        started = clock.boottime()
        with self.db.begin() as session:
            moment = now(session)
            channel = session.get(Channel, channel_id)
            if channel is None or channel.disconnected_at is not None or channel.credentials is None:
                return Access.OVER
            if version is not None and channel.credentials_version != version:
                return Access.RENEWED
            if version is None and (channel.refresh_at is None or channel.refresh_at > moment):
                return Access.RENEWED
            network = self._able(channel)
            if network is None or channel.refresh_at is None:
                return Access.OVER
            if refused and not self._may(channel, channel.credentials_version, moment):
                return Access.OVER
            lost, until = channel.refreshing_until is not None, moment + self._lease
            same = Channel.credentials_version == channel.credentials_version
            mine = update(Channel).where(Channel.id == channel_id, same, free(moment, self._lease))
            if session.scalar(mine.values(refreshing_until=until).returning(Channel.id)) is None:
                log.debug("somebody else renews this access", channel=channel_id)
                return Access.BUSY
            session.expunge(channel)
        return _Work(channel, network, lost, until, moment, started)

    @property
    def _lease(self) -> timedelta:
        return timedelta(seconds=self.settings.lease)

    def _ask(self, work: "_Work") -> Answer:
        """One request, at most; behind the same look at the lease as a post's."""
        call = Call(
            connect_within=self.settings.start, total=self.settings.hard, allow_private=self.settings.allow_private_hosts,
            gate=lambda: self._look_at_lease(work),
        )  # fmt: skip
        try:
            account = open_account(work.channel, self.secrets, call)
            if not work.network.renews(account.credentials):
                return NotSent("these credentials cannot be renewed")
            app = self._app(work)
            call.arm()
            return work.network.refresh(account, app)
        except Exception as error:
            log.warning("access was not renewed", channel=work.channel.id, error=type(error).__name__, sent=call.wrote)
            return None if call.wrote else NotSent(type(error).__name__)
        finally:
            call.close()

    def _look_at_lease(self, work: "_Work") -> None:
        late = clock.boottime() - work.started > self.settings.start
        if late or self.db.now() > work.claimed_at + timedelta(seconds=self.settings.start):
            raise TooLate("somebody else may renew it now")

    def _app(self, work: "_Work") -> App | None:
        channel = work.channel
        with self.db.read() as session:
            row = app_of(session, channel.network, channel.server)
            if row is not None:
                return opened(self.secrets, row)
            return app_for(session, self.secrets, channel.network) if isinstance(work.network, NeedsApp) else None

    def _keep(self, work: "_Work", given: Renewed) -> Access:
        assert work.channel.credentials is not None
        before = self.secrets.open(work.channel.owner, work.channel.credentials)
        ends = {"expires_at": given.expires_at} | ({"renewable_until": given.ends_at} if given.ends_at else {})
        keeper = Keeper(self.db, self.secrets, self.journal, work.channel)
        if keeper.keep(before | dict(given.credentials), ends):
            log.info("access is renewed", channel=work.channel.id)
        else:
            log.warning("a renewal came too late and is dropped", channel=work.channel.id)
        return Access.RENEWED

    def _lose(self, work: "_Work", reason: str) -> Access:
        """Unless somebody has connected it again meanwhile."""
        with self.db.begin() as session:
            if self._mine(session, work, {"refreshing_until": None}) is None:
                return Access.RENEWED
            channel = work.channel
            disconnect(session, channel.id, reason, channel.client_id, facts(session, channel, reason=reason))
            events.record(session, "worker", "lose_access", f"channel:{channel.id}", channel.client_id, reason=reason)
        return Access.OVER

    def _wait(self, work: "_Work", answer: NotSent | Deferred | None) -> Access:
        """Tried again later. The mark of one whose answer is lost stays: the next one knows of it."""
        channel, tries = work.channel, work.channel.refresh_tries + 1
        wait = retry.backoff(self.settings.backoff, tries, random.uniform(retry.LOW, retry.HIGH))
        with self.db.begin() as session:
            until = work.until if answer is None else answer.until if isinstance(answer, Deferred) else None
            values: dict[str, Any] = {
                "refresh_at": access.try_again(now(session), until, channel.expires_at, wait), "refresh_tries": tries,
            }  # fmt: skip
            self._mine(session, work, values | ({} if answer is None else {"refreshing_until": None}))
        return Access.LATER

    def _mine(self, session: Session, work: "_Work", values: dict[str, Any]) -> int | None:
        channel = work.channel
        same = (Channel.credentials_version == channel.credentials_version, Channel.refreshing_until == work.until)
        done = update(Channel).where(Channel.id == channel.id, *same).values(**values)
        return session.scalar(done.returning(Channel.id))


@dataclass(frozen=True)
class _Work:
    """A renewal that was won. `channel` belongs to no session; `lost`: an earlier one began and never ended."""

    channel: Channel
    network: CanRefresh
    lost: bool
    until: datetime
    claimed_at: datetime
    started: float  # boot time


def lasting(db: Database, times: Times, refresher: Refresher, channel: Channel) -> Channel:
    """As it stands, renewed if it would end under way. `channel` belongs to no session."""
    ends = channel.expires_at
    if ends is None or ends >= db.now() + timedelta(seconds=times.token_lasts):
        return channel
    refresher.refresh(channel.id, channel.credentials_version)
    with db.read() as session:
        return session.get_one(Channel, channel.id)


def free(moment: datetime, lease: timedelta) -> ColumnElement[bool]:
    """Nobody renews it; a mark further ahead than any lease is none."""
    until = Channel.refreshing_until
    return or_(until.is_(None), until <= moment, until > moment + lease + FUTURE)


def due(db: Database, lease: float, limit: int) -> list[int]:
    """Channels whose access is to be renewed now, the one that ends first at the top."""
    with db.read() as session:
        moment = now(session)
        idle = free(moment, timedelta(seconds=lease))
        query = select(Channel.id).where(Channel.refresh_at <= moment, Channel.disconnected_at.is_(None), idle)
        return list(session.scalars(query.order_by(Channel.expires_at, Channel.id).limit(limit)))
