"""One post on one channel: what has become of it, and a person's decision where no machine can know. Every form names the attempt."""

from collections.abc import Callable
from datetime import date, time
from typing import Annotated, Literal, TypeVar
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, url_for
from pydantic import Field, StringConstraints
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from socialq.domain.roles import Act
from socialq.domain.slots import local_instant
from socialq.errors import BadInput, NotAllowed, NotFound, OutOfDate
from socialq.models import Channel, Client, Delivery
from socialq.publishing.resolve import resolve as decide
from socialq.services.i18n import mark
from socialq.web import delivery_page, forms, reach
from socialq.web.forms import Form, Given
from socialq.web.toasts import toast

bp = Blueprint("deliveries", __name__, url_prefix="/deliveries")

When = TypeVar("When", date, time)
Attempt = Annotated[int, Field(ge=0, le=2**31 - 1)]
SAID = {
    "published": mark("Noted: it is online."), "retry": mark("It goes out now."),
    "failed": mark("Left as it is: it does not go out."),
}  # fmt: skip
# What resolving has against it.
KNOWN = (
    mark("It is still being looked for: decide once that has ended, or say that it is out."),
    mark("A link begins with https://. Copy it from the post, or leave it out."),
    mark("That time is past: take a later one."),
    mark("That time is more than ten years ahead: take an earlier one."),
)
NO_TIME = mark("Choose a date and a time.")


class Decision(Form):
    """`url`: where it is online, if she gives it."""

    attempt: Attempt
    choice: Literal["published", "retry", "failed"]
    url: Annotated[str, StringConstraints(max_length=2000)] = ""


class Moment(Form):
    """A wall time at the client's."""

    attempt: Attempt
    on: str = ""
    at: str = ""


@bp.get("/<int:delivery_id>")
def show(delivery_id: int) -> str:
    """What has become of it."""
    return _page(delivery_id, forms.blank())


@bp.post("/<int:delivery_id>/resolution")
@reach.only(Act.RESOLVE)
def resolve(delivery_id: int) -> Response | tuple[str, int]:
    """It is online, send it (again), or leave it."""
    given = forms.given(Decision)

    def act(session: Session, _delivery: Delivery, wanted: Decision) -> str:
        decide(session, delivery_id, wanted.attempt, wanted.choice, wanted.url, reach.member().actor)
        return reach.words().text(SAID[wanted.choice])

    return _done(delivery_id, given, act, "url")


@bp.post("/<int:delivery_id>/schedule")
@reach.only(Act.RESOLVE)
def schedule(delivery_id: int) -> Response | tuple[str, int]:
    """Another time for what failed."""
    given = forms.given(Moment)

    def act(session: Session, delivery: Delivery, wanted: Moment) -> str:
        channel = session.get_one(Channel, delivery.channel_id)
        zone, words = session.get_one(Client, channel.client_id).timezone, reach.words()
        at = local_instant(ZoneInfo(zone), _typed(date, wanted.on), _typed(time, wanted.at).replace(tzinfo=None))
        decide(session, delivery_id, wanted.attempt, "retry", "", reach.member().actor, at)
        return words.text("Scheduled for %(moment)s.", moment=words.moment(at, zone))

    return _done(delivery_id, given, act, "on")


def _done(
    delivery_id: int, given: Given[forms.F], act: Callable[[Session, Delivery, forms.F], str], beside: str
) -> Response | tuple[str, int]:
    """On to Today; or the page again with what stands against it, and nothing changed."""
    try:
        with reach.parts().db.begin() as session:
            delivery = reach.delivery(session, delivery_id)
            told = act(session, delivery, given.form) if given.form else None
    except OutOfDate:
        return _page(delivery_id, given, stale=True), 409
    except NotFound:
        raise
    except (BadInput, NotAllowed) as error:
        given.refuse(error, beside if isinstance(error, BadInput) else "")
        told = None
    if told is None:
        return _page(delivery_id, given), 422
    toast(told)
    return redirect(url_for("today.show"), 303)


def _page(delivery_id: int, given: Given[forms.F], *, stale: bool = False) -> str:
    with reach.parts().db.read() as session:
        page = delivery_page.page(session, reach.delivery(session, delivery_id), reach.words())
    return render_template("deliveries/show.html", page=page, given=given, stale=stale)


def _typed(kind: type[When], written: str) -> When:
    try:
        found = kind.fromisoformat(written)
    except ValueError:
        raise BadInput(NO_TIME) from None
    if isinstance(found, date) and not 2000 <= found.year <= 9000:
        raise BadInput(NO_TIME)
    return found
