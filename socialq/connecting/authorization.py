"""Connecting by going to a server and saying yes there: socialq registered with it, the way out, the way back.

What must survive the way (`Trip`) is the caller's to keep, bound to the browser that left."""

import json
import secrets as random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NoReturn

from sqlalchemy import delete

from socialq import db
from socialq.connecting.apps import ALL_SERVERS, app_for, app_of, opened
from socialq.connecting.asking import call, network_of
from socialq.crypto import Secrets
from socialq.db import Database
from socialq.errors import BadInput
from socialq.models import NetworkApp
from socialq.networks.base import App, AppUnknown, CanAuthorize, ConnectFailed, Networks, Visit
from socialq.networks.besides import NeedsApp
from socialq.networks.call import Call
from socialq.settings import Settings

__all__ = ["Trip", "app_of", "come_back", "leave", "opened"]
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
    """Registers socialq with the server when it is not known there yet. `typed` counts where each account has a server of its own.
    Raises BadInput, in one sentence."""
    ways = _ways(networks, network)
    asked = typed if networks[network].asks_server else settings.server_of(network)
    made = call(settings)
    try:
        server = ways.server(asked, made)
        app = _known(database, networks, secrets, network, server, returns_to)
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
    """The token for the code, as `asking` takes it: bare, or one JSON object. Raises BadInput, in one sentence."""
    ways = _ways(networks, trip.network)
    app = _known(database, networks, secrets, trip.network, trip.server, trip.returns_to)
    if app is None or not code or len(code) > LONGEST_CODE or not (code.isascii() and code.isprintable()):
        raise BadInput("The server sent you back without a usable answer; start again.")
    made = call(settings)
    try:
        return _token(database, ways, app, trip, code, made)
    except ConnectFailed as error:
        raise BadInput(str(error)) from None
    finally:
        made.close()


def _token(database: Database, ways: CanAuthorize, app: App, trip: Trip, code: str, made: Call) -> str:
    visit = Visit(trip.server, trip.returns_to, trip.state, trip.verifier)
    before = database.now()
    try:
        given = dict(ways.token(app, visit, code, made))
    except AppUnknown:
        with database.begin() as session:
            mine = (NetworkApp.network == trip.network, NetworkApp.client_id == app.client_id)
            session.execute(delete(NetworkApp).where(*mine, NetworkApp.server != ALL_SERVERS))
        raise
    if seconds := given.pop("expires_in", None):
        given["expires_at"] = int((before + timedelta(seconds=seconds)).timestamp())
    return json.dumps(given) if len(given) > 1 else str(given["access_token"])


def _ways(networks: Networks, key: str) -> CanAuthorize:
    network = network_of(networks, key)
    if not isinstance(network, CanAuthorize):
        raise BadInput("%(network)s is not connected by logging in there.", network=network.name)
    return network


def _known(
    database: Database, networks: Networks, secrets: Secrets, network: str, server: str, returns_to: str
) -> App | None:
    """None also after BASE_URL has changed: the server would not send anybody there. Raises BadInput where somebody has to make
    the app by hand and nobody has."""
    with database.read() as session:
        if isinstance(needing := networks[network], NeedsApp):
            return app_for(session, secrets, network) or _no_app(needing.name)
        row = app_of(session, network, server)
    return opened(secrets, row) if row and row.returns_to == returns_to else None


def _no_app(name: str) -> NoReturn:
    raise BadInput(
        "%(network)s only lets in programs that are registered there, and yours is not yet: an owner of this socialq does that "
        "once, under Settings, Network apps.",
        network=name,
    )


def _remember(database: Database, secrets: Secrets, network: str, server: str, returns_to: str, app: App) -> None:
    """Of two at once the later one stays; who is on the way with the earlier one starts again."""
    with database.begin() as session:
        row = app_of(session, network, server) or NetworkApp(network=network, server=server)
        row.client_id, row.returns_to, row.created_at = app.client_id, returns_to, db.now(session)
        row.client_secret = secrets.seal(row.owner, {"client_secret": app.client_secret})
        session.add(row)
