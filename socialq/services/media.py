"""Taking in pictures and videos: a file is accepted (opened, written again, stored) before the transaction that records it.

Never inside one: nothing reads a file while others wait for the database. What nobody uses after a day is swept."""

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import delete, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from socialq import db
from socialq.db import Database
from socialq.errors import BadInput
from socialq.models import Media, RevisionMedia
from socialq.networks.base import Attachment
from socialq.services import videos
from socialq.services.i18n import mark
from socialq.services.pictures import remade
from socialq.services.storage import Storage, names

MAX_BYTES = 20_000_000  # of a picture
POSTER = "poster"  # the label of a video's picture in storage
UNUSED = timedelta(days=1)
AT_ONCE = 500
FULL = mark(
    "The pictures and videos of this client take %(used)s MB, and %(most)s MB is the most. Use smaller ones or fewer, or "
    "have whoever runs socialq raise SOCIALQ_CLIENT_MEDIA_MB. What no post uses goes by itself after a day."
)
HEAVY = mark("%(file)s is too large: a picture may have %(most)s MB at most.")
NO_FILE = mark("%(file)s is not a file.")
UNREADABLE = mark("%(file)s cannot be read (%(why)s).")
_SHOWN = 60


@dataclass(frozen=True)
class Accepted:
    """A picture or video of ours in storage that no row speaks of yet."""

    name: str
    media_type: str
    width: int
    height: int
    size: int
    sha256: str
    seconds: float = 0.0
    codecs: str = ""


