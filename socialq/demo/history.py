"""A year of a practice account, and what went wrong today: rows as the workers would have left them. Sends nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from socialq.db import now as now_of
from socialq.demo.texts import Demo, Trouble
from socialq.domain.delivery import Settlement
from socialq.domain.message import fingerprint
from socialq.domain.period import day_of
from socialq.domain.sampling import DAY, HOUR, OLDEST, WEEK
from socialq.domain.slots import WeeklySlot, occurrences, parse_slot, zone
from socialq.domain.states import DeliveryState, Move, PostState
from socialq.metrics import rollup
from socialq.models import (
    Approval,
    Attempt,
    Channel,
    ChannelSnapshot,
    Client,
    Delivery,
    Post,
    PostSnapshot,
    Revision,
    RevisionChannel,
)  # fmt: skip
from socialq.networks import practice
from socialq.publishing import record

YEAR = timedelta(days=365)
QUIET = timedelta(hours=3)  # so long before now the year ends; what is younger stands in `Demo.today`
TAKES = timedelta(seconds=3)
LOOKS = (HOUR, *(DAY * n for n in (1, 2, 3, 4, 5, 6, 7, 10, 14)), WEEK * 3, WEEK * 4, WEEK * 6, WEEK * 9, OLDEST)


@dataclass(frozen=True)
class Said:
    """A post of the past."""

    text: str
    at: datetime
    late: timedelta = TAKES


def add(session: Session, client: Client, channel: Channel, demo: Demo, by: str) -> None:
    """The channel's year: posts that are out, their numbers and its own as pulled, the days counted in SQL."""
    now = now_of(session)
    said = [*_year(client, demo, now), *_today(demo, now)]
    deliveries = _rows(session, client, channel, said, DeliveryState.PUBLISHED, by)
    _publish(session, channel, list(zip(deliveries, said, strict=True)), by)
    _pull(session, channel, list(zip(deliveries, said, strict=True)), now)
    there = zone(client.timezone)
    rollup.rebuild(session, channel.id, day_of(now - YEAR, there), day_of(now, there))


def add_trouble(session: Session, client: Client, channel: Channel, trouble: Trouble, by: str) -> None:
    """A post that was refused, or of which nobody knows: moved by the rules, so its incident is there too."""
    now = now_of(session)
    said = Said(trouble.text, now - timedelta(seconds=trouble.ago))
    state = DeliveryState.UNKNOWN if trouble.unsure else DeliveryState.PUBLISHING
    [delivery_id] = _rows(session, client, channel, [said], state, by)
    outcome = "unknown" if trouble.unsure else "rejected"
    attempt = _attempt(delivery_id, said, by) | {"outcome": outcome, "reason": trouble.reason}
    session.execute(insert(Attempt), [attempt])
    seen = record.Seen(delivery_id, 1)
    if trouble.unsure:
        record.ask(session, seen, trouble.reason, by)
    else:
        refused = Settlement(Move.REFUSE, {}, "delivery_rejected", trouble.reason)
        record.apply(session, seen, refused, [DeliveryState.PUBLISHING], by)


def _year(client: Client, demo: Demo, now: datetime) -> Iterator[Said]:
    """One post a slot; the sentences and things take turns, so the same words come back only after months."""
    weekly: list[WeeklySlot] = [parse_slot(written) for written in demo.new.slots]
    times = occurrences(weekly, zone(client.timezone), now - YEAR, YEAR - QUIET)
    for n, at in enumerate(times):
        sentence, thing = demo.sentences[n % len(demo.sentences)], demo.things[n % len(demo.things)]
        yield Said(sentence.format(thing), at)


def _today(demo: Demo, now: datetime) -> Iterator[Said]:
    for text, ago, late in demo.today:
        yield Said(text, now - timedelta(seconds=ago), timedelta(seconds=late))


def _rows(
    session: Session, client: Client, channel: Channel, said: Sequence[Said], state: DeliveryState, by: str
) -> list[int]:
    """Posts with their revision, approval and delivery; returns the deliveries' ids, in the order of `said`."""
    posts = _added(session, Post, [_post(client, one, by) for one in said])
    drafts = [
        {"post_id": post_id, "number": 1, "text": one.text, "created_by": by, "created_at": one.at - DAY}
        for post_id, one in zip(posts, said, strict=True)
    ]
    revisions = _added(session, Revision, drafts)
    current = select(Revision.id).where(Revision.post_id == Post.id).scalar_subquery()
    mine = update(Post).where(Post.client_id == client.id, Post.revision_id.is_(None)).values(revision_id=current)
    session.execute(mine.execution_options(synchronize_session=False))
    session.execute(insert(RevisionChannel), [{"revision_id": one, "channel_id": channel.id} for one in revisions])
    triples = list(zip(posts, revisions, said, strict=True))
    session.execute(insert(Approval), [_approval(post, revision, one, by) for post, revision, one in triples])
    limit = timedelta(seconds=client.lateness_limit)
    rows = [_delivery(channel, post, revision, one, limit, state) for post, revision, one in triples]
    return _added(session, Delivery, rows)


