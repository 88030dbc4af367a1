"""One post as its page needs it: places, what may be done, what has happened, in plain words. Reads only."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from socialq.domain.marks import Mark
from socialq.errors import BadInput
from socialq.models import Approval, Client, Event, Media, Member, Post, Revision, RevisionMedia, RevisionPart
from socialq.networks.base import Networks
from socialq.planning import agenda
from socialq.services.i18n import Words, mark
from socialq.services.media import attachment
from socialq.web import composer, reach, shots
from socialq.web.forms import Given
from socialq.web.house import house
from socialq.web.shots import Shot
from socialq.web.shown import KINDS, called, show, word_of

SAID = {
    "draft": mark("%(who)s wrote it"), "revise": mark("%(who)s changed it"), "submit": mark("%(who)s asked for approval"),
    "approve": mark("%(who)s approved it"), "request_changes": mark("%(who)s asked for a change"),
    "withdraw": mark("%(who)s made it a draft again"), "schedule": mark("%(who)s scheduled it for %(at)s"),
    "move": mark("%(who)s moved it to %(at)s"), "unschedule": mark("%(who)s took it off the schedule"),
    "stop": mark("%(who)s stopped it"),
}  # fmt: skip
OTHER = mark("%(who)s did something with it (%(verb)s)")
SOMEBODY = {"cli": mark("Somebody at the command line"), "demo": mark("The demo")}
WAITING = frozenset({Mark.SCHEDULED, Mark.DISCONNECTED, Mark.HELD})
FLYING = frozenset({Mark.PUBLISHING, Mark.PROCESSING, Mark.LOOKING, Mark.CHECK})
NOT_OUT = frozenset({Mark.FAILED, Mark.MISSED})
FORMER = mark("A former member")
MOST = 100


@dataclass(frozen=True)
class Where:
    """A place with its state; `address` of its delivery's page, if there is one, `out` of the post itself."""

    network: str
    name: str
    handle: str
    kind: str
    word: str
    address: str
    out: str


@dataclass(frozen=True)
class Happened:
    """One line of what was done; `comment` is somebody's own words."""

    at: datetime
    text: str
    comment: str = ""


def of(session: Session, post: Post) -> dict[str, Any]:
    """Values for posts/show.html."""
    words, networks, home = reach.words(), reach.parts().networks, house(session)
    client = next(one for one in home.clients if one.id == post.client_id)
    (entry,) = agenda.chosen(session, [client.id], (Post.id == post.id,), (Post.id,), 1)
    marks = {one.mark for one in entry.places if one.delivery_id}
    on, at = _wall(post, client)
    return {
        "post": post, "text": entry.text, "parts": _parts(session, post), "media": _shots(session, post), "client": client,
        "who": home.of(client.id),
        "places": [_where(one, entry, networks, words) for one in entry.places],
        "shown": show(entry, home.of(client.id), networks, words), "history": _history(session, post, client, words),
        "waiting": marks <= WAITING, "stoppable": bool(marks & (WAITING | FLYING)), "on": on, "at": at,
        "failed": bool(marks & NOT_OUT) and marks <= WAITING | NOT_OUT, "partly": bool(marks & NOT_OUT),
    }  # fmt: skip


def _parts(session: Session, post: Post) -> list[str]:
    mine = select(RevisionPart.text).where(RevisionPart.revision_id == post.revision_id)
    return list(session.scalars(mine.order_by(RevisionPart.position)))


def _shots(session: Session, post: Post) -> list[Shot]:
    """Its pictures and videos, in their order."""
    mine = select(Media, RevisionMedia.alt).join(RevisionMedia, RevisionMedia.media_id == Media.id)
    rows = session.execute(
        mine.where(RevisionMedia.revision_id == post.revision_id).order_by(RevisionMedia.position)
    ).all()
    return shots.shown(
        [row.id for row, _ in rows], [attachment(reach.parts().media, row, alt) for row, alt in rows], []
    )


def typed(session: Session, post: Post) -> dict[str, Any]:
    """What the composer's fields hold for it."""
    client = session.get_one(Client, post.client_id)
    revision = session.get_one(Revision, post.revision_id, options=[joinedload(Revision.parts)])
    on, at = _wall(post, client)
    return {
        "client": str(post.client_id), "text": revision.text, "part": [one.text for one in revision.parts], "revision": str(revision.id),
        "channels": [str(one.channel_id) for one in revision.channels],
        "media": [str(one.media_id) for one in revision.media], "alt": [one.alt for one in revision.media],
        "on": on, "at": at,
    }  # fmt: skip


def instant(session: Session, post: Post, given: Given[Any]) -> datetime:
    """The wall time typed on the post's page. Raises BadInput."""
    zone = session.get_one(Client, post.client_id).timezone
    try:
        on = date.fromisoformat(str(given.value("on")))
        at = composer.instant(on, time.fromisoformat(str(given.value("at"))).replace(tzinfo=None), zone)
    except ValueError:
        at = None
    if at is None:
        raise BadInput("Choose a date and a time.")
    return at


def scheduled(session: Session, post: Post, at: datetime | None) -> str:
    """What the toast says."""
    words, zone = reach.words(), session.get_one(Client, post.client_id).timezone
    return words.text("Scheduled for %(moment)s", moment=words.moment(at, zone)) if at else ""


def _wall(post: Post, client: Client) -> tuple[str, str]:
    """Its time as the fields hold it; empty for none."""
    local = post.scheduled_at.astimezone(ZoneInfo(client.timezone)) if post.scheduled_at else None
    return (f"{local:%Y-%m-%d}", f"{local:%H:%M}") if local else ("", "")


def _where(place: agenda.Place, entry: agenda.Entry, networks: Networks, words: Words) -> Where:
    return Where(
        place.network, called(place.network, networks, words), place.handle, KINDS[place.mark], word_of(place, entry, networks, words),
        _address(place), place.url,
    )  # fmt: skip


def _address(place: agenda.Place) -> str:
    if place.delivery_id is None or "deliveries.show" not in current_app.view_functions:
        return ""
    return url_for("deliveries.show", delivery_id=place.delivery_id)


def _history(session: Session, post: Post, client: Client, words: Words) -> list[Happened]:
    """The latest first; a member's words with her approval beside it."""
    query = select(Event).where(Event.subject == f"post:{post.id}").order_by(Event.id.desc()).limit(MOST)
    events = list(session.scalars(query))
    comments = {
        one.decided_at.replace(microsecond=0): one.comment
        for one in session.scalars(select(Approval).where(Approval.post_id == post.id, Approval.comment != ""))
    }
    ids = {int(one.actor.partition(":")[2]) for one in events if one.actor.startswith("member:")}
    others = session.scalars(select(Member).where(Member.id.in_(ids))) if ids else ()
    names = {one.id: one.name or one.email for one in others}
    return [
        Happened(one.at, _line(one, names, client, words), comments.get(one.at.replace(microsecond=0), ""))
        for one in events
    ]


def _line(event: Event, names: dict[int, str], client: Client, words: Words) -> str:
    kind, _, number = event.actor.partition(":")
    if kind == "member":
        actor = names.get(int(number)) or words.text(FORMER)
    else:
        actor = words.text(SOMEBODY[kind]) if kind in SOMEBODY else client.name
    at = str(event.facts.get("at", ""))
    moment = words.moment(datetime.fromisoformat(at), client.timezone) if at else ""
    if event.verb not in SAID:
        return words.text(OTHER, who=actor, verb=event.verb)
    return words.text(SAID[event.verb], who=actor, at=moment)
