"""Connecting by a link: a client is asked by mail, opens a one-time link, and connects without the assistant seeing a password.

Knows the links and who is on the way with one; mails nothing and asks no network itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from socialq import db
from socialq.connecting.authorization import Trip
from socialq.crypto import Secrets
from socialq.errors import BadInput, NotFound
from socialq.models import Channel, ConnectLink, ConnectWay, OutboxMail
from socialq.networks.base import CanAuthorize, Network
from socialq.services import events, outbox
from socialq.services.links import hashed, new_token

LASTS = timedelta(days=7)
AWAY = timedelta(minutes=15)  # at the network
SHOWN_FOR = timedelta(days=30)  # one that ran out stays in sight
MAIL = "connect"  # the kind of its mail: it may not go out twice
GONE = "This link does not work any more."


@dataclass(frozen=True)
class Asked:
    """What a member asks of a client. `channel_id`: connect that one again; 0 for a new one."""

    client_id: int
    network: str
    email: str
    language: str
    channel_id: int = 0


def can_be_asked(network: Network) -> bool:
    """A person can do it on a page of ours: by going there, or with a handle and an app password."""
    return network.key != "practice" and (isinstance(network, CanAuthorize) or network.asks_handle)


def ask(session: Session, asked: Asked, by: str) -> tuple[ConnectLink, str]:
    """The link and its token, which nobody can get again. Raises BadInput."""
    channel = session.get(Channel, asked.channel_id) if asked.channel_id else None
    if asked.channel_id and (
        channel is None or (channel.client_id, channel.network) != (asked.client_id, asked.network)
    ):
        raise BadInput("That channel is none of this client's on that network.")
    token, now = new_token(), db.now(session)
    link = ConnectLink(
        token_hash=hashed(token), client_id=asked.client_id, channel_id=asked.channel_id or None, network=asked.network,
        email=asked.email, language=asked.language, asked_by=by, asked_at=now, expires_at=now + LASTS,
    )  # fmt: skip
    session.add(link)
    session.flush()
    events.record(session, by, "ask_to_connect", f"link:{link.id}", link.client_id, network=link.network)
    return link, token


def ask_again(session: Session, link_id: int, by: str) -> tuple[ConnectLink, str]:
    """Another token for seven days; the link in the earlier mail works no more. Raises NotFound when it is used or withdrawn."""
    link, token, now = _open_one(session, link_id), new_token(), db.now(session)
    _forget_mail(session, link)
    link.token_hash, link.asked_by, link.asked_at, link.expires_at = hashed(token), by, now, now + LASTS
    session.flush()
    events.record(session, by, "ask_to_connect", f"link:{link.id}", link.client_id, network=link.network)
    return link, token


def withdraw(session: Session, link_id: int, by: str) -> ConnectLink:
    """It works no more, also for who is on the way with it. Raises NotFound when it is used or withdrawn."""
    link = _open_one(session, link_id)
    link.withdrawn_at = db.now(session)
    _forget_mail(session, link)
    session.execute(delete(ConnectWay).where(ConnectWay.link_id == link.id))
    events.record(session, by, "withdraw_asking", f"link:{link.id}", link.client_id, network=link.network)
    return link


def seen(session: Session, link_id: int) -> None:
    """A member has read that it was used."""
    row = (ConnectLink.id == link_id, ConnectLink.used_at.is_not(None), ConnectLink.seen_at.is_(None))
    session.execute(update(ConnectLink).where(*row).values(seen_at=db.now(session)))


def found(session: Session, token: str) -> ConnectLink:
    """Also one that is used up or has run out; changes nothing. Raises NotFound for what never was one."""
    row = session.scalars(select(ConnectLink).where(ConnectLink.token_hash == hashed(token))).first()
    if row is None:
        raise NotFound(GONE)
    return row


def works(session: Session, link: ConnectLink) -> bool:
    """Neither used, nor withdrawn, nor run out."""
    return link.used_at is None and link.withdrawn_at is None and link.expires_at > db.now(session)


def use(session: Session, link_id: int, channel: Channel) -> None:
    """In the transaction that stores the channel; of two at once one comes through. Raises NotFound, which undoes both."""
    now = db.now(session)
    alive = (ConnectLink.id == link_id, ConnectLink.used_at.is_(None), ConnectLink.withdrawn_at.is_(None))
    used = update(ConnectLink).where(*alive, ConnectLink.expires_at > now)
    if session.scalar(used.values(used_at=now, connected=channel.handle).returning(ConnectLink.id)) is None:
        raise NotFound(GONE)
    session.execute(delete(ConnectWay).where(ConnectWay.link_id == link_id))
    events.record(session, f"link:{link_id}", "connect_by_link", f"channel:{channel.id}", channel.client_id)


def leave(session: Session, secrets: Secrets, link_id: int, visitor: str, token: str, trip: Trip) -> None:
    """Keeps what must survive the way to the network, for this browser. The link's token is needed on the way back."""
    now = db.now(session)
    session.execute(delete(ConnectWay).where(ConnectWay.created_at <= now - AWAY))
    row = ConnectWay(state_hash=hashed(trip.state), link_id=link_id, visitor_hash=hashed(visitor), created_at=now)
    what = {"server": trip.server, "returns_to": trip.returns_to, "verifier": trip.verifier, "token": token}
    row.sealed = secrets.seal(row.owner, what)
    session.add(row)


def come_back(session: Session, secrets: Secrets, visitor: str, state: str) -> tuple[ConnectLink, Trip, str] | None:
    """The link, the trip and the link's token, once; None for another browser, a state that is unknown or used, too late, or a
    link that works no more."""
    mine = (ConnectWay.state_hash == hashed(state), ConnectWay.visitor_hash == hashed(visitor))
    recent = ConnectWay.created_at > db.now(session) - AWAY
    row = session.scalars(delete(ConnectWay).where(*mine, recent).returning(ConnectWay)).first()
    link = session.get(ConnectLink, row.link_id) if row else None
    if row is None or link is None or not works(session, link):
        return None
    kept = secrets.open(row.owner, row.sealed)
    return link, Trip(link.network, kept["server"], kept["returns_to"], state, kept["verifier"]), str(kept["token"])


def of_client(session: Session, client_id: int) -> Sequence[ConnectLink]:
    """Those that are open, or ran out lately; the newest first."""
    open_ = (ConnectLink.used_at.is_(None), ConnectLink.withdrawn_at.is_(None))
    recent = ConnectLink.expires_at > db.now(session) - SHOWN_FOR
    query = select(ConnectLink).where(ConnectLink.client_id == client_id, *open_, recent)
    return session.scalars(query.order_by(ConnectLink.id.desc()).limit(20)).all()


def _open_one(session: Session, link_id: int) -> ConnectLink:
    link = session.get(ConnectLink, link_id, with_for_update=True, populate_existing=True)
    if link is None or link.used_at is not None or link.withdrawn_at is not None:
        raise NotFound("This request was answered or withdrawn meanwhile.")
    return link


def _forget_mail(session: Session, link: ConnectLink) -> None:
    """One that has not left yet does not leave any more: its link is dead."""
    waits = (OutboxMail.id == link.mail_id, OutboxMail.state == outbox.QUEUED)
    session.execute(update(OutboxMail).where(*waits).values(state=outbox.DROPPED, text="", html=""))
    link.mail_id = None
