"""The composer's form, read and done: looked at again, or saved as far as its button says. Draws nothing itself."""

import secrets
from datetime import UTC, date, datetime, time
from typing import Any, Literal
from zoneinfo import ZoneInfo

from flask import g, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from socialq.domain.states import IN_FLIGHT
from socialq.errors import BadInput, NotAllowed, NotFound, OutOfDate, Repeats
from socialq.models import Client, Media, Post
from socialq.planning.content import Draft, Picture
from socialq.planning.creating import At, Later, Now, When, create
from socialq.planning.drafts import draft
from socialq.planning.found import Desk
from socialq.planning.promises import live
from socialq.planning.reviews import submit
from socialq.planning.reworking import rework
from socialq.services.i18n import mark
from socialq.web import composer, forms, media, reach, uploads
from socialq.web.forms import Form, Given, Id
from socialq.web.toasts import toast

STOPPED = mark("It was not saved yet: look at “To check”.")
STILL = mark("What is going out right now is stopped if it comes back; look at the post in a minute.")
LEFT_BEHIND = mark("The pictures belong to the other client and were left out.")
NEWER = mark(
    "The post has been changed since, in another tab or by somebody else. What you typed is below and was not saved. "
    "Save it once more to put it in place of the newer version."
)
GONE = mark("A picture was not used for a day and is not there any more: add it again.")
SAVES = ("draft", "schedule", "publish")


class Compose(Form):
    """`do`: look again, back from the question, next free slot, one more part, ask about now, or save. `was`: the client before;
    `asked`: channels named by the question.
    `repeat`: although the same text is there, or planned, within a day."""

    client: Id
    was: Id | None = None
    channels: list[Id] = []
    text: str = ""
    part: list[str] = []
    media: list[Id] = []
    alt: list[str] = []
    remove: Id | None = None
    on: date | None = None
    at: time | None = None
    do: Literal["look", "back", "slot", "part", "now", "draft", "schedule", "publish"] = "look"
    asked: list[Id] = []
    repeat: bool = False
    form_token: str = ""
    revision: Id | None = None


def desk() -> Desk:
    """Where the signed-in member plans."""
    parts = reach.parts()
    return Desk(parts.networks, parts.settings.times, parts.media, reach.member().actor)


def wished(written: str, zone: str) -> dict[str, str]:
    """`?at=` of a link: an instant, or a wall time at the client's; anything else is as if it were not there."""
    try:
        at = datetime.fromisoformat(written)
        at = at.astimezone(ZoneInfo(zone)) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return {}
    return {"on": f"{at:%Y-%m-%d}", "at": f"{at:%H:%M}"}


def answer(post_id: int | None) -> Response | tuple[str, int]:
    """Of a form that was sent: saved and on to the post, or the form again with all that was typed."""
    given = forms.given(Compose)
    given.values = dict(given.values)
    _files(given)
    _swept(given)
    wanted = given.form
    if wanted is None or given.errors or wanted.do not in SAVES or _asks(wanted):
        return page(given, post_id), 422 if given.errors else 200
    try:
        with reach.parts().db.begin() as session:
            post = _save(session, wanted, post_id)
            told, undo = _told(session, post)
    except NotFound:
        raise
    except (BadInput, NotAllowed) as error:
        given.errors[""] = forms.say(error)
        if isinstance(error, OutOfDate) and post_id:
            _newer(given, post_id)
        return page(given, post_id, twice=isinstance(error, Repeats)), 422
    toast(told, undo=undo)
    return redirect(url_for("posts.show", post_id=post.id), 303)


def page(given: Given[Any], post: Post | int | None, *, fresh: bool = False, twice: bool = False) -> str:
    """The composer with what `given` holds; `post` or its id when it stands already; `twice`: asks about the same text."""
    with reach.parts().db.read() as session:
        post = reach.post(session, post) if isinstance(post, int) else post
        client_id = post.client_id if post else next(iter(composer.numbers([given.value("client")])), 0)
        notice = _carry(session, given, client_id) or g.get("notice", "")
        _next_slot(session, given, client_id)
        sheet = composer.sheet(session, client_id, given.values, fresh=fresh)
    if sheet.blocked and "" in given.errors:
        given.errors[""] = reach.words().text(STOPPED)
    form = given.form
    confirm = form is not None and (_asks(form) or (twice and form.do == "publish")) and not sheet.blocked
    values = {"sheet": sheet, "post": post, "confirm": confirm, "notice": notice, "twice": twice}
    return render_template("posts/edit.html", given=given, limits=uploads.limits(), **values)


def _asks(wanted: Compose) -> bool:
    """What goes out at once is asked about, and the answer counts for the channels that the question named."""
    return wanted.do == "now" or (wanted.do == "publish" and set(wanted.asked) != set(wanted.channels))


def _files(given: Given[Compose]) -> None:
    """Without the script pictures come with the form itself."""
    files = [one for one in request.files.getlist("files") if one.filename]
    if given.form is None or not files:
        return
    try:
        new = media.take_in(given.form.client, files)
    except NotFound:
        raise
    except BadInput as error:
        given.errors["files"] = forms.say(error)
        return
    _put(given, [*composer.pictures(given.values), *((one, "") for one in new)])


