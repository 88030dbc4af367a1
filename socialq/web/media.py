"""Pictures: taken in (decoded, written again by us) and shown to members who see their client. Others find nothing."""

from collections.abc import Sequence

from flask import Blueprint, Response, abort, request, url_for
from werkzeug.datastructures import FileStorage

from socialq.domain.roles import Act
from socialq.errors import BadInput
from socialq.services.media import MAX_BYTES, drop_spare, keeping, picture_of, record
from socialq.services.pictures import smaller
from socialq.web import forms, reach
from socialq.web.forms import Form, Id

bp = Blueprint("media", __name__, url_prefix="/media")

SANDBOX = "default-src 'none'; sandbox"
A_PICTURE = MAX_BYTES // 1_000_000 + 1  # MB, with what surrounds it in a form


class Upload(Form):
    """Whose picture it will be; the file comes as `file`."""

    client: Id


@bp.post("")
@reach.only(Act.PLAN)
@reach.takes(A_PICTURE)
def create() -> tuple[dict[str, object], int]:
    """For the composer's script: id and address, or what is wrong with the file."""
    given = forms.given(Upload)
    file = request.files.get("file")
    if given.form is None or file is None:
        abort(400)
    try:
        (media_id,) = take_in(given.form.client, [file])
    except BadInput as error:
        return {"error": forms.say(error)}, 422
    small = url_for("media.show", media_id=media_id, size="small")
    return {"id": media_id, "url": url_for("media.show", media_id=media_id), "small": small}, 201


@bp.get("/<int:media_id>")
def show(media_id: int) -> Response:
    """The picture as we wrote it, never what was sent; `?size=small` for lists and cards."""
    with reach.parts().db.read() as session:
        row = reach.media(session, media_id)
    storage = reach.parts().storage
    if request.args.get("size") == "small":
        return _answer(
            storage.small(picture_of(row.name, row.media_type), smaller), "image/webp", f"{row.sha256}-small"
        )
    with storage.open(row.name) as file:
        return _answer(file.read(), row.media_type, row.sha256)


def _answer(data: bytes, mimetype: str, tag: str) -> Response:
    """What a client's picture is stays with those who may see it."""
    answer = Response(data, mimetype=mimetype)
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["Cache-Control"] = "private, max-age=3600"
    answer.set_etag(tag)
    answer.make_conditional(request)
    return answer


def take_in(client_id: int, files: Sequence[FileStorage]) -> list[int]:
    """Ids of the new pictures, in order; all or none. 404 for another's client; raises BadInput, Unavailable."""
    parts = reach.parts()
    with parts.db.read() as session:
        reach.client(session, client_id)
    with keeping(parts.storage) as intake:
        accepted = [intake.accept(file.stream.read(MAX_BYTES + 1), file.filename or "") for file in files]
        with parts.db.begin() as session:
            rows = [record(session, client_id, one, parts.settings.client_media_mb * 1_000_000) for one in accepted]
    drop_spare(parts.storage, accepted, rows)
    return [row.id for row in rows]
