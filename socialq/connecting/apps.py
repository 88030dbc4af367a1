"""socialq as networks know it: apps that somebody made by hand, and those that socialq registered itself. Calls no network."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from socialq import db
from socialq.crypto import Secrets
from socialq.domain.words import one_line
from socialq.errors import BadInput, NotAllowed, NotFound
from socialq.models import Channel, NetworkApp
from socialq.networks.base import App, Network
from socialq.networks.besides import AppCredentials, NeedsApp
from socialq.services import events
from socialq.settings import app_credentials, app_names

ALL_SERVERS = ""  # the server of an app that serves the whole network
LONGEST_ID, LONGEST_SECRET = 255, 2000


@dataclass(frozen=True)
class ByHand:
    """A network that needs an app. `client_id` is empty while there is none; `since` None when the environment sets it.

    `half`: the setting that is missing while the environment sets the other one."""

    network: str
    name: str
    declared: AppCredentials
    client_id: str
    since: datetime | None
    locked: bool
    half: str = ""


@dataclass(frozen=True)
class Registered:
    """A server with which socialq registered itself; `channels` of it are connected."""

    id: int
    network: str
    server: str
    since: datetime
    channels: int


def by_hand(session: Session, networks: Mapping[str, Network]) -> list[ByHand]:
    """Those networks that declare it, by name."""
    needing = {key: one for key, one in networks.items() if isinstance(one, NeedsApp)}
    query = select(NetworkApp).where(NetworkApp.network.in_(needing), NetworkApp.server == ALL_SERVERS)
    kept = {row.network: row for row in session.scalars(query)}
    found = [_by_hand(one.key, one.name, one.app_credentials, kept.get(key)) for key, one in needing.items()]
    return sorted(found, key=lambda one: one.name)


def registered(session: Session) -> list[Registered]:
    """By server; one query."""
    here = (Channel.network == NetworkApp.network, Channel.server == NetworkApp.server)
    count = select(func.count(Channel.id)).where(*here, Channel.disconnected_at.is_(None)).scalar_subquery()
    query = select(NetworkApp, count).where(NetworkApp.server != ALL_SERVERS).order_by(NetworkApp.server)
    return [Registered(row.id, row.network, row.server, row.created_at, used) for row, used in session.execute(query)]


def app_for(session: Session, secrets: Secrets, network: str) -> App | None:
    """Of a network that needs one: the environment's, else the one that is kept. Raises BadInput when half of it is missing."""
    client_id, secret = app_credentials(network)
    if missing := _missing(network, client_id, secret):
        raise BadInput("%(missing)s is not set, though its other half is: set both, or neither.", missing=missing)
    row = app_of(session, network, ALL_SERVERS)
    return App(client_id, secret) if client_id else opened(secrets, row) if row else None


def ready(session: Session, network: str) -> bool:
    """Whether there is one, whole. Opens no secret."""
    client_id, secret = app_credentials(network)
    return bool(client_id and secret) if client_id or secret else app_of(session, network, ALL_SERVERS) is not None


def app_of(session: Session, network: str, server: str) -> NetworkApp | None:
    """socialq as that server knows it, if it does."""
    query = select(NetworkApp).where(NetworkApp.network == network, NetworkApp.server == server)
    return session.scalars(query).one_or_none()


def opened(secrets: Secrets, row: NetworkApp) -> App:
    """As its network is handed it. Raises Unavailable."""
    return App(row.client_id, str(secrets.open(row.owner, row.client_secret)["client_secret"]))


def keep(session: Session, secrets: Secrets, network: str, client_id: str, client_secret: str, by: str) -> None:
    """Replaces what was there. Raises BadInput, NotAllowed while the environment sets it."""
    if any(app_credentials(network)):
        raise NotAllowed(
            "This is set by %(names)s, so it cannot be changed here.", names=" / ".join(app_names(network))
        )
    app_id = _plain(client_id, LONGEST_ID)
    secret = _plain(client_secret, LONGEST_SECRET)
    row = app_of(session, network, ALL_SERVERS) or NetworkApp(network=network, server=ALL_SERVERS, returns_to="")
    row.client_id, row.created_at = app_id, db.now(session)
    row.client_secret = secrets.seal(row.owner, {"client_secret": secret})
    session.add(row)
    events.record(session, by, "keep_app", f"network:{network}", None)


def remove(session: Session, network: str, by: str) -> None:
    """Its channels cannot be connected again without another. Raises NotFound."""
    row = app_of(session, network, ALL_SERVERS)
    if row is None:
        raise NotFound("There are no credentials any more.")
    session.delete(row)
    events.record(session, by, "remove_app", f"network:{network}", None)


def forget(session: Session, app_id: int, by: str) -> str:
    """A server with which socialq registered itself: the next connection there registers anew. Its address. Raises NotFound."""
    row = session.get(NetworkApp, app_id)
    if row is None or row.server == ALL_SERVERS:
        raise NotFound("That server is not in the list any more.")
    session.delete(row)
    events.record(session, by, "forget_app", f"network:{row.network}", None, server=row.server)
    return row.server


def _by_hand(key: str, name: str, declared: AppCredentials, row: NetworkApp | None) -> ByHand:
    client_id, secret = app_credentials(key)
    if client_id or secret:
        return ByHand(key, name, declared, client_id, None, locked=True, half=_missing(key, client_id, secret))
    return ByHand(key, name, declared, row.client_id if row else "", row.created_at if row else None, locked=False)


def _missing(network: str, client_id: str, secret: str) -> str:
    names = app_names(network)
    return "" if bool(client_id) == bool(secret) else names[1] if client_id else names[0]


def _plain(typed: str, longest: int) -> str:
    try:
        found = one_line(typed, "It", longest)
    except ValueError:
        found = ""
    if not found or not found.isascii() or " " in found:
        raise BadInput("That is one line without spaces: copy it again.")
    return found
