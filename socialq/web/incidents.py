"""A person's word on an incident that no machine closes: seen, or (a mail) send it again. Decides nothing about deliveries."""

from typing import Literal

from flask import Blueprint, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from socialq.errors import NotAllowed
from socialq.models import Incident
from socialq.publishing import unreached
from socialq.publishing.leaving import TOLD, leave_out
from socialq.services import events, outbox
from socialq.services.i18n import mark
from socialq.services.incidents import resolve_incidents
from socialq.web import forms, reach
from socialq.web.forms import Form
from socialq.web.toasts import toast

bp = Blueprint("incidents", __name__)

# The others end by themselves, or by what is decided about the delivery.
CLOSED_BY_HAND = frozenset(
    {
        "delivery_rejected", "delivery_missed", "second_copy", "report_failed", "approved_too_late",
        "approved_not_scheduled", "mail_failed", "mail_unsure", "journal_unreadable", "not_approved",
        "access_ends", "channel_missed",
    }
)  # fmt: skip
OTHERWISE = mark("This ends by itself as soon as it is put right.")
SEEN, AGAIN = mark("Done: it is off the list."), mark("The mail is sent again.")


class Word(Form):
    """`seen`: it stays as it is."""

    choice: Literal["seen", "again"]


@bp.post("/incidents/<int:incident_id>/resolution")
def resolve(incident_id: int) -> Response:
    """Off the sheet. A second time is harmless."""
    given = forms.given(Word)
    choice = given.form.choice if given.form else "seen"
    with reach.parts().db.begin() as session:
        _close(session, reach.incident(session, incident_id), choice)
    toast(reach.words().text(AGAIN if choice == "again" else SEEN))
    return redirect(url_for("today.show"), 303)


def _close(session: Session, incident: Incident, choice: str) -> None:
    by = reach.member().actor
    if incident.kind not in CLOSED_BY_HAND:
        raise NotAllowed(OTHERWISE)
    if incident.resolved_at is not None:
        return
    kind, _, number = incident.subject.partition(":")
    if kind == "mail":
        outbox.decide(session, int(number), again=choice == "again", by=by)
    if incident.kind in TOLD:
        leave_out(session, int(number), by)
    for one in unreached.failed(session, incident.facts):
        leave_out(session, one, by)
    resolve_incidents(session, incident.subject, by, [incident.kind])
    events.record(session, by, "close_incident", f"incident:{incident.id}", incident.client_id, kind=incident.kind)
