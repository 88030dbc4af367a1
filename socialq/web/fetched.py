"""Files for networks that fetch them: under a signed address, for a while, without a session. Everything else is not there."""

from flask import Blueprint, Response, abort

from socialq.services.storage.signed import WHERE
from socialq.web import files, reach

bp = Blueprint("fetched", __name__, url_prefix=WHERE)


@bp.get("/<until>/<signature>/<name>")
@reach.without_member
def show(until: str, signature: str, name: str) -> Response:
    """HEAD and ranges too; nobody lists them."""
    signed = reach.parts().signed
    if not signed.genuine(until, signature, name) or signed.over(until, reach.parts().db.now()):
        abort(404)
    found = files.answer(name)
    found.headers["X-Robots-Tag"] = "noindex"
    return found
