"""What a view may reach: the parts, who is asking, her language, and records through her: not hers is not found. Writes nothing."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import abort, current_app, g, request
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from socialq.connecting.arriving import Tools
from socialq.domain.roles import Act, Role
from socialq.members.sessions import Browser, SignedIn
from socialq.models import Channel, Client, ConnectLink, Delivery, Incident, Media, MemberClient, Post, Record, Report
from socialq.services.i18n import Words
from socialq.wiring import Parts

LANGUAGES = ("nl", "en")
R = TypeVar("R", bound=Record)
View = TypeVar("View", bound=Callable[..., Any])


def parts() -> Parts:
    """Settings, database, networks, secrets, media folder of this application."""
    found: Parts = current_app.extensions["socialq"]
    return found


def tools() -> Tools:
    """What connecting works with."""
    here = parts()
    return Tools(here.db, here.networks, here.secrets, here.settings)


def member() -> SignedIn:
    """Who is signed in. Only in views that are not open to all."""
    found: SignedIn = g.me
    return found


def visitor() -> SignedIn | None:
    """Who is signed in, or None."""
    found: SignedIn | None = g.get("me")
    return found


def words() -> Words:
    """The reader's language: the member's, else what the browser asks for."""
    if "words" not in g:
        g.words = Words(language())
    found: Words = g.words
    return found


def language() -> str:
    """ "nl" or "en"."""
    me = visitor()
    return me.language if me else browser_language()


def browser_language() -> str:
    """The first of ours that the browser asks for; English when it asks for neither."""
    return request.accept_languages.best_match(LANGUAGES, "en")


def browser() -> Browser:
    """From where is asked; X-Forwarded-For counts only as SOCIALQ_TRUSTED_PROXIES says."""
    return Browser(request.remote_addr or "", request.user_agent.string)


def address_of(path: str) -> str:
    """For mails and other links that leave the page: from BASE_URL, never from what the request says."""
    return parts().settings.base_url.rstrip("/") + path


# ---- who may call a view; kept by web/gate.py


def open_to_all(view: View) -> View:
    """Also for those who are not signed in."""
    view.open_to_all = True  # type: ignore[attr-defined]
    return view


def without_member(view: View) -> View:
    """Asks the database nothing about who is asking: health, files."""
    view.without_member = True  # type: ignore[attr-defined]
    return view


def only(act: Act) -> Callable[[View], View]:
    """For roles that may do this; for all others the page is not there."""

    def mark(view: View) -> View:
        view.act = act  # type: ignore[attr-defined]
        return view

    return mark


def comes_back(endpoint: str) -> Callable[[View], View]:
    """What was typed goes through signing in, when the session has ended meanwhile, and on to that page."""

    def mark(view: View) -> View:
        view.comes_back = endpoint  # type: ignore[attr-defined]
        return view

    return mark


def takes(megabytes: int) -> Callable[[View], View]:
    """What is sent to this view may be larger than a form."""

    def mark(view: View) -> View:
        view.max_bytes = megabytes << 20  # type: ignore[attr-defined]
        return view

    return mark


# ---- records, through the member


def clients(session: Session) -> list[Client]:
    """Those she sees, by name."""
    return list(session.scalars(select(Client).where(Client.id.in_(client_ids())).order_by(Client.name)))


def client_ids() -> Select[int]:
    """A subquery for `.in_(…)`: the clients she sees."""
    me = member()
    if me.role is Role.OWNER:
        return select(Client.id)
    return select(MemberClient.client_id).where(MemberClient.member_id == me.id)


def client(session: Session, client_id: int) -> Client:
    """404 when there is none, or not hers; so do all below."""
    return _found(session, Client, client_id, Client.id.in_(client_ids()))


def channel(session: Session, channel_id: int) -> Channel:
    """Of a client of hers."""
    return _found(session, Channel, channel_id, Channel.client_id.in_(client_ids()))


def connect_link(session: Session, link_id: int) -> ConnectLink:
    """Of a client of hers."""
    return _found(session, ConnectLink, link_id, ConnectLink.client_id.in_(client_ids()))


def post(session: Session, post_id: int) -> Post:
    """Of a client of hers."""
    return _found(session, Post, post_id, Post.client_id.in_(client_ids()))


def delivery(session: Session, delivery_id: int) -> Delivery:
    """Of a post of a client of hers."""
    posts = select(Post.id).where(Post.client_id.in_(client_ids()))
    return _found(session, Delivery, delivery_id, Delivery.post_id.in_(posts))


def media(session: Session, media_id: int) -> Media:
    """Of a client of hers."""
    return _found(session, Media, media_id, Media.client_id.in_(client_ids()))


def report(session: Session, report_id: int) -> Report:
    """Of a client of hers."""
    return _found(session, Report, report_id, Report.client_id.in_(client_ids()))


def incident(session: Session, incident_id: int) -> Incident:
    """Of a client of hers; what concerns no client is the owner's."""
    return _found(session, Incident, incident_id, seen_by(Incident.client_id))


def seen_by(column: InstrumentedAttribute[int | None]) -> ColumnElement[bool]:
    """For rows whose client may be empty."""
    hers = column.in_(client_ids())
    return or_(hers, column.is_(None)) if member().role is Role.OWNER else hers


def _found(session: Session, model: type[R], record_id: int, hers: ColumnElement[bool]) -> R:
    row = session.scalars(select(model).where(model.id == record_id, hers)).first()
    if row is None:
        abort(404)
    return row
