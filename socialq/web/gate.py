"""The gate before every view: who is asking, first run, sign-in, roles. A view that says nothing is for members only."""

from typing import Any

import structlog
from flask import Flask, abort, current_app, g, redirect, request, url_for
from sqlalchemy.exc import DBAPIError
from werkzeug.wrappers import Response

from socialq.domain.roles import may
from socialq.errors import Unavailable
from socialq.members import sessions, setup_code
from socialq.members.people import anybody
from socialq.web import cookies, interrupted, reach

FORM_BYTES = 1 << 20
KNOWN = "socialq-has-members"

log = structlog.get_logger()


def keep(app: Flask) -> None:
    """Before everything else of the application, but after the check of the host."""
    app.before_request(_enter)
    app.after_request(cookies.renew)


def _enter() -> Response | None:
    view = current_app.view_functions.get(request.endpoint or "")
    g.me = g.token = None
    request.max_content_length = getattr(view, "max_bytes", FORM_BYTES)
    if getattr(view, "without_member", False):
        return None
    _identify()
    if g.me is None and not current_app.extensions.get(KNOWN) and request.endpoint != "first_run.show":
        return None if request.endpoint == "first_run.create" else redirect(url_for("first_run.show"), 303)
    if view is None or getattr(view, "open_to_all", False):
        return None
    return _members_only(view)


def _identify() -> None:
    token = cookies.token()
    with reach.parts().db.read() as session:
        if token:
            g.me = sessions.who(session, token)
        if g.me is None and not current_app.extensions.get(KNOWN):
            known = current_app.extensions[KNOWN] = anybody(session)
            if known:
                setup_code.end(reach.parts().settings.data_dir)
    if g.me is not None:
        g.token = token
        if g.me.stale:
            _seen(g.me.session_id)


def _seen(session_id: int) -> None:
    """A full disk must not keep her from the page that says so: then she is as if not seen."""
    try:
        with reach.parts().db.begin() as session:
            sessions.seen(session, session_id)
    except (DBAPIError, Unavailable) as error:
        log.warning("last seen was not written", reason=type(error).__name__)
        return
    g.renew = True


def _members_only(view: Any) -> Response | None:
    if g.me is None:
        back = getattr(view, "comes_back", "") if request.method == "POST" else ""
        return (interrupted.door(back, FORM_BYTES) if back else None) or _to_sign_in()
    act = getattr(view, "act", None)
    if act is not None and not may(g.me.role, act):
        abort(404)
    return None


def _to_sign_in() -> Response:
    """Nothing has run yet, so this needs no CSRF token. A part of a page (htmx) takes the whole page along."""
    after = request.full_path.rstrip("?") if request.method == "GET" and "HX-Request" not in request.headers else None
    address = url_for("session.new", next=None if after == "/" else after)
    answer = redirect(address, 303)
    if "HX-Request" in request.headers:
        answer = Response(status=401, headers={"HX-Redirect": address})
    return answer
