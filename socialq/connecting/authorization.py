"""Connecting by going to a server and saying yes there: socialq registered with it, the way out, the way back.

What must survive the way (`Trip`) is the caller's to keep, bound to the browser that left."""

import secrets as random
from dataclasses import dataclass, field

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from socialq import db
from socialq.connecting.asking import call, network_of
from socialq.crypto import Secrets
from socialq.db import Database
from socialq.errors import BadInput
from socialq.models import NetworkApp
from socialq.networks.base import App, AppUnknown, CanAuthorize, ConnectFailed, Networks, Visit
from socialq.networks.call import Call
from socialq.settings import Settings

LONGEST_CODE = 2000


@dataclass(frozen=True)
class Trip:
    """`address` is where to go. `state` comes back with her; `verifier` never leaves us."""

    network: str
    server: str
    returns_to: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)
    address: str = field(default="", repr=False)


def leave(
    database: Database,
    networks: Networks,
    secrets: Secrets,
    settings: Settings,
    network: str,
    typed: str,
    returns_to: str,
) -> Trip:
    """Registers socialq with the server when it is not known there yet. Raises BadInput, in one sentence."""
    ways = _ways(networks, network)
    made = call(settings)
    try:
        server = ways.server(typed, made)
        app = _known(database, secrets, network, server, returns_to)
        if app is None:
            app = ways.register(server, returns_to, made)
            _remember(database, secrets, network, server, returns_to, app)
    except ConnectFailed as error:
        raise BadInput(str(error)) from None
    finally:
        made.close()
    visit = Visit(server, returns_to, random.token_urlsafe(32), random.token_urlsafe(48))
    return Trip(network, server, returns_to, visit.state, visit.verifier, ways.authorization(app, visit))


def come_back(
    database: Database, networks: Networks, secrets: Secrets, settings: Settings, trip: Trip, code: str
) -> str:
    """The access token for the code. Raises BadInput, in one sentence."""
    ways = _ways(networks, trip.network)
    app = _known(database, secrets, trip.network, trip.server, trip.returns_to)
    if app is None or not code or len(code) > LONGEST_CODE or not (code.isascii() and code.isprintable()):
        raise BadInput("The server sent you back without a usable answer; start again.")
    made = call(settings)
    try:
        return _token(database, ways, app, trip, code, made)
    except ConnectFailed as error:
        raise BadInput(str(error)) from None
    finally:
        made.close()


def app_of(session: Session, network: str, server: str) -> NetworkApp | None:
    """socialq as that server knows it, if it does."""
    query = select(NetworkApp).where(NetworkApp.network == network, NetworkApp.server == server)
    return session.scalars(query).one_or_none()


def opened(secrets: Secrets, row: NetworkApp) -> App:
    """As its network is handed it. Raises Unavailable."""
    return App(row.client_id, str(secrets.open(row.owner, row.client_secret)["client_secret"]))


def _token(database: Database, ways: CanAuthorize, app: App, trip: Trip, code: str, made: Call) -> str:
    visit = Visit(trip.server, trip.returns_to, trip.state, trip.verifier)
    try:
        return str(ways.token(app, visit, code, made)["access_token"])
    except AppUnknown:
        with database.begin() as session:
            session.execute(
                delete(NetworkApp).where(NetworkApp.network == trip.network, NetworkApp.client_id == app.client_id)
            )
        raise


def _ways(networks: Networks, key: str) -> CanAuthorize:
    network = network_of(networks, key)
    if not isinstance(network, CanAuthorize):
        raise BadInput("%(network)s is not connected by logging in there.", network=network.name)
    return network


def _known(database: Database, secrets: Secrets, network: str, server: str, returns_to: str) -> App | None:
    """None also after BASE_URL has changed: the server would not send anybody there."""
    with database.read() as session:
        row = app_of(session, network, server)
    return opened(secrets, row) if row and row.returns_to == returns_to else None


def _remember(database: Database, secrets: Secrets, network: str, server: str, returns_to: str, app: App) -> None:
    """Of two at once the later one stays; who is on the way with the earlier one starts again."""
    with database.begin() as session:
        row = app_of(session, network, server) or NetworkApp(network=network, server=server)
        row.client_id, row.returns_to, row.created_at = app.client_id, returns_to, db.now(session)
        row.client_secret = secrets.seal(row.owner, {"client_secret": app.client_secret})
        session.add(row)
