"""Making a post and revising it. A revision, once made, is never changed."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from socialq import db
from socialq.domain.states import PostState
from socialq.errors import BadInput
from socialq.models import Post, Revision, RevisionChannel, RevisionMedia, RevisionPart
from socialq.planning.changing import let_go
from socialq.planning.content import Checked, Draft, check
from socialq.planning.found import Desk, client_of, post_of
from socialq.planning.scheduling import approved, checked_time, decide
from socialq.services import events
from socialq.services.i18n import mark

FOREIGN_TOKEN = mark("The form's token is not one of ours: open the form again.")


def draft(
    session: Session,
    desk: Desk,
    client_id: int,
    new: Draft,
    *,
    at: datetime | None = None,
    form_token: str | None = None,
) -> Post:
    """A new post, wished for `at`. The same form token again gives the post that it made the first time, as it is now.

    Raises BadInput or NotFound, with the networks' counts; nothing is stored then."""
    client_of(session, client_id)
    if made := made_before(session, client_id, form_token):
        return made
    checked = check(session, desk, client_id, new)
    wished = checked_time(session, at) if at else None
    if (post_id := _insert(session, desk, client_id, wished, form_token)) is None:
        return session.scalars(select(Post).where(Post.client_id == client_id, Post.form_token == form_token)).one()
    post = post_of(session, post_id)
    post.revision_id = _revision(session, desk, post, checked).id
    events.record(session, desk.by, "draft", f"post:{post.id}", client_id)
    session.flush()
    return post


def revise(session: Session, desk: Desk, post_id: int, new: Draft) -> Post:
    """A new revision; the post is a draft again, its time stays as a wish, an approval is withdrawn.

    Of a scheduled post what waits is cancelled, what is going out keeps the wish. NotAllowed when all of it is out."""
    post = post_of(session, post_id)
    checked = check(session, desk, post.client_id, new)
    if post.state == PostState.SCHEDULED:
        let_go(session, desk, post)
    if approved(session, post):
        decide(session, desk, post, "withdrawn", "the post was changed")
    post.state = PostState.DRAFT
    post.revision_id = _revision(session, desk, post, checked).id
    events.record(session, desk.by, "revise", f"post:{post.id}", post.client_id)
    session.flush()
    return post


def made_before(session: Session, client_id: int, form_token: str | None) -> Post | None:
    """The post that this form made when it was sent before."""
    if form_token is None:
        return None
    if not 0 < len(form_token) <= 64:
        raise BadInput(FOREIGN_TOKEN)
    return session.scalars(select(Post).where(Post.client_id == client_id, Post.form_token == form_token)).first()


def _insert(session: Session, desk: Desk, client_id: int, at: datetime | None, form_token: str | None) -> int | None:
    """None: somebody else has just made the post of this form."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    row = insert(Post).values(
        client_id=client_id, state=PostState.DRAFT, scheduled_at=at, form_token=form_token, created_by=desk.by,
        created_at=db.now(session),
    )  # fmt: skip
    once = row.on_conflict_do_nothing(index_elements=["client_id", "form_token"])
    return session.scalar(once.returning(Post.id))


def _revision(session: Session, desk: Desk, post: Post, checked: Checked) -> Revision:
    last = session.scalar(select(func.max(Revision.number)).where(Revision.post_id == post.id)) or 0
    revision = Revision(
        post_id=post.id, number=last + 1, text=checked.text, created_by=desk.by, created_at=db.now(session),
        media=[
            RevisionMedia(position=place, media_id=media.id, alt=alt)
            for place, (media, alt) in enumerate(checked.pictures, start=1)
        ],
        parts=[RevisionPart(position=place, text=part) for place, part in enumerate(checked.parts, start=2)],
        channels=[RevisionChannel(channel_id=channel.id) for channel in checked.channels],
    )  # fmt: skip
    session.add(revision)
    session.flush()
    return revision
