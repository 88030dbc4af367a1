"""The first page. Until Today is there, a member finds her own page here."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

bp = Blueprint("home", __name__)


@bp.get("/")
def show() -> Response:
    """Where everybody lands after signing in."""
    return redirect(url_for("person.show"), 303)
