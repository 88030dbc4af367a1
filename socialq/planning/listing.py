"""The posts of some clients by what a person looks for: coming up, waiting, drafts, not published, published. Reads only."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from socialq.domain.states import DeliveryState, PostState
from socialq.models import Delivery, Post, Revision, RevisionMedia
from socialq.planning import agenda

_AHEAD = (DeliveryState.SCHEDULED, DeliveryState.PUBLISHING, DeliveryState.PROCESSING)
_AMISS = (DeliveryState.FAILED, DeliveryState.UNKNOWN)


class Drawer(StrEnum):
    """In the order of the tabs. A post can lie in two: out on one channel, failed on another."""

    COMING = "coming"
    REVIEW = "review"
    DRAFTS = "drafts"
    AMISS = "amiss"
    PUBLISHED = "published"


def counts(session: Session, client_ids: Collection[int], now: datetime, text: str = "") -> dict[Drawer, int]:
    """How many posts lie in each, of those that say `text`; one query."""
    columns = [func.sum(case((_condition(one, now), 1), else_=0)) for one in Drawer]
    query = select(*columns).select_from(Post).join(Revision, Revision.id == Post.revision_id)
    row = session.execute(query.where(Post.client_id.in_(client_ids), *_saying(text))).one()
    return {one: int(number or 0) for one, number in zip(Drawer, row, strict=True)}


def listed(
    session: Session,
    client_ids: Collection[int],
    drawer: Drawer,
    now: datetime,
    limit: int,
    offset: int = 0,
    text: str = "",
) -> list[agenda.Entry]:
    """A page of one drawer: what is coming by time, all else the newest first. `text`: only posts that say it."""
    order: tuple[Any, ...] = (Post.scheduled_at.is_not(None), Post.scheduled_at.desc(), Post.id.desc())
    if drawer is Drawer.COMING:
        order = (Post.scheduled_at, Post.id)
    return agenda.chosen(session, client_ids, (_condition(drawer, now), *_saying(text)), order, limit, offset)


def first_pictures(session: Session, post_ids: Collection[int]) -> dict[int, int]:
    """The id of each post's first picture, by post; those without are left out."""
    query = (
        select(Post.id, RevisionMedia.media_id)
        .join(RevisionMedia, RevisionMedia.revision_id == Post.revision_id)
        .where(Post.id.in_(post_ids), RevisionMedia.position == 1)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _saying(text: str) -> list[ColumnElement[bool]]:
    """Wherever in the text, in whatever case (SQLite: of a to z); what is a wildcard in SQL is an ordinary letter here."""
    return [Revision.text.icontains(text, autoescape=True)] if text else []


def _condition(drawer: Drawer, now: datetime) -> ColumnElement[bool]:
    match drawer:
        case Drawer.COMING:
            return or_(Post.scheduled_at > now, _delivered(*_AHEAD))
        case Drawer.REVIEW:
            return Post.state == PostState.IN_REVIEW
        case Drawer.DRAFTS:
            return Post.state.in_((PostState.DRAFT, PostState.APPROVED))
        case Drawer.AMISS:
            return _delivered(*_AMISS)
        case Drawer.PUBLISHED:
            return _delivered(DeliveryState.PUBLISHED)


def _delivered(*states: DeliveryState) -> ColumnElement[bool]:
    return select(Delivery.id).where(Delivery.post_id == Post.id, Delivery.state.in_(states)).exists()
