"""Posts: the list, the composer, one post, and what may still be done with it."""

from collections.abc import Callable

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from pydantic import ConfigDict
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from socialq.domain.roles import Act, may
from socialq.errors import BadInput, NotAllowed, NotFound, Repeats
from socialq.models import Post
from socialq.planning import changing, reviews, scheduling
from socialq.planning.listing import Drawer
from socialq.services.i18n import mark
from socialq.web import composer, composing, forms, interrupted, post_list, post_page, reach
from socialq.web.forms import Form, Given, Id
from socialq.web.house import house
from socialq.web.toasts import toast

bp = Blueprint("posts", __name__, url_prefix="/posts")

LONGEST_SEARCH = 200
PICTURES = 84  # MB: four pictures and the words
OFF = mark("Off the schedule. It is still approved.")
STOPPED = mark("Stopped: nothing more of it goes out.")
FLYING = mark("Stopped what was waiting. What is going out right now is stopped if it comes back.")
ASKED = mark("Waiting for approval")
DRAFT = mark("It is a draft again.")
YES = mark("Approved. It has no time yet: choose one.")


class Moment(Form):
    """A wall time at the client's. `repeat`: although the same text is there, or planned, within a day."""

    on: str = ""
    at: str = ""
    repeat: bool = False


class Typed(Form):
    """What stands in the composer now."""

    model_config = ConfigDict(str_strip_whitespace=False)

    client: Id
    text: str


class Word(Form):
    """Yes to the revision that was on the page."""

    revision: Id


@bp.get("")
def index() -> str:
    """`?client=…&state=…&page=…&q=…`; a state or page that is none is the first."""
    drawer = request.args.get("state", "")
    shown, g.client_id = Drawer(drawer) if drawer in set(Drawer) else None, request.args.get("client", 0, int)
    text = " ".join(request.args.get("q", "").replace("\0", "").split())[:LONGEST_SEARCH]
    with reach.parts().db.read() as session:
        listed = post_list.of(session, g.client_id, shown, request.args.get("page", 1, int), text)
    return render_template("posts/index.html", **listed)


@bp.get("/new")
@reach.only(Act.PLAN)
def new() -> str | Response:
    """`?client=…&at=…`: without a client the first of hers; without a time the next free slot."""
    with reach.parts().db.read() as session:
        wanted = request.args.get("client", 0, int)
        client = reach.client(session, wanted) if wanted else next(iter(house(session).clients), None)
    if client is None:
        return redirect(url_for("posts.index"), 303)
    values = composing.wished(request.args.get("at", ""), client.timezone)
    kept = interrupted.typed()
    token = {"client": str(client.id), "form_token": composing.new_token()}
    return composing.page(forms.blank(**(token | values | kept)), None, fresh=not kept)


@bp.post("")
@reach.only(Act.PLAN)
@reach.takes(PICTURES)
@reach.comes_back("posts.new")
def create() -> Response | tuple[str, int]:
    """The composer was sent."""
    return composing.answer(None)


@bp.post("/lengths")
@reach.only(Act.PLAN)
def lengths() -> dict[str, dict[str, str]]:
    """For the composer's counters, while she types. Changes nothing."""
    given = forms.given(Typed)
    if given.form is None:
        abort(400)
    with reach.parts().db.read() as session:
        return composer.measured(session, given.form.client, given.form.text)


@bp.get("/<int:post_id>")
def show(post_id: int) -> str:
    """One post: what it says, where it goes, what has become of it."""
    return _page(post_id, forms.blank())


@bp.get("/<int:post_id>/edit")
@reach.only(Act.PLAN)
def edit(post_id: int) -> str:
    """The composer with what the post says now."""
    with reach.parts().db.read() as session:
        post = reach.post(session, post_id)
        values = post_page.typed(session, post)
    return composing.page(forms.blank(**(values | interrupted.typed())), post)


@bp.post("/<int:post_id>")
@reach.only(Act.PLAN)
@reach.takes(PICTURES)
@reach.comes_back("posts.edit")
def update(post_id: int) -> Response | tuple[str, int]:
    """The composer was sent for a post that stands already."""
    return composing.answer(post_id)


