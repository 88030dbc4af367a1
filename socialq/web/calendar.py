"""The month: what is planned when, and which slots stand empty. To look at; nothing is moved here."""

from flask import Blueprint, abort, g, render_template, request

from socialq.web import month, reach
from socialq.web.house import house

bp = Blueprint("calendar", __name__)


@bp.get("/calendar")
def show() -> str:
    """`?month=2026-12&client=…`; without a month this one, without a client all of hers."""
    with reach.parts().db.read() as session:
        wanted = request.args.get("client", 0, int)
        client = next((one for one in house(session).clients if one.id == wanted), None)
        if wanted and client is None:
            abort(404)
        g.client_id = wanted
        values = month.of(session, client, request.args.get("month", ""), whole="whole" in request.args)
    return render_template("calendar/show.html", **values)
