"""Pausing what goes out, of all the member's clients at once, and going on. Says at once what that means for what waits."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from socialq.domain.roles import Act
from socialq.planning.pausing import Resumed, pause, resume
from socialq.services.i18n import Words
from socialq.web import reach
from socialq.web.toasts import toast

bp = Blueprint("pauses", __name__)


@bp.post("/pause")
@reach.only(Act.PLAN)
def create() -> Response:
    """Everything of everybody whom she sees."""
    with reach.parts().db.begin() as session:
        pause(session, [client.id for client in reach.clients(session)], reach.member().actor)
    words = reach.words()
    text = words.text("Paused: nothing goes out. What is on its way this moment still arrives.")
    toast(text, undo=url_for("pauses.end"))
    return redirect(url_for("today.show"), 303)


@bp.post("/pause/end")
@reach.only(Act.PLAN)
def end() -> Response:
    """All of them go on."""
    with reach.parts().db.begin() as session:
        found = resume(session, [client.id for client in reach.clients(session)], reach.member().actor)
    toast(resumed(found, reach.words()))
    return redirect(url_for("today.show"), 303)


def resumed(found: Resumed, words: Words) -> str:
    """What goes now, and what is to be scheduled again."""
    said = [words.text("Publishing goes on.")]
    if found.going:
        said.append(words.plural("%(n)s post goes out now.", "%(n)s posts go out now.", found.going))
    if found.missed:
        missed = words.plural("%(n)s post missed its slot", "%(n)s posts missed their slot", found.missed)
        said.append(words.text("%(missed)s: schedule again on Today.", missed=missed))
    return " ".join(said)
