"""Post, its revisions and approvals. Moved by people; a revision is never changed once made."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from socialq.domain.states import PostState, post_may
from socialq.errors import NotAllowed
from socialq.models.base import Record


class Post(Record):
    __tablename__ = "posts"
    __table_args__ = (UniqueConstraint("client_id", "form_token"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(16), default=PostState.DRAFT)
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id", use_alter=True))  # the current one
    scheduled_at: Mapped[datetime | None] = mapped_column(index=True)
    form_token: Mapped[str | None] = mapped_column(String(64))  # the same submit twice is one post
    created_by: Mapped[str] = mapped_column(String(64))  # "member:3", "cli"
    created_at: Mapped[datetime]

    @validates("state")
    def _checked(self, _key: str, new: str) -> str:
        old = self.state
        if old is not None and not post_may(PostState(old), PostState(new)):
            raise NotAllowed(f"A post that is {old} cannot become {new}.")
        return str(new)


class Revision(Record):
    """Text, media and channels of a post at one moment. Approval binds to it."""

    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("post_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    media: Mapped[list["RevisionMedia"]] = relationship(order_by="RevisionMedia.position", cascade="all, delete-orphan")
    parts: Mapped[list["RevisionPart"]] = relationship(order_by="RevisionPart.position", cascade="all, delete-orphan")
    channels: Mapped[list["RevisionChannel"]] = relationship(
        order_by="RevisionChannel.channel_id", cascade="all, delete-orphan"
    )


class RevisionPart(Record):
    """What follows the post as an answer to it: a part of a thread, or a first comment. `position` counts from 2."""

    __tablename__ = "revision_parts"

    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)


class RevisionMedia(Record):
    __tablename__ = "revision_media"

    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    media_id: Mapped[int] = mapped_column(ForeignKey("media.id"))
    alt: Mapped[str] = mapped_column(Text, default="")


class RevisionChannel(Record):
    __tablename__ = "revision_channels"

    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id", ondelete="CASCADE"), primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id"), primary_key=True)


class Approval(Record):
    """Somebody's word on a revision: approved, changes_requested, withdrawn. Rows are added, never changed."""

    __tablename__ = "approvals"

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), index=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id", ondelete="CASCADE"))
    decision: Mapped[str] = mapped_column(String(20))
    decided_by: Mapped[str] = mapped_column(String(64))
    decided_at: Mapped[datetime]
    comment: Mapped[str] = mapped_column(Text, default="")
