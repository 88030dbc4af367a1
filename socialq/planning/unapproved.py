"""Posts whose time comes while nobody has approved them: no delivery stands for them, so nothing else would tell. Reads posts,
writes incidents."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialq import db as database
from socialq.db import Database
from socialq.domain.states import PostState
from socialq.models import Client, Incident, Post
from socialq.services.incidents import open_incident, resolve_incidents

KIND, BY = "not_approved", "scheduler"
STEPS = {"day": timedelta(hours=24), "hours": timedelta(hours=2), "time": timedelta()}
ORDER = list(STEPS)
FORGOTTEN = timedelta(days=7)  # a time that is longer past surprises nobody any more


def notice(db: Database) -> int:
    """A day ahead, two hours ahead and at the time: told once each. What was approved, moved or dropped is closed. How many now."""
    with db.read() as session:
        if not _timed(session, database.now(session)) and not _open(session):
            return 0
    with db.begin() as session:
        moment = database.now(session)
        posts = {f"post:{post.id}": post for post in _timed(session, moment)}
        told = _told(session, posts.keys())
        for subject, post in posts.items():
            _one(session, subject, post, step(post.scheduled_at, moment), told.get(subject, []))
        _close(session, posts.keys())
        return len(posts)


def step(at: datetime | None, moment: datetime) -> str:
    """The last one that has been reached; empty when its time is further off than a day."""
    reached = [name for name, ahead in STEPS.items() if at is not None and at - ahead <= moment]
    return reached[-1] if reached else ""


def _timed(session: Session, moment: datetime) -> list[Post]:
    near = Post.scheduled_at.between(moment - FORGOTTEN, moment + STEPS["day"])
    waiting = Post.state.in_((PostState.DRAFT, PostState.IN_REVIEW))
    needed = Post.client_id.in_(select(Client.id).where(Client.paused_at.is_(None)))
    return list(session.scalars(select(Post).where(waiting, near, needed).order_by(Post.id)))


def _told(session: Session, subjects: Collection[str]) -> dict[str, list[Incident]]:
    found: dict[str, list[Incident]] = {}
    query = select(Incident).where(Incident.kind == KIND, Incident.subject.in_(list(subjects)))
    for one in session.scalars(query.order_by(Incident.id)):
        found.setdefault(one.subject, []).append(one)
    return found


def _one(session: Session, subject: str, post: Post, now: str, told: list[Incident]) -> None:
    """A step that was told for this time is not told again, also when somebody has looked at it and closed it."""
    assert post.scheduled_at is not None
    at = post.scheduled_at.isoformat()
    steps = [str(one.facts.get("step")) for one in told if one.facts.get("scheduled_at") == at]
    if steps and max(map(ORDER.index, steps)) >= ORDER.index(now):
        return
    resolve_incidents(session, subject, BY, [KIND])
    open_incident(session, KIND, subject, post.client_id, {"step": now, "state": post.state, "scheduled_at": at})


def _close(session: Session, waiting: Collection[str]) -> None:
    for subject in _open(session):
        if subject not in waiting:
            resolve_incidents(session, subject, BY, [KIND])


def _open(session: Session) -> list[str]:
    return list(session.scalars(select(Incident.subject).where(Incident.kind == KIND, Incident.resolved_at.is_(None))))
