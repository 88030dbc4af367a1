"""What people may still change once a post is scheduled: its time, or whether it goes at all."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from socialq import db
from socialq.domain.states import IN_FLIGHT, DeliveryState, Move, PostState, sources, target
from socialq.errors import NotAllowed
from socialq.models import Delivery, Post
from socialq.planning.content import of_revision
from socialq.planning.found import Desk, client_of, post_of, revision_of
from socialq.planning.promises import all_or_none, live, promise
from socialq.planning.scheduling import checked_time, refuse_same_text
from socialq.services import events

_WAITING = sources(Move.CANCEL) - IN_FLIGHT


def move(session: Session, desk: Desk, post_id: int, at: datetime) -> Post:
    """Another time for a scheduled post, all its channels or none. Raises BadInput, or NotAllowed when one is going out."""
    post = _scheduled(session, post_id)
    client = client_of(session, post.client_id)
    at = checked_time(session, at)
    if not any(one.repeat_allowed for one in live(session, post)):
        refuse_same_text(session, post, of_revision(session, revision_of(session, post), client.id), at)
    all_or_none(
        session, post, frozenset({DeliveryState.SCHEDULED}), {**promise(desk, client, at), "rung_at": None, "rings": 0}
    )
    post.scheduled_at = at
    events.record(session, desk.by, "move", f"post:{post.id}", client.id, at=at.isoformat())
    return post


def unschedule(session: Session, desk: Desk, post_id: int) -> Post:
    """Off the schedule, all its channels or none: approved again. Raises NotAllowed that says what is going out or is out."""
    post = _scheduled(session, post_id)
    all_or_none(session, post, _WAITING, {"state": str(target(Move.CANCEL)), "reason": "taken off the schedule"})
    post.state = PostState.APPROVED
    events.record(session, desk.by, "unschedule", f"post:{post.id}", post.client_id)
    return post


def stop(session: Session, desk: Desk, post_id: int) -> list[Delivery]:
    """Cancels what only waits; what is going out keeps the wish and honours it if it comes back. Returns the latter."""
    post = _scheduled(session, post_id)
    mine = update(Delivery).where(Delivery.post_id == post.id)
    cancelled = {"state": str(target(Move.CANCEL)), "reason": "cancelled on request"}
    session.execute(mine.where(Delivery.state.in_(_WAITING)).values(cancelled))
    flying = mine.where(Delivery.state.in_(IN_FLIGHT), Delivery.stop_at.is_(None))
    session.execute(flying.values(stop_at=db.now(session)))
    left = live(session, post)
    if not left:
        post.state = PostState.APPROVED
    events.record(session, desk.by, "stop", f"post:{post.id}", post.client_id)
    return [one for one in left if one.state in IN_FLIGHT]


def _scheduled(session: Session, post_id: int) -> Post:
    post = post_of(session, post_id)
    if post.state != PostState.SCHEDULED:
        raise NotAllowed(f"The post is not scheduled, it is {post.state.replace('_', ' ')}.")
    return post
