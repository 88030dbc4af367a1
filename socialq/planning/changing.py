"""What people may still change once a post is scheduled: its time, or whether it goes at all."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from socialq import db
from socialq.domain.states import IN_FLIGHT, DeliveryState, Move, PostState, sources, target
from socialq.errors import NotAllowed
from socialq.models import Delivery, Post
from socialq.planning.content import of_revision
from socialq.planning.found import Desk, client_of, post_of, revision_of
from socialq.planning.promises import all_or_none, live, promise, set_aside, stands
from socialq.planning.scheduling import checked_time, refuse_same_text, schedule
from socialq.services import events, incidents
from socialq.services.i18n import mark

_WAITING = sources(Move.CANCEL) - IN_FLIGHT
HELD = ["delivery_repeat"]
NOT_SCHEDULED = mark("The post is not scheduled, it is %(state)s.")
ALL_OUT = mark("All of the post is out (%(where)s): make a new post.")


def move(session: Session, desk: Desk, post_id: int, at: datetime, *, repeat: bool = False) -> Post:
    """Another time for a scheduled post, all its channels or none; where it failed it is planned anew.

    The question about the same text is asked for the new time. Raises BadInput, or NotAllowed when one is going out or out."""
    post = _scheduled(session, post_id)
    if any(one.state == DeliveryState.FAILED for one in live(session, post)):
        return schedule(session, desk, unschedule(session, desk, post_id).id, at, repeat=repeat)
    client = client_of(session, post.client_id)
    at = checked_time(session, at)
    if not repeat:
        refuse_same_text(session, post, of_revision(session, revision_of(session, post), client.id), at)
    promised = {**promise(desk, client, at), "rung_at": None, "rings": 0, "repeat_allowed": repeat}
    all_or_none(session, post, frozenset({DeliveryState.SCHEDULED}), promised)
    _no_longer_held(session, desk, post)
    post.scheduled_at = at
    events.record(session, desk.by, "move", f"post:{post.id}", client.id, at=at.isoformat())
    return post


def unschedule(session: Session, desk: Desk, post_id: int) -> Post:
    """Off the schedule, all its channels or none: approved again; what failed is left. Raises NotAllowed that says what is
    going out or is out."""
    post = _scheduled(session, post_id)
    set_aside(session, desk, post)
    all_or_none(session, post, _WAITING, {"state": str(target(Move.CANCEL)), "reason": "taken off the schedule"})
    _no_longer_held(session, desk, post)
    post.state = PostState.APPROVED
    events.record(session, desk.by, "unschedule", f"post:{post.id}", post.client_id)
    return post


def stop(session: Session, desk: Desk, post_id: int) -> list[Delivery]:
    """Cancels what only waits, leaves what failed; what is going out keeps the wish and honours it if it comes back.

    Returns the latter. A post of which nothing is left is approved again."""
    post = _scheduled(session, post_id)
    set_aside(session, desk, post)
    flying = _wish(session, desk, post)
    if not live(session, post):
        post.state = PostState.APPROVED
    events.record(session, desk.by, "stop", f"post:{post.id}", post.client_id)
    return flying


def let_go(session: Session, desk: Desk, post: Post) -> None:
    """An edit or a withdrawal of a scheduled post: what waits is cancelled, what is going out keeps the wish; what failed
    stays told until somebody decides about it. Raises NotAllowed when all of it is out."""
    there = live(session, post)
    if there and all(one.state == DeliveryState.PUBLISHED for one in there):
        raise NotAllowed(ALL_OUT, where=[stands(session, one) for one in there])
    _wish(session, desk, post)


def _wish(session: Session, desk: Desk, post: Post) -> list[Delivery]:
    mine = update(Delivery).where(Delivery.post_id == post.id)
    cancelled = {"state": str(target(Move.CANCEL)), "reason": "cancelled on request"}
    session.execute(mine.where(Delivery.state.in_(_WAITING)).values(cancelled))
    flying = mine.where(Delivery.state.in_(IN_FLIGHT), Delivery.stop_at.is_(None))
    session.execute(flying.values(stop_at=db.now(session)))
    _no_longer_held(session, desk, post)
    return [one for one in live(session, post) if one.state in IN_FLIGHT]


def _no_longer_held(session: Session, desk: Desk, post: Post) -> None:
    """Whether the same text may go out was asked about a time that is no longer promised."""
    for delivery_id in session.scalars(select(Delivery.id).where(Delivery.post_id == post.id)):
        incidents.resolve_incidents(session, f"delivery:{delivery_id}", desk.by, HELD)


def _scheduled(session: Session, post_id: int) -> Post:
    post = post_of(session, post_id)
    if post.state != PostState.SCHEDULED:
        raise NotAllowed(NOT_SCHEDULED, state=PostState(post.state))
    return post
