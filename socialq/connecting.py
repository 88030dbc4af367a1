"""Connecting a client's account: the network is asked who the token belongs to before anything is stored."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialq import db
from socialq.crypto import Secrets
from socialq.db import Database
from socialq.domain.words import one_line
from socialq.errors import BadInput, NotFound
from socialq.models import Channel, Client
from socialq.networks.base import Account, Connected, ConnectFailed, Network, Networks
from socialq.networks.call import Call
from socialq.services import events
from socialq.settings import Settings

LONGEST_TOKEN = 20_000
LONGEST_NAME = 255
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TOKEN_KEYS = frozenset(
    {
        "access_token",
        "refresh_token",
        "expires_at",
        "account_id",
        "consumer_key",
        "consumer_secret",
        "access_token_secret",
    }
)


@dataclass(frozen=True)
class Wanted:
    """What a person typed. `token` is a bare token or one JSON object (see TOKEN_KEYS)."""

    client_id: int
    network: str
    token: str
    server: str = ""
    handle: str = ""


def add_channel(
    database: Database, networks: Networks, secrets: Secrets, settings: Settings, wanted: Wanted, by: str
) -> int:
    """The new channel's id. Raises BadInput (also what the network says against it) or NotFound; nothing is stored then."""
    network = _network(networks, wanted.network)
    credentials = parse_token(wanted.token)
    server, handle = _typed(wanted, network, settings)
    with database.read() as session:
        _client(session, wanted.client_id)
    account_id = str(credentials.get("account_id", ""))
    typed = Account(server, account_id, handle, dict(credentials), _call(settings), credentials.update)
    connected = _ask(network, typed)
    with database.begin() as session:
        client = _client(session, wanted.client_id, lock=True)
        channel = _store(session, client, wanted.network, connected, server)
        channel.credentials = secrets.seal(channel.owner, credentials)
        channel.expires_at = _expires_at(credentials)
        session.flush()
        events.record(session, by, "connect", f"channel:{channel.id}", client.id, network=wanted.network)
        return channel.id


def parse_token(text: str) -> dict[str, Any]:
    """Credentials from a bare token or one JSON object. Raises BadInput, in which nothing of the token appears."""
    text = text.strip()
    if not text:
        raise BadInput("The token is empty: give it on standard input.")
    if len(text) > LONGEST_TOKEN:
        raise BadInput("That is too long for a token.")
    if not text.startswith("{"):
        if not text.isascii() or not text.isprintable() or " " in text:
            raise BadInput("A token is one line without spaces: copy it again.")
        return {"access_token": text}
    try:
        found = json.loads(text)
    except ValueError:
        raise BadInput("The token begins like JSON but cannot be read as one JSON object.") from None
    return _fields(found)


def _fields(found: Any) -> dict[str, Any]:
    if unknown := sorted(set(found) - TOKEN_KEYS):
        raise BadInput(
            f"The token has fields that are not known ({len(unknown)}): use {', '.join(sorted(TOKEN_KEYS))}."
        )
    if not found.get("access_token"):
        raise BadInput("The token's JSON object needs an access_token.")
    texts = {key: value for key, value in found.items() if key != "expires_at"}
    if not all(isinstance(value, str) and value.isascii() and value.isprintable() for value in texts.values()):
        raise BadInput("The fields of the token are plain texts: copy them again.")
    _expires_at(found)
    return dict(found)


def _expires_at(credentials: Mapping[str, Any]) -> datetime | None:
    """`expires_at` is seconds since 1970 or ISO 8601 with an offset. Raises BadInput."""
    value = credentials.get("expires_at")
    if value is None:
        return None
    try:
        at = _EPOCH + timedelta(seconds=value) if type(value) is int else datetime.fromisoformat(value)
        return at.astimezone(UTC) if at.tzinfo else _no_time()
    except (ValueError, TypeError, OverflowError):
        return _no_time()


def _no_time() -> NoReturn:
    raise BadInput("expires_at is a time like 2026-10-06T09:00:00+02:00, or seconds since 1970.")


def _network(networks: Networks, key: str) -> Network:
    if key not in networks:
        raise BadInput(f"There is no network “{key}”: use {', '.join(sorted(networks))}.")
    return networks[key]


def _typed(wanted: Wanted, network: Network, settings: Settings) -> tuple[str, str]:
    if network.key == "practice":
        return str(settings.data_dir / "practice"), _handle(wanted.handle)
    if network.asks_server and not wanted.server:
        raise BadInput(f"{network.name} needs a server: give its address.")
    usual = settings.server_of(network.key)
    if wanted.server and not (network.asks_server or usual):
        raise BadInput(f"{network.name} has one server for all: leave the server out.")
    if network.asks_handle and not wanted.handle:
        raise BadInput(f"{network.name} needs the account's handle.")
    return wanted.server or usual, _handle(wanted.handle)


def _handle(typed: str) -> str:
    try:
        return one_line(typed, "The handle", LONGEST_NAME) if typed else ""
    except ValueError as error:
        raise BadInput(str(error)) from None


def _client(session: Session, client_id: int, *, lock: bool = False) -> Client:
    client = session.get(Client, client_id, with_for_update=lock)
    if client is None:
        raise NotFound(f"There is no client {client_id}.")
    return client


def _call(settings: Settings) -> Call:
    return Call(connect_within=settings.start, total=settings.hard, allow_private=settings.allow_private_hosts)


def _ask(network: Network, account: Account) -> Connected:
    try:
        return network.connect(account)
    except ConnectFailed as error:
        raise BadInput(str(error)) from None
    finally:
        account.call.close()


def _store(session: Session, client: Client, network: str, connected: Connected, server: str) -> Channel:
    server = connected.server or server
    same = select(Channel).where(
        Channel.client_id == client.id, Channel.network == network, Channel.server == server,
        Channel.remote_id == connected.remote_id,
    )  # fmt: skip
    if found := session.scalars(same).first():
        raise BadInput(f"This account is connected already: it is channel {found.id} of {client.name}.")
    channel = Channel(
        client_id=client.id, network=network, server=server, remote_id=connected.remote_id, handle=connected.handle,
        limits=dict(connected.limits), created_at=db.now(session),
    )  # fmt: skip
    session.add(channel)
    session.flush()
    return channel
