"""After a restore: what waits for a yes, with what the networks show of it; one by one or all at once. And the breaker's "go on"."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from flask import Blueprint, redirect, render_template, url_for
from pydantic import Field
from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from socialq.domain.roles import Act
from socialq.errors import NotAllowed
from socialq.models import Channel, Client, Delivery, Revision
from socialq.publishing import breaker
from socialq.publishing.confirm import CERTAIN, Finding, confirm, leave_out
from socialq.publishing.moved import WAITS
from socialq.services.i18n import Words, mark
from socialq.web import forms, reach, shown
from socialq.web.forms import Form, Id
from socialq.web.house import network
from socialq.web.shown import Who
from socialq.web.toasts import toast

bp = Blueprint("confirmations", __name__)

MOST = 500
FOUND = {
    Finding.FOUND: ("published", mark("It is online")),
    Finding.ABSENT: ("scheduled", mark("It is not online")),
    Finding.NEAR: ("unknown", mark("Something like it is online")),
    Finding.UNREADABLE: ("unknown", mark("It cannot be looked up")),
}
LOOKING = mark("It is being looked up")
GOES_ON = mark("It goes on: for an hour nothing stops it.")


class Answer(Form):
    """`ids`: those that stood on the page."""

    choice: Literal["confirm", "leave"]
    ids: Annotated[list[Id], Field(min_length=1, max_length=MOST)]


@dataclass(frozen=True)
class Row:
    """A delivery that waits. `kind` as the macro `state` calls it; `ready`: it has been looked up."""

    id: int
    who: Who
    network: tuple[str, str]
    handle: str
    text: str
    at: datetime
    kind: str
    word: str
    url: str
    found: str

    @property
    def ready(self) -> bool:
        return bool(self.found)


@bp.get("/confirmations")
def index() -> str:
    """Hers, in the order of their times."""
    with reach.parts().db.read() as session:
        rows = _rows(session, reach.words())
    return render_template(
        "confirmations/index.html", rows=rows, ready=[row.id for row in rows if row.found in CERTAIN]
    )


@bp.post("/confirmations")
@reach.only(Act.RESOLVE)
def create() -> Response:
    """Yes or no to those. What somebody else has decided meanwhile is left alone."""
    given = forms.given(Answer)
    if given.form is None:
        raise NotAllowed(reach.words().text(forms.UNFIT))
    with reach.parts().db.begin() as session:
        ids = list(session.scalars(_hers().with_only_columns(Delivery.id).where(Delivery.id.in_(given.form.ids))))
        decide = confirm if given.form.choice == "confirm" else leave_out
        done = decide(session, ids, reach.member().actor)
    toast(_said(reach.words(), given.form.choice, done))
    return redirect(url_for("confirmations.index"), 303)


@bp.post("/channels/<int:channel_id>/breaker")
@reach.only(Act.RESOLVE)
def go_on(channel_id: int) -> Response:
    """It is meant to be so."""
    with reach.parts().db.begin() as session:
        breaker.go_on(session, reach.channel(session, channel_id).id, reach.member().actor)
    toast(reach.words().text(GOES_ON))
    return redirect(url_for("today.show"), 303)


def _said(words: Words, choice: str, done: int) -> str:
    if choice == "leave":
        return words.plural("%(n)s post does not go out.", "%(n)s posts do not go out.", done)
    return words.plural("%(n)s post is settled.", "%(n)s posts are settled.", done)


def _rows(session: Session, words: Words) -> list[Row]:
    found = session.execute(_hers().order_by(Delivery.scheduled_at, Delivery.id).limit(MOST)).all()
    return [_row(delivery, channel, client, text, words) for delivery, channel, client, text in found]


def _hers() -> Select[Delivery, Channel, Client, str]:
    return (
        select(Delivery, Channel, Client, Revision.text)
        .join(Channel, Channel.id == Delivery.channel_id)
        .join(Client, Client.id == Channel.client_id)
        .join(Revision, Revision.id == Delivery.revision_id)
        .where(Channel.client_id.in_(reach.client_ids()), *WAITS)
    )


def _row(delivery: Delivery, channel: Channel, client: Client, text: str, words: Words) -> Row:
    kind, word = FOUND[Finding(delivery.confirm_found)] if delivery.confirm_found else ("publishing", LOOKING)
    return Row(
        delivery.id, shown.who(client), network(channel.network), channel.handle, shown.title(text, words), delivery.scheduled_at,
        kind, words.text(word), delivery.confirm_url, delivery.confirm_found,
    )  # fmt: skip
