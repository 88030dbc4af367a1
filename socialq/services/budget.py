"""What networks still give: rows a channel, an app or a host has. Whoever calls takes first, and holds it until the call is
answered for: so two workers never take the last one both. Rows of budgets are locked before anything else of a transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from socialq import clock, db
from socialq.domain.states import DeliveryState
from socialq.models import Budget, BudgetHold, Channel, Delivery
from socialq.networks.call import Call, Remaining

LONGEST = timedelta(days=32)  # a reset further ahead is none
STAYS = 5  # a fifth of a budget is not for numbers
SAME_WINDOW = timedelta(seconds=90)  # two answers under way at once say the same end of a window, but for so much
REFILLED = timedelta(minutes=1)  # a window that is over is full again; the next answer says how long the new one is
PREPARING = 4  # requests that a preparation is given
POST_TAKES = PREPARING + 1


class Spent(Exception):
    """There is not enough left; nothing was taken. `until`: when it is filled again."""

    def __init__(self, until: datetime) -> None:
        super().__init__("the budget is spent")
        self.until = until


@dataclass(frozen=True)
class Wanted:
    """What a piece of work is about to use."""

    posts: int = 0
    requests: int = 0

    def of(self, row: Budget) -> int:
        """How much of it this budget counts."""
        return self.posts if row.only_posts else self.requests


FINAL_CALL = Wanted(posts=1, requests=1)
PREPARATION = Wanted(requests=PREPARING)


def subject(channel: Channel, scope: str) -> str:
    """Whose budget it is: the channel's own, that of socialq as the network knows it, or the server's."""
    return {"app": channel.network, "host": channel.host}.get(scope, str(channel.id))


def locked(session: Session, delivery_id: int) -> tuple[Channel, list[Budget]] | None:
    """The channel of a delivery, and its budgets as `lock` gives them. None: there is no such delivery."""
    channel = session.scalars(select(Channel).join(Delivery).where(Delivery.id == delivery_id)).first()
    return (channel, lock(session, channel)) if channel else None


def lock(session: Session, channel: Channel, found: Iterable[Remaining] = ()) -> list[Budget]:
    """The budgets that this channel takes from, made where they are new, nobody else's until the transaction ends."""
    rows = _locked(session, channel)
    there = {(row.scope, row.name) for row in rows}
    new = [one for one in found if (one.scope, one.name) not in there]
    for one in new:
        _make(session, channel, one)
    return _locked(session, channel) if new else rows


def take(session: Session, channel: Channel, rows: Sequence[Budget], wanted: Wanted, lasts: float) -> int | None:
    """Takes it from all of them for `lasts` seconds at most, or raises Spent. The taking's id; None: nobody counts."""
    moment = db.now(session)
    told = [row for row in rows if not row.declared]
    short = [row.resets_at for row in told if counts(row, moment) and free(session, row) < wanted.of(row)]
    if short:
        raise Spent(max(short))
    if not told:
        return None
    until = moment + timedelta(seconds=lasts)
    held = {"channel_id": channel.id, "network": channel.network, "host": channel.host, "until": until}
    hold = BudgetHold(posts=wanted.posts, requests=wanted.requests, **held)
    session.add(hold)
    session.flush()
    return hold.id


def free(session: Session, row: Budget) -> int:
    """What is left and nobody has taken."""
    return row.left - sum(_used(one, row) for one in session.scalars(select(BudgetHold).where(_theirs(row))))


def answered(session: Session, channel: Channel, call: Call) -> None:
    """The taking of a call ends. What answers said stands; where they said nothing, what was taken is gone, if it was used."""
    used = call.wrote or call.answered or call.timed_out
    _settle(session, channel, call.hold, call.remaining, call.began, used=used)


def _planned(session: Session, row: Budget) -> int:
    """Posts that go out before it is filled again, of all who share it."""
    waiting = (Delivery.state == DeliveryState.SCHEDULED, Delivery.due_at < row.resets_at)
    query = select(func.count()).select_from(Delivery).join(Channel, Channel.id == Delivery.channel_id)
    if row.scope == "channel":
        sharing = Channel.id == int(row.subject)
    elif row.scope == "app":
        sharing = Channel.network == row.subject
    else:
        sharing = Channel.id.in_([one.id for one in session.scalars(select(Channel)) if one.host == row.subject])
    return session.scalar(query.where(*waiting, sharing)) or 0


def _settle(
    session: Session, channel: Channel, hold: int | None, found: Iterable[Remaining], began: float, *, used: bool = True
) -> None:
    """`began`: boot time of the call's beginning. An answer that was under way beside a newer one can only lower what is left."""
    said = {(one.scope, one.name): one for one in found}
    rows, moment = lock(session, channel, said.values()), db.now(session)
    taken = session.scalars(delete(BudgetHold).where(BudgetHold.id == hold).returning(BudgetHold)).first()
    since = moment - timedelta(seconds=clock.boottime() - began)
    for row in rows:
        one = said.get((row.scope, row.name))
        if one is not None:
            _read(row, one, since, moment)
        elif taken is not None and used:
            row.left = max(0, row.left - _used(taken, row))
    session.flush()


