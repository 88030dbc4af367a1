"""Media: a picture or video that was written again by us, under a random name."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from socialq.models.base import Record


class Media(Record):
    __tablename__ = "media"

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)  # in storage; never the sender's
    media_type: Mapped[str] = mapped_column(String(64))
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]  # bytes
    sha256: Mapped[str] = mapped_column(String(64))
    seconds: Mapped[float] = mapped_column(default=0.0)  # of a video
    codecs: Mapped[str] = mapped_column(String(64), default="")  # of a video: "h264 aac"
    created_at: Mapped[datetime]