class Intake:
    """Accepts files and remembers which, so that they go again when their rows are not made. Use `keeping`."""

    def __init__(self, storage: Storage, video_mb: int) -> None:
        self._storage = storage
        self._video_mb = video_mb
        self.accepted: list[Accepted] = []

    def accept(self, source: Path | bytes, sent_as: str | None = None) -> Accepted:
        """A file, or bytes with the name that came along. A video of any size is never held in memory when it is a file.

        Raises BadInput (nothing of use, too large, not what its name says) or Unavailable (disk full)."""
        name = sent_as if sent_as is not None else str(source if isinstance(source, Path) else "")
        extension = os.path.splitext(name)[1].lstrip(".").lower()
        made = self._video if extension in videos.EXTENSIONS else self._picture
        found = made(source, extension, shown(name))
        self.accepted.append(found)
        return found

    def _picture(self, source: Path | bytes, extension: str, name: str) -> Accepted:
        data = source if isinstance(source, bytes) else _read(source, name)
        if len(data) > MAX_BYTES:
            raise BadInput(HEAVY, file=name, most=MAX_BYTES // 1_000_000)
        picture = remade(data, extension, name)
        stored = self._storage.put(picture.data, picture.suffix)
        checksum = hashlib.sha256(picture.data).hexdigest()
        return Accepted(stored, picture.media_type, picture.width, picture.height, len(picture.data), checksum)

    def _video(self, source: Path | bytes, extension: str, name: str) -> Accepted:
        with ExitStack() as stack:
            path, target, poster = (stack.enter_context(self._storage.arriving()) for _ in range(3))
            if isinstance(source, bytes):
                path.write_bytes(source)
            else:
                path = source
            if _size(path, name) > self._video_mb * 1_000_000:
                raise BadInput(videos.TOO_LARGE, file=name, most=self._video_mb)
            video = videos.remade(path, target, poster, name)
            with target.open("rb") as file:
                size, checksum = os.fstat(file.fileno()).st_size, hashlib.file_digest(file, "sha256").hexdigest()
            stored = self._storage.put_file(target, video.suffix)
            try:
                self._storage.keep(stored, POSTER, "jpg", poster)
            except BaseException:
                self._storage.remove(stored)
                raise
        return Accepted(
            stored, video.media_type, video.width, video.height, size, checksum, video.seconds, video.codecs
        )


@contextmanager
def keeping(storage: Storage, video_mb: int = 512) -> Iterator[Intake]:
    """Files accepted inside stay only when the block ends well, so the transaction with `record` belongs inside it.

    A commit whose answer was lost may have happened: then the files stay, for a file without a row harms nobody."""
    intake = Intake(storage, video_mb)
    try:
        yield intake
    except BaseException as error:
        if not (isinstance(error, DBAPIError) and error.connection_invalidated):
            for one in intake.accepted:
                storage.remove(one.name)
        raise


def record(session: Session, client_id: int, accepted: Accepted, most: int | None = None) -> Media:
    """The row of what was accepted; of what the client has already, the row that is there (see `drop_spare`).

    Raises BadInput when the client's pictures would take more than `most` bytes."""
    now = db.now(session)
    same = (
        select(Media).where(Media.client_id == client_id, Media.sha256 == accepted.sha256).order_by(Media.id).limit(1)
    )
    row = session.scalars(same.with_for_update()).first()
    if row is None:
        _within(session, client_id, accepted.size, most)
        row = Media(client_id=client_id, **vars(accepted))
        session.add(row)
    row.created_at = now  # from here on it has its day again
    session.flush()
    return row


def drop_spare(storage: Storage, accepted: Sequence[Accepted], rows: Sequence[Media]) -> None:
    """After the commit: files of pictures that were there already."""
    for one, row in zip(accepted, rows, strict=True):
        if one.name != row.name:
            storage.remove(one.name)


def sweep(database: Database, storage: Storage) -> int:
    """Pictures that no post has had for a day, and files of which no row speaks; how many went. Makes short transactions."""
    with database.begin() as session:
        before = db.now(session) - UNUSED
        used = select(RevisionMedia.media_id).where(RevisionMedia.media_id == Media.id).exists()
        old = select(Media.id).where(Media.created_at < before, ~used).order_by(Media.id).limit(AT_ONCE)
        ids = list(session.scalars(old.with_for_update(skip_locked=True)))
        gone = list(session.scalars(delete(Media).where(Media.id.in_(ids), ~used).returning(Media.name)))
    for name in gone:
        storage.remove(name)
    strays = storage.older_than(before)
    for at in range(0, len(strays), AT_ONCE):
        some = strays[at : at + AT_ONCE]
        with database.read() as session:
            known = set(session.scalars(select(Media.name).where(Media.name.in_(some))))
        for name in set(some) - known:
            storage.remove(name)
            gone.append(name)
    return len(gone)


def picture_of(name: str, media_type: str) -> str:
    """The name in storage of the picture that stands for it: itself, or a video's poster."""
    return names.variant(name, POSTER, "jpg") if media_type.startswith("video/") else name


def attachment(folder: Path, row: Media, alt: str) -> Attachment:
    """As networks are shown it."""
    return Attachment(
        folder / row.name, row.media_type, alt, row.sha256, row.width, row.height, row.size, row.seconds, row.codecs
    )


def _within(session: Session, client_id: int, size: int, most: int | None) -> None:
    used = session.scalar(select(func.sum(Media.size)).where(Media.client_id == client_id)) or 0
    if most is not None and used + size > most:
        raise BadInput(FULL, used=round(used / 1e6), most=round(most / 1e6))


def shown(name: str) -> str:
    """A sender's file name as a message may show it: the last part, printable characters, 60 of them at most."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(char if char.isprintable() else "?" for char in last)
    return (clean[: _SHOWN - 1] + "…" if len(clean) > _SHOWN else clean) or "The file"


def _read(path: Path, name: str) -> bytes:
    """At most MAX_BYTES and one, of an ordinary file: a pipe or a device could deliver for ever."""
    with _ordinary(path, name) as handle, os.fdopen(handle, "rb", closefd=False) as file:
        if os.fstat(handle).st_size > MAX_BYTES:
            raise BadInput(HEAVY, file=name, most=MAX_BYTES // 1_000_000)
        return file.read(MAX_BYTES + 1)


def _size(path: Path, name: str) -> int:
    with _ordinary(path, name) as handle:
        return os.fstat(handle).st_size


@contextmanager
def _ordinary(path: Path, name: str) -> Iterator[int]:
    """A handle for reading. Raises BadInput for what is no ordinary file, or cannot be read."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "the name holds a NUL"
        raise BadInput(UNREADABLE, file=name, why=why) from None
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise BadInput(NO_FILE, file=name)
        yield handle
    except OSError as error:
        raise BadInput(UNREADABLE, file=name, why=error.strerror) from None
    finally:
        os.close(handle)
