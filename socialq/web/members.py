"""Settings → Members: who works here, as what, for which clients. Owners only; for others these pages are not there."""

from typing import Literal

from flask import Blueprint, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from socialq.domain.roles import Act
from socialq.errors import BadInput, NotAllowed, NotFound
from socialq.members import access, people, resets
from socialq.models import Member, MemberClient
from socialq.services.i18n import mark
from socialq.web import forms, mails, reach
from socialq.web.forms import Form, Given, Id, Line
from socialq.web.house import house
from socialq.web.toasts import toast

bp = Blueprint("members", __name__, url_prefix="/settings/members")

KEPT = mark("Saved.")
REMOVED = mark("%(name)s was removed and signed out everywhere.")


class NewMember(Form):
    """She chooses her password herself, by a link."""

    name: Line
    email: Line
    role: Literal["owner", "assistant"]
    language: Literal["nl", "en"]
    clients: list[Id] = []


class Rights(Form):
    """What an owner may change of another."""

    role: Literal["owner", "assistant"]
    clients: list[Id] = []


@bp.get("")
@reach.only(Act.MEMBERS)
def index() -> str:
    """Everybody, and the form for one more."""
    return _list(forms.blank(role="assistant", language=reach.member().language))


@bp.post("")
@reach.only(Act.MEMBERS)
def create() -> str | tuple[str, int]:
    """Shows the link once; it is mailed too, when mail leaves."""
    given = forms.given(NewMember)
    try:
        made = _add(given.form) if given.form else None
    except BadInput as error:
        given.refuse(error, "email")
        made = None
    return made or (_list(given), 422)


@bp.get("/<int:member_id>")
@reach.only(Act.MEMBERS)
def show(member_id: int) -> str:
    """One, with her rights."""
    return _one(member_id)


@bp.post("/<int:member_id>")
@reach.only(Act.MEMBERS)
def update(member_id: int) -> Response | tuple[str, int]:
    """Role and clients; another role signs her out."""
    given = forms.given(Rights)
    try:
        if given.form:
            with reach.parts().db.begin() as session:
                access.change_member(session, member_id, given.form.role, given.form.clients, reach.member().actor)
    except NotFound:
        raise
    except (NotAllowed, BadInput) as error:
        given.refuse(error)
    return _done(reach.words().text(KEPT)) if given.form else (_one(member_id, given), 422)


@bp.post("/<int:member_id>/link")
@reach.only(Act.MEMBERS)
def create_link(member_id: int) -> str:
    """A new link to choose a password, shown once."""
    with reach.parts().db.begin() as session:
        return _linked(session, people.member_of(session, member_id))


@bp.post("/<int:member_id>/end")
@reach.only(Act.MEMBERS)
def end(member_id: int) -> Response:
    """She leaves."""
    with reach.parts().db.begin() as session:
        gone = access.remove_member(session, member_id, reach.member().actor)
    return _done(reach.words().text(REMOVED, name=gone.name or gone.email))


def _add(wanted: NewMember) -> str:
    by = reach.member().actor
    with reach.parts().db.begin() as session:
        made = people.add_member(session, wanted.email, wanted.role, "", by, wanted.name, wanted.language)
        people.give_clients(session, made, wanted.clients)
        return _linked(session, made)


def _linked(session: Session, member: Member) -> str:
    token = resets.allow(session, member.id, resets.INVITED)
    mailed = mails.leave(session)
    if mailed:
        mails.queue_link(session, member, token, invited=True)
    return render_template("members/link.html", member=member, link=mails.link(token), mailed=mailed)


def _list(given: Given[NewMember]) -> str:
    with reach.parts().db.read() as session:
        members = list(session.scalars(select(Member).where(Member.left_at.is_(None)).order_by(Member.name, Member.id)))
        return render_template("members/index.html", members=members, clients=house(session).clients, given=given)


def _one(member_id: int, given: Given[Rights] | None = None) -> str:
    with reach.parts().db.read() as session:
        member = people.member_of(session, member_id)
        hers = list(session.scalars(select(MemberClient.client_id).where(MemberClient.member_id == member_id)))
        given = given or forms.blank(role=member.role, clients=[str(one) for one in hers])
        return render_template("members/show.html", member=member, clients=house(session).clients, given=given)


def _done(told: str) -> Response:
    toast(told)
    return redirect(url_for("members.index"), 303)