@bp.post("/<int:post_id>/schedule")
@reach.only(Act.PLAN)
def schedule(post_id: int) -> Response | tuple[str, int]:
    """For that time; one that is scheduled moves. Asks when the same text is there."""
    given = forms.given(Moment)

    def act(session: Session, post: Post) -> str:
        at = post_page.instant(session, post, given)
        done = changing.move if post.state == "scheduled" else scheduling.schedule
        done(session, composing.desk(), post.id, at, repeat=given.form.repeat if given.form else False)
        return post_page.scheduled(session, post, at)

    try:
        return _done(post_id, act)
    except Repeats as question:
        return _page(post_id, given, forms.say(question)), 422


@bp.post("/<int:post_id>/schedule/end")
@reach.only(Act.PLAN)
def unschedule(post_id: int) -> Response:
    """Off the schedule; all of it or nothing."""
    return _done(post_id, lambda s, p: _word(changing.unschedule(s, composing.desk(), p.id), OFF))


@bp.post("/<int:post_id>/stop")
@reach.only(Act.PLAN)
def stop(post_id: int) -> Response:
    """What only waits is cancelled; what is going out is stopped if it comes back."""
    return _done(
        post_id, lambda s, p: reach.words().text(FLYING if changing.stop(s, composing.desk(), p.id) else STOPPED)
    )


@bp.post("/<int:post_id>/review")
@reach.only(Act.PLAN)
def submit(post_id: int) -> Response | tuple[str, int]:
    """To the client. Asks when the same text is there at the time that is wished for."""
    given = forms.given(Moment)
    repeat = given.form.repeat if given.form else False
    try:
        return _done(post_id, lambda s, p: _word(reviews.submit(s, composing.desk(), p.id, repeat=repeat), ASKED))
    except Repeats as question:
        return _page(post_id, forms.blank(), forms.say(question)), 422


@bp.post("/<int:post_id>/review/end")
@reach.only(Act.PLAN)
def withdraw(post_id: int) -> Response:
    """Back from the client, or the approval away."""

    def act(session: Session, post: Post) -> str:
        done = reviews.withdraw(session, composing.desk(), post.id)
        return f"{_word(done, DRAFT)} {composing.flying(session, done)}".strip()

    return _done(post_id, act)


@bp.post("/<int:post_id>/approval")
@reach.only(Act.PLAN)
def approve(post_id: int) -> Response:
    """On behalf of the client, who said so elsewhere."""
    given = forms.given(Word)
    revision = given.form.revision if given.form else 0

    def act(session: Session, post: Post) -> str:
        done = reviews.approve(session, composing.desk(), post.id, revision)
        return post_page.scheduled(session, done, done.scheduled_at) if done.state == "scheduled" else _word(done, YES)

    return _done(post_id, act)


def in_frame() -> str:
    """Where "New post" leads: to the composer, for the client whose page this is. Nowhere while there is no client."""
    me = reach.visitor()
    if me is None or not may(me.role, Act.PLAN):
        return ""
    with reach.parts().db.read() as session:
        known = house(session).who
    return url_for("posts.new", client=g.get("client_id") or None) if known else ""


def _done(post_id: int, act: Callable[[Session, Post], str]) -> Response:
    """One step and back to the post; a no is said there, and nothing was changed."""
    try:
        with reach.parts().db.begin() as session:
            told = act(session, reach.post(session, post_id))
        toast(told)
    except (NotFound, Repeats):
        raise
    except (BadInput, NotAllowed) as error:
        toast(forms.say(error), bad=True)
    return redirect(url_for("posts.show", post_id=post_id), 303)


def _page(post_id: int, given: Given[Moment], twice: str = "") -> str:
    """`twice`: the question about the same text; then the time that was typed stays."""
    with reach.parts().db.read() as session:
        values = post_page.of(session, reach.post(session, post_id))
    typed = {name: str(given.value(name)) for name in ("on", "at") if given.value(name)}
    return render_template("posts/show.html", **(values | typed), twice=twice)


def _word(_post: Post, msgid: str) -> str:
    return reach.words().text(msgid)
