"""Pictures and videos: taken in (opened, written again by us) and shown to members who see their client. Others find nothing."""

import re
from collections.abc import Sequence
from contextlib import ExitStack

from flask import Blueprint, Response, abort, request, url_for
from pydantic import Field, ValidationError
from werkzeug.datastructures import FileStorage

from socialq.domain.roles import Act
from socialq.errors import BadInput, NotFound, Unavailable
from socialq.models import Media
from socialq.services.media import drop_spare, keeping, picture_of, record
from socialq.services.pictures import part, smaller
from socialq.web import files, forms, reach, uploads
from socialq.web.forms import Form, Id

CROP = re.compile(r"(\d{1,6})-(\d{1,6})-(\d{1,6})-(\d{1,6})", re.ASCII)
bp = Blueprint("media", __name__, url_prefix="/media")

CODES = {uploads.TooLarge: 413, NotFound: 404, Unavailable: 503}


class Upload(Form):
    """Whose picture or video it will be, and its name; the file itself is the body of the request."""

    client: Id
    name: str = Field(max_length=1000)


@bp.post("")
@reach.only(Act.PLAN)
def create() -> tuple[dict[str, object], int]:
    """For the composer's script: id and addresses, or what is wrong with the file."""
    try:
        given = Upload.model_validate(request.args.to_dict())
        (media_id,) = take_in(given.client, [uploads.body(given.name)])
    except ValidationError:
        abort(400)
    except (BadInput, Unavailable) as error:
        return {"error": forms.say(error)}, CODES.get(type(error), 422)
    small = url_for("media.show", media_id=media_id, size="small")
    return {"id": media_id, "url": url_for("media.show", media_id=media_id), "small": small}, 201


@bp.get("/<int:media_id>")
def show(media_id: int) -> Response:
    """The file as we wrote it, never what was sent; `?size=small` for lists and cards, `&crop=` for a part of it."""
    with reach.parts().db.read() as session:
        row = reach.media(session, media_id)
    if request.args.get("size") != "small":
        return files.answer(row.name)
    picture = picture_of(row.name, row.media_type)
    small, shares = reach.parts().storage.small(picture, smaller), _shares(row)
    return files.small(part(small, shares) if shares else small, f"{row.sha256}-small-{shares}")


def _shares(row: Media) -> tuple[float, float, float, float] | None:
    """`?crop=left-top-right-bottom` in pixels of the picture, as shares of it; 404 for what is not inside."""
    written = request.args.get("crop")
    if written is None:
        return None
    found = CROP.fullmatch(written) or abort(404)
    left, top, right, bottom = map(int, found.groups())
    if not (left < right <= row.width and top < bottom <= row.height):
        abort(404)
    return left / row.width, top / row.height, right / row.width, bottom / row.height


def take_in(client_id: int, sent: Sequence[FileStorage]) -> list[int]:
    """Ids of the new ones, in order; all or none. 404 for another's client, before anything is read. Raises BadInput, Unavailable."""
    parts = reach.parts()
    with parts.db.read() as session:
        reach.client(session, client_id)
    with ExitStack() as stack:
        kept = [(stack.enter_context(uploads.kept(file)), file.filename or "") for file in sent]
        intake = stack.enter_context(keeping(parts.storage, parts.settings.video_mb))
        accepted = [intake.accept(path, name) for path, name in kept]
        with parts.db.begin() as session:
            rows = [record(session, client_id, one, parts.settings.client_media_mb * 1_000_000) for one in accepted]
    drop_spare(parts.storage, accepted, rows)
    return [row.id for row in rows]
