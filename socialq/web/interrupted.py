"""A form that was sent after its session had ended: what was typed goes through signing in and stands in the form again. Saves nothing."""

import json
from typing import Any

from flask import Response, g, make_response, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from socialq.db import Database
from socialq.members import errands, sessions
from socialq.members.tokens import new_token
from socialq.services.i18n import mark
from socialq.web import forms, reach
from socialq.web.csrf import FIELD, from_elsewhere

LONGEST = 300_000  # characters, as JSON
BACK = mark("You were signed out in between. What you typed is here again; nothing of it was saved.")
MANY = ("channels", "media", "alt")
LEFT_OUT = frozenset({FIELD, "do", "remove", "was", "asked"})


def door(endpoint: str, most: int) -> Response | None:
    """Signing in, with the form in its pocket; None when there is none, too much of it, or another site's."""
    if from_elsewhere():
        return None
    request.max_content_length = most
    try:
        kept = {name: request.form.getlist(name) for name in request.form if name not in LEFT_OUT}
    except HTTPException:
        return None
    written = json.dumps(kept)
    if not kept or len(written) > LONGEST:
        return None
    client = request.form.get("client", type=int) if endpoint == "posts.new" else None
    back = url_for(endpoint, client=client, **(request.view_args or {}))
    page = render_template("session/new.html", given=forms.blank(next=back, kept=written), interrupted=True)
    return make_response(page, 401)


def hand_over(db: Database, token: str, target: str, kept: str) -> str:
    """Signed in: where she goes, with what was kept waiting there for a quarter of an hour."""
    try:
        typed = json.loads(kept) if kept else None
    except ValueError:
        typed = None
    if not isinstance(typed, dict):
        return target
    state = new_token()
    with db.begin() as session:
        me = sessions.who(session, token)
        if me is not None:
            errands.leave(session, me.session_id, state, {"typed": typed})
    return f"{target}{'&' if '?' in target else '?'}kept={state}"


def typed() -> dict[str, Any]:
    """The fields of the form, and a word about it; empty when nothing waits."""
    state = request.args.get("kept", "")
    if not state:
        return {}
    with reach.parts().db.read() as session:
        found = errands.peek(session, reach.member().session_id, state) or {}
    lists = {
        name: [str(one) for one in value] for name, value in found.get("typed", {}).items() if isinstance(value, list)
    }
    if lists:
        g.notice = reach.words().text(BACK)  # on the page itself: a toast would lie over its button
    return {name: value if name in MANY else (value or [""])[0] for name, value in lists.items()}