def _swept(given: Given[Compose]) -> None:
    """A picture that lay unused for a day is gone: the rest of what was typed stays."""
    shots = composer.pictures(given.values)
    if given.form is None or not shots:
        return
    with reach.parts().db.read() as session:
        there = set(session.scalars(select(Media.id).where(Media.id.in_([one for one, _ in shots]))))
    kept = [one for one in shots if one[0] in there]
    if len(kept) < len(shots):
        _put(given, kept)
        given.errors["files"] = reach.words().text(GONE)


def _newer(given: Given[Compose], post_id: int) -> None:
    """Two tabs: what was typed stays, and saving it once more is on purpose."""
    with reach.parts().db.read() as session:
        given.values = dict(given.values) | {"revision": str(reach.post(session, post_id).revision_id)}
    given.errors[""] = reach.words().text(NEWER)


def _carry(session: Session, given: Given[Any], client_id: int) -> str:
    """Takes out the picture that is to go; pictures of the client chosen before stay behind, and that is said."""
    form = given.form
    if not isinstance(form, Compose):
        return ""
    shots = composer.pictures(given.values)
    if form.remove:
        _put(given, [one for one in shots if one[0] != form.remove])
    if form.was and form.was != client_id:
        reach.client(session, form.was)
        given.values = dict(given.values) | {"channels": [str(one) for one in composer.connected(session, client_id)]}
        if shots:
            _put(given, [])
            return reach.words().text(LEFT_BEHIND)
    return ""


def _next_slot(session: Session, given: Given[Any], client_id: int) -> None:
    form = given.form
    if not isinstance(form, Compose) or form.do != "slot":
        return
    client = reach.client(session, client_id)
    try:
        at = composer.free_slot(session, client_id, composer.numbers(given.value("channels", [])))
        given.values = dict(given.values) | wished(at.isoformat(), client.timezone)
    except BadInput as error:
        given.errors["on"] = forms.say(error)


def _put(given: Given[Compose], shots: list[tuple[int, str]]) -> None:
    ids, alts = [one for one, _ in shots], [alt for _, alt in shots]
    given.values = dict(given.values) | {"media": [str(one) for one in ids], "alt": alts}
    given.form = given.form.model_copy(update={"media": ids, "alt": alts}) if given.form else None


def _save(session: Session, wanted: Compose, post_id: int | None) -> Post:
    client = reach.client(session, wanted.client)
    at = composer.instant(wanted.on, wanted.at, client.timezone)
    alts = [*wanted.alt, *[""] * len(wanted.media)]
    shots = tuple(Picture(one, alt) for one, alt in zip(wanted.media, alts, strict=False))
    new = Draft(wanted.text, tuple(wanted.channels), shots, tuple(wanted.part))
    if wanted.do == "schedule" and at is None and not client.approval_needed:
        raise BadInput("Choose a date and a time.")
    if post_id is None:
        return _create(session, wanted, client, new, at)
    post = reach.post(session, post_id)
    if post.client_id != client.id:
        raise NotFound(f"There is no post {post_id} of this client.")
    at = None if wanted.do == "publish" else at
    onward = wanted.do != "draft"
    return rework(session, desk(), post_id, wanted.revision or 0, new, at, onward=onward, repeat=wanted.repeat)


def _create(session: Session, wanted: Compose, client: Client, new: Draft, at: datetime | None) -> Post:
    token = wanted.form_token or None
    if wanted.do == "draft":
        return draft(session, desk(), client.id, new, at=at, form_token=token)
    if at is None and wanted.do == "schedule":
        post = create(session, desk(), client.id, new, Later(), form_token=token)
        return submit(session, desk(), post.id) if post.state == "draft" else post
    when: When = Now() if wanted.do == "publish" else At(at) if at else Later()
    return create(session, desk(), client.id, new, when, repeat=wanted.repeat, form_token=token)


def _told(session: Session, post: Post) -> tuple[str, str]:
    """What just happened, and the address that takes it back."""
    words = reach.words()
    zone = reach.client(session, post.client_id).timezone
    if post.state == "scheduled" and post.scheduled_at:
        told = words.text("Scheduled for %(moment)s", moment=words.moment(post.scheduled_at, zone))
        return told, url_for("posts.unschedule", post_id=post.id)
    if post.state == "in_review":
        return words.text("Waiting for approval"), url_for("posts.withdraw", post_id=post.id)
    saved, still = words.text("Saved as a draft"), flying(session, post)
    return f"{saved}. {still}" if still else saved, ""


def flying(session: Session, post: Post) -> str:
    """What is said beside it when a part of the post is going out at this moment; else empty."""
    there = any(one.state in IN_FLIGHT for one in live(session, post))
    return reach.words().text(STILL) if there else ""


def new_token() -> str:
    """Of one form: the same form sent twice is one post."""
    return secrets.token_urlsafe(24)
