"""A client's weekly slots: adding and removing them on the client's page."""

from datetime import time
from typing import Annotated

from flask import Blueprint, redirect, url_for
from pydantic import Field, StringConstraints
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from socialq.domain.roles import Act
from socialq.errors import BadInput
from socialq.planning import weekly_slots
from socialq.services.i18n import mark
from socialq.web import client_pages, forms, reach
from socialq.web.forms import Form, Id
from socialq.web.toasts import toast

bp = Blueprint("slots", __name__, url_prefix="/clients/<int:client_id>/slots")

ADDED = ("%(n)s weekly slot added.", "%(n)s weekly slots added.")
THERE = mark("That slot was there already.")
REMOVED = mark("Slot removed: %(weekday)s %(time)s. What is planned then stays planned.")


class SlotForm(Form):
    """Monday is 0; `at` like 09:00."""

    weekdays: list[Annotated[int, Field(ge=0, le=6)]] = []
    at: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class SlotGone(Form):
    """Which one."""

    slot: Id


@bp.post("")
@reach.only(Act.CLIENTS)
def create(client_id: int) -> Response | tuple[str, int]:
    """The same time on one or more weekdays."""
    given = forms.given(SlotForm)
    try:
        with reach.parts().db.begin() as session:
            reach.client(session, client_id)
            wanted = given.form
            count = _add(client_id, wanted, session) if wanted else None
    except BadInput as error:
        given.refuse(error, "weekdays")
        count = None
    return (client_pages.page(client_id, given), 422) if count is None else _added(client_id, count)


@bp.post("/end")
@reach.only(Act.CLIENTS)
def end(client_id: int) -> Response:
    """Can be taken back."""
    wanted = forms.given(SlotGone).form
    with reach.parts().db.begin() as session:
        reach.client(session, client_id)
        gone = weekly_slots.remove_slot(session, client_id, wanted.slot if wanted else 0, reach.member().actor)
    words, at = reach.words(), f"{gone.at:%H:%M}"
    told = words.text(REMOVED, weekday=words.weekday(gone.weekday), time=at)
    toast(
        told, undo=url_for("slots.create", client_id=client_id), undo_fields={"weekdays": str(gone.weekday), "at": at}
    )
    return _back(client_id)


def _add(client_id: int, wanted: SlotForm, session: Session) -> int:
    return weekly_slots.add_slots(
        session, client_id, wanted.weekdays, time.fromisoformat(wanted.at), reach.member().actor
    )


def _added(client_id: int, count: int) -> Response:
    words = reach.words()
    toast(words.plural(*ADDED, count) if count else words.text(THERE))
    return _back(client_id)


def _back(client_id: int) -> Response:
    return redirect(url_for("clients.show", client_id=client_id) + "#slots", 303)