def keep(session: Session, channel: Channel, found: Iterable[Remaining]) -> None:
    """What answers just said, where nothing was taken."""
    _settle(session, channel, None, found, clock.boottime())


def give_back(session: Session, hold: int | None) -> None:
    """Nothing of it was used."""
    session.execute(delete(BudgetHold).where(BudgetHold.id == hold))


def forget(session: Session, hold: int) -> None:
    """Nobody has answered for it, and its time is over: it counts as used."""
    over = select(BudgetHold).where(BudgetHold.id == hold, BudgetHold.until <= db.now(session))
    taken = session.scalars(over).first()
    if taken is not None:
        _settle(session, session.get_one(Channel, taken.channel_id), hold, (), clock.boottime())


def take_for_numbers(session: Session, channel: Channel, wanted: Sequence[int], lasts: float) -> tuple[int, int | None]:
    """Numbers take only what posts leave that go out before the budget is filled again, and a fifth stays for what is planned
    meanwhile. `wanted`: requests for so much, for less …; which of them could be had, and the taking. Raises Spent."""
    rows, moment = [row for row in lock(session, channel) if not row.only_posts], db.now(session)
    spare, until = None, moment
    for row in rows:
        if counts(row, moment):
            planned = POST_TAKES * _planned(session, row)
            here = free(session, row) - planned - row.size // STAYS
            until = max(until, row.resets_at) if here < min(wanted) else until
            spare = here if spare is None else min(spare, here)
    fits = next((place for place, one in enumerate(wanted) if spare is None or one <= spare), None)
    if fits is None:
        raise Spent(until)
    return fits, take(session, channel, rows, Wanted(requests=wanted[fits]), lasts)


def spent_until(session: Session, channel: Channel) -> datetime | None:
    """When the channel may send again; None: now."""
    moment = db.now(session)
    rows = session.scalars(select(Budget).where(mine(channel)))
    return max((row.resets_at for row in rows if alive(row, moment) and row.left < _least(row)), default=None)


def mine(channel: Channel) -> ColumnElement[bool]:
    """Its own budgets, and those that it shares."""
    scopes = ("channel", "app", "host")
    return or_(*(and_(Budget.scope == one, Budget.subject == subject(channel, one)) for one in scopes))


def alive(row: Budget, moment: datetime) -> bool:
    """Whether its window is not over. A reset too far ahead is none."""
    return moment < row.resets_at < moment + LONGEST


def counts(row: Budget, moment: datetime) -> bool:
    """A window that is over is a new one, and full; what never said its size counts no longer."""
    if not alive(row, moment) and row.size and not row.declared:
        row.left, row.resets_at = row.size, moment + REFILLED
    return alive(row, moment)


def _least(row: Budget) -> int:
    """With less a post cannot go: its preparation needs requests as well."""
    return 1 if row.only_posts else max(1, min(POST_TAKES, row.size))


def _read(row: Budget, one: Remaining, since: datetime, moment: datetime) -> None:
    resets_at = moment + (one.resets_at - clock.host_now())  # by the database's clock
    beside = since < row.read_at <= moment
    if beside and resets_at < row.resets_at - SAME_WINDOW:
        return  # an answer of the window before
    same = beside and resets_at <= row.resets_at + SAME_WINDOW
    row.left = min(row.left, one.left) if same else one.left
    row.size, row.only_posts, row.declared = one.size, one.only_posts, False
    row.resets_at = max(row.resets_at, resets_at) if same else resets_at
    row.read_at = moment


def _locked(session: Session, channel: Channel) -> list[Budget]:
    rows = select(Budget).where(mine(channel)).order_by(Budget.id).with_for_update()
    return list(session.scalars(rows.execution_options(populate_existing=True)))


def _make(session: Session, channel: Channel, one: Remaining) -> None:
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    long_ago = db.now(session) - LONGEST
    row = insert(Budget).values(
        scope=one.scope, subject=subject(channel, one.scope), name=one.name, size=one.size, left=one.size,
        resets_at=long_ago, read_at=long_ago, only_posts=one.only_posts, declared=False,
    )  # fmt: skip
    session.execute(row.on_conflict_do_nothing(index_elements=["scope", "subject", "name"]))


def _theirs(row: Budget) -> ColumnElement[bool]:
    """Takings of all who share this budget."""
    if row.scope == "channel":
        return BudgetHold.channel_id == int(row.subject)
    return (BudgetHold.network if row.scope == "app" else BudgetHold.host) == row.subject


def _used(hold: BudgetHold, row: Budget) -> int:
    return 0 if row.declared else Wanted(hold.posts, hold.requests).of(row)
