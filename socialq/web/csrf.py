"""Against forged forms: every unsafe request carries a token bound to the session (signed out: to the browser's own cookie)."""

import hashlib
import hmac
import secrets
from urllib.parse import urlsplit

from flask import Flask, g, request, session
from markupsafe import Markup
from werkzeug.exceptions import BadRequest

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
FIELD = "csrf_token"
HEADER = "X-CSRF-Token"


class Forged(BadRequest):
    """No token, or another's. Nothing was changed."""


def keep(app: Flask) -> None:
    """After the gate, for it says whose session it is."""
    app.before_request(_check)


def csrf_token() -> str:
    """For a header of a script's request; the same through a whole session."""
    return hmac.new(_seed().encode(), b"socialq csrf", hashlib.sha256).hexdigest()


def csrf_field() -> Markup:
    """The hidden field of every form that posts."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, csrf_token())  # fmt: skip


def _check() -> None:
    if request.method in SAFE or request.endpoint is None:
        return
    if from_elsewhere():
        raise Forged
    given = request.headers.get(HEADER) or request.form.get(FIELD, "")
    if not hmac.compare_digest(given.encode(), csrf_token().encode()):
        raise Forged


def from_elsewhere() -> bool:
    """Whether another site sent it. Browsers say it themselves; those that do not are held by the token alone."""
    if request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        return True
    origin = request.headers.get("Origin", "null")
    return origin != "null" and urlsplit(origin).netloc != request.host


def _seed() -> str:
    """The session's own token; before sign-in a random one in Flask's signed cookie."""
    if g.get("token"):
        return str(g.token)
    if "visit" not in session:
        session["visit"] = secrets.token_urlsafe(32)
    return str(session["visit"])
