"""Asks a network for the numbers of one channel and stores them as snapshots. No transaction is open while it asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from socialq import db as database
from socialq.crypto import without_secrets
from socialq.db import Database
from socialq.domain.outcomes import Metrics
from socialq.domain.period import day_of
from socialq.domain.sampling import OLDEST, is_due, next_channel_pull, next_pull
from socialq.domain.slots import zone
from socialq.domain.states import DeliveryState
from socialq.errors import NotFound, SocialqError
from socialq.metrics import rollup
from socialq.metrics.due import LONGEST_CLAIM
from socialq.metrics.paying import pay
from socialq.models import COMMON, Channel, ChannelSnapshot, Client, Delivery, PostSnapshot
from socialq.networks.base import AccessLost, Account, AccountMetrics, Networks, ReadFailed
from socialq.networks.quotas import requests_for
from socialq.services import budget

BACK_OFF = timedelta(minutes=15)
CLAIM = timedelta(minutes=10)
NO_NUMBERS: dict[str, Any] = {"given": False}

OpenAccount = Callable[[Channel], Account]
log = structlog.get_logger()


@dataclass(frozen=True)
class Asked:
    """A published delivery to ask about."""

    delivery_id: int
    remote_id: str
    published_at: datetime
    last_at: datetime | None


@dataclass(frozen=True)
class Work:
    """What is due on a channel; `channel` belongs to no session."""

    channel: Channel
    posts: list[Asked]
    account: bool
    hold: int | None = None  # what was taken from budgets


@dataclass(frozen=True)
class Answer:
    """What the network gave: numbers by remote id (None: the post is gone), and those of the account if it was asked."""

    posts: Mapping[str, Metrics | None]
    account: AccountMetrics | None


@dataclass(frozen=True)
class Pulled:
    """How many posts have new numbers, whether the account has; `problem` is one sentence, empty when all went well."""

    posts: int = 0
    account: bool = False
    problem: str = ""


def pull(
    db: Database,
    networks: Networks,
    open_account: OpenAccount,
    channel_id: int,
    *,
    everything: bool = False,
    refused: Callable[[Channel], object] | None = None,
) -> Pulled:
    """Pulls what is due by the ladder, or `everything` that is not too old. `refused`: told of a channel whose access the network
    does not take. Never raises for what a network does."""
    with db.begin() as session:
        work = _claim(session, channel_id, everything)
        try:
            work = work and _allowed(session, networks, work)
        except budget.Spent as spent:  # posts come first
            _wait(session, channel_id, spent.until)
            return Pulled(problem="Posts need what the network still gives; it is asked for numbers later.")
    if work is None:
        return Pulled(problem="Somebody else is asking for these numbers now.")
    if not pay(db, networks.get(work.channel.network), work.channel, len(work.posts), account=work.account):
        return _unpaid(db, work)
    account = None
    try:
        account = open_account(work.channel)
        answer = _ask(networks, account, work)
    except Exception as error:  # whatever a network raises: numbers can wait
        log.warning("numbers were not pulled", channel=channel_id, error=type(error).__name__)
        with db.begin() as session:
            _wait(session, channel_id)
            _answered(session, work, account)
        if refused and isinstance(error, AccessLost):
            refused(work.channel)
        return Pulled(problem=_told(error))
    with db.begin() as session:
        _answered(session, work, account)
        return _record(session, work, answer)


def _unpaid(db: Database, work: Work) -> Pulled:
    with db.begin() as session:
        _wait(session, work.channel.id, database.now(session) + LONGEST_CLAIM)
        budget.give_back(session, work.hold)
    return Pulled(problem="This month's money for this client is spent; its numbers are asked for later.")


def _allowed(session: Session, networks: Networks, work: Work) -> Work:
    """As many of the posts as the budgets allow; the others stay due. Raises Spent."""
    network, most = networks.get(work.channel.network), len(work.posts)
    least = 1 if most and not work.account else 0  # something that is due
    wanted = [requests_for(network, posts, account=work.account) for posts in range(most, least - 1, -1)]
    place, hold = budget.take_for_numbers(session, work.channel, wanted, CLAIM.total_seconds())
    return replace(work, posts=work.posts[: most - place], hold=hold)


def _answered(session: Session, work: Work, account: Account | None) -> None:
    if account is None:  # nobody was asked
        budget.give_back(session, work.hold)
    else:
        account.call.hold = work.hold
        budget.answered(session, work.channel, account.call)


def _claim(session: Session, channel_id: int, everything: bool) -> Work | None:
    """Nobody else pulls the channel until the mark is over. After a failure the mark stands as long as the wait."""
    now = database.now(session)
    free = or_(
        Channel.pulling_until.is_(None), Channel.pulling_until <= now, Channel.pulling_until > now + LONGEST_CLAIM
    )
    if everything:
        free = or_(free, Channel.pulling_until == Channel.next_pull_at)  # only waiting after a failure
    mine = update(Channel).where(Channel.id == channel_id, Channel.disconnected_at.is_(None), free)
    got = session.scalar(mine.values(pulling_until=now + CLAIM).returning(Channel.id))
    channel = session.get(Channel, channel_id, populate_existing=True)
    if channel is None:
        raise NotFound(f"There is no channel {channel_id}.")
    if got is None:
        return None
    posts = [
        one for one in _posts(session, channel_id, now) if everything or is_due(one.published_at, one.last_at, now)
    ]
    account = everything or next_channel_pull(_last_of_account(session, channel_id), now) <= now
    session.expunge(channel)
    return Work(channel, posts, account)


def _posts(session: Session, channel_id: int, now: datetime) -> list[Asked]:
    """What is out on the channel and young enough, with the time of its last snapshot."""
    last = select(func.max(PostSnapshot.taken_at)).where(PostSnapshot.delivery_id == Delivery.id).scalar_subquery()
    query = (
        select(Delivery.id, Delivery.remote_id, Delivery.published_at, last)
        .where(Delivery.channel_id == channel_id, Delivery.state == DeliveryState.PUBLISHED)
        .where(Delivery.remote_id.is_not(None), Delivery.published_at > now - OLDEST)
        .order_by(Delivery.id)
    )
    rows = session.execute(query).all()
    return [Asked(one, remote_id, at, last_at) for one, remote_id, at, last_at in rows if remote_id and at]


def _last_of_account(session: Session, channel_id: int) -> datetime | None:
    query = select(func.max(ChannelSnapshot.taken_at)).where(ChannelSnapshot.channel_id == channel_id)
    return session.scalar(query)


def _ask(networks: Networks, account: Account, work: Work) -> Answer:
    network = networks[work.channel.network]
    try:
        ids = [post.remote_id for post in work.posts]
        posts = network.metrics(ids, account) if ids else {}
        found = network.account_metrics(account) if work.account else None
        return Answer(posts, found)
    finally:
        account.call.close()


def _told(error: Exception) -> str:
    """One sentence; only what is known to hold no secret is repeated."""
    known = str(error) if isinstance(error, ReadFailed | SocialqError) else "The network did not give the numbers."
    return f"{without_secrets(known)} It is asked again in {BACK_OFF.seconds // 60} minutes."


def _wait(session: Session, channel_id: int, until: datetime | None = None) -> None:
    """After a failure: nobody asks before the wait is over, and nothing else changes."""
    until = until or database.now(session) + BACK_OFF
    session.execute(update(Channel).where(Channel.id == channel_id).values(next_pull_at=until, pulling_until=until))


def _record(session: Session, work: Work, answer: Answer) -> Pulled:
    """Snapshots, the next pull, and the days that they change."""
    channel_id, now = work.channel.id, database.now(session)
    session.add_all(_snapshot(post, answer.posts.get(post.remote_id), now) for post in work.posts)
    if answer.account:
        counted = {"followers": answer.account.followers, "definition": answer.account.definition}
        session.add(ChannelSnapshot(channel_id=channel_id, taken_at=now, raw=dict(answer.account.raw), **counted))
    session.flush()
    session.execute(
        update(Channel)
        .where(Channel.id == channel_id)
        .values(next_pull_at=_next(session, channel_id, now), pulling_until=None)
    )
    for day in _touched(session, work.channel, work.posts, now):
        rollup.rebuild(session, channel_id, day, day)
    return Pulled(sum(found is not None for found in answer.posts.values()), answer.account is not None)


def _snapshot(post: Asked, found: Metrics | None, now: datetime) -> PostSnapshot:
    """A post that is gone or was left out gets a row without numbers, so that it is not asked about at every turn."""
    if found is None:
        return PostSnapshot(delivery_id=post.delivery_id, taken_at=now, definition="", raw=NO_NUMBERS)
    numbers = {name: value for name in COMMON if (value := found.common.get(name)) is not None and value >= 0}
    return PostSnapshot(
        delivery_id=post.delivery_id, taken_at=now, definition=found.definition, raw=found.raw, **numbers
    )


def _next(session: Session, channel_id: int, now: datetime) -> datetime:
    """The account's next day, or a post's next step if that comes first."""
    account = max(next_channel_pull(_last_of_account(session, channel_id), now), now)
    steps = [next_pull(post.published_at, now) for post in _posts(session, channel_id, now)]
    return min([account, *(step for step in steps if step)])


def _touched(session: Session, channel: Channel, posts: list[Asked], now: datetime) -> list[Any]:
    """Today, and the days on which posts went out that had no numbers yet."""
    there = zone(session.execute(select(Client.timezone).where(Client.id == channel.client_id)).scalar_one())
    moments = [now, *(post.published_at for post in posts if post.last_at is None)]
    return sorted({day_of(moment, there) for moment in moments})