def _added(session: Session, model: Any, rows: list[dict[str, Any]]) -> list[int]:
    return list(session.scalars(insert(model).returning(model.id, sort_by_parameter_order=True), rows))


def _post(client: Client, said: Said, by: str) -> dict[str, Any]:
    created = {"created_by": by, "created_at": said.at - DAY}
    return {"client_id": client.id, "state": PostState.SCHEDULED, "scheduled_at": said.at, **created}


def _approval(post_id: int, revision_id: int, said: Said, by: str) -> dict[str, Any]:
    word = {"decision": "approved", "decided_by": by, "decided_at": said.at - DAY, "comment": ""}
    return {"post_id": post_id, "revision_id": revision_id, **word}


def _delivery(
    channel: Channel, post_id: int, revision_id: int, said: Said, limit: timedelta, state: DeliveryState
) -> dict[str, Any]:
    promised = {"scheduled_at": said.at, "due_at": said.at, "prepare_at": said.at, "deadline_at": said.at + limit}
    return {
        "post_id": post_id, "revision_id": revision_id, "channel_id": channel.id, "state": state, "attempt": 1,
        "fingerprint": fingerprint(said.text, []), "created_at": said.at - DAY, **promised,
    }  # fmt: skip


def _publish(session: Session, channel: Channel, sent: Sequence[tuple[int, Said]], by: str) -> None:
    """The posts in the account's folder, the deliveries' answers, one attempt each."""
    folder = Path(channel.server) / channel.remote_id
    answers: list[dict[str, Any]] = []
    for delivery_id, said in sent:
        url = practice.backdate(folder, _identity(delivery_id), said.text, said.at + said.late)
        answers.append(
            {"id": delivery_id, "remote_id": _identity(delivery_id), "url": url, "published_at": said.at + said.late}
        )
    session.execute(update(Delivery), answers)
    attempts = [
        _attempt(one["id"], said, by) | {"outcome": "published", "remote_id": one["remote_id"], "url": one["url"]}
        for one, (_, said) in zip(answers, sent, strict=True)
    ]
    session.execute(insert(Attempt), attempts)


def _attempt(delivery_id: int, said: Said, by: str) -> dict[str, Any]:
    ended = said.at + said.late
    return {
        "delivery_id": delivery_id, "number": 1, "worker_id": by, "started_at": ended - timedelta(seconds=1),
        "ended_at": ended, "reason": "", "url": "", "outcome": "",
    }  # fmt: skip


def _pull(session: Session, channel: Channel, sent: Sequence[tuple[int, Said]], now: datetime) -> None:
    """Numbers as practice gives them at that age: what is pulled from now on continues them."""
    posts = [
        _snapshot(delivery_id, said, age)
        for delivery_id, said in sent
        for age in LOOKS
        if said.at + said.late + age < now
    ]
    session.execute(insert(PostSnapshot), posts)
    moments = [now - DAY * n - timedelta(minutes=1) for n in range(YEAR.days - 1, -1, -1)]
    account = [_account(channel, moment, sum(said.at + said.late <= moment for _, said in sent)) for moment in moments]
    session.execute(insert(ChannelSnapshot), account)


def _snapshot(delivery_id: int, said: Said, age: timedelta) -> dict[str, Any]:
    found = practice.numbers(_identity(delivery_id), age)
    taken = {"delivery_id": delivery_id, "taken_at": said.at + said.late + age, "definition": found.definition}
    return {**taken, "raw": found.raw, **found.common}


def _account(channel: Channel, moment: datetime, posts: int) -> dict[str, Any]:
    found = practice.followers(channel.remote_id, posts)
    counted = {"followers": found.followers, "definition": found.definition, "raw": dict(found.raw)}
    return {"channel_id": channel.id, "taken_at": moment, **counted}


def _identity(delivery_id: int) -> str:
    return f"demo-{delivery_id}"
