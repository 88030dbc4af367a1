"""Today: what goes out, what needs me, who waits for whom, where is a hole? Over all clients of the member; shows, changes nothing."""

from flask import Blueprint, render_template

from socialq.web import reach
from socialq.web.answered import answered
from socialq.web.day import today

bp = Blueprint("today", __name__)


@bp.get("/")
def show() -> str:
    """The first page of everybody."""
    with reach.parts().db.read() as session:
        words = reach.words()
        return render_template("today/show.html", today=today(session, words), answered=answered(session, words))


@bp.get("/today/now")
def now() -> str:
    """The same without the frame: the page asks for it again and again while somebody looks at it."""
    with reach.parts().db.read() as session:
        words = reach.words()
        return render_template("today/now.html", today=today(session, words), answered=answered(session, words))
