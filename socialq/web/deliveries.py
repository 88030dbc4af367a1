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
from socialq.domain.states import DeliveryState
from socialq.domain.times import Times
from socialq.errors import BadInput, NotAllowed, NotFound, OutOfDate, Repeats
from socialq.models import Channel, Client, Delivery
from socialq.publishing.links import shown_by
from socialq.publishing.resolve import Answer
from socialq.publishing.resolve import resolve as decide
from socialq.services.i18n import mark
from socialq.web import delivery_page, forms, reach
from socialq.web.forms import Form, Given
from socialq.web.toasts import toast

bp = Blueprint("deliveries", __name__, url_prefix="/deliveries")

When = TypeVar("When", date, time)
Seen = Annotated[str, StringConstraints(max_length=16)]
Attempt = Annotated[int, Field(ge=0, le=2**31 - 1)]
SAID = {
    "published": mark("Noted: it is online."), "retry": mark("It goes out now."),
    "failed": mark("Left as it is: it does not go out."),
}  # fmt: skip
LEFT_OUT = mark("Noted: if it is not online yet, it is not sent again.")
UNCOUNTED = mark("Noted: it is online. Without a link to the post on this account its figures cannot be pulled.")
TAKEN = mark("This link is of another post that is in socialq already: copy the link of this one.")
NO_TIME = mark("Choose a date and a time.")


class Decision(Form):
    """`seen`: the state that the page showed; `url`: where it is online, if she gives it; `repeat`: although the same text is there."""

    attempt: Attempt
    seen: Seen = ""
    choice: Literal["published", "retry", "failed"]
    repeat: bool = False
    url: Annotated[str, StringConstraints(max_length=2000)] = ""


class Moment(Form):
    """A wall time at the client's."""

    attempt: Attempt
    seen: Seen = ""
    repeat: bool = False
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
        online = wanted.choice == "published"
        known = shown_by(session, reach.parts().networks, delivery_id, wanted.url) if online else None
        said = Answer(wanted.choice, wanted.url, known, repeat=wanted.repeat, seen=wanted.seen)
        done = decide(session, delivery_id, wanted.attempt, said, _times(), reach.member().actor)
        if done.state == DeliveryState.UNKNOWN:
            return reach.words().text(LEFT_OUT)
        return reach.words().text(SAID[wanted.choice] if known or not online else UNCOUNTED)

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
        said = Answer("retry", at=at, repeat=wanted.repeat, seen=wanted.seen)
        decide(session, delivery_id, wanted.attempt, said, _times(), reach.member().actor)
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
        asks = isinstance(error, Repeats)
        given.refuse(error, beside if isinstance(error, BadInput) and not asks else "")
        return _page(delivery_id, given, asks=asks), 422
    if told is None:
        return _page(delivery_id, given), 422
    toast(told)
    return redirect(url_for("today.show"), 303)


def _page(delivery_id: int, given: Given[forms.F], *, stale: bool = False, asks: bool = False) -> str:
    """`asks`: the same text is there at the time that was wanted; it goes only if that is said as well."""
    with reach.parts().db.read() as session:
        page = delivery_page.page(session, reach.delivery(session, delivery_id), reach.words())
    return render_template("deliveries/show.html", page=page, given=given, stale=stale, asks=asks)


def _times() -> Times:
    return reach.parts().settings.times


def _typed(kind: type[When], written: str) -> When:
    try:
        found = kind.fromisoformat(written)
    except ValueError:
        raise BadInput(NO_TIME) from None
    if isinstance(found, date) and not 2000 <= found.year <= 9000:
        raise BadInput(NO_TIME)
    return found
