"""What a person typed, checked with the network: who does this token belong to? Stores nothing."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from socialq.connecting.tokens import expires_at, parse_token
from socialq.domain.words import one_line
from socialq.errors import BadInput
from socialq.networks.base import Account, Connected, ConnectFailed, Network, Networks
from socialq.networks.besides import CanRefresh
from socialq.networks.call import Call
from socialq.settings import Settings

LONGEST_NAME = 255


@dataclass(frozen=True)
class Wanted:
    """What a person typed. `token` is a bare token or one JSON object (see TOKEN_KEYS)."""

    client_id: int
    network: str
    token: str = field(repr=False)
    server: str = ""
    handle: str = ""


@dataclass(frozen=True)
class Owner:
    """Whose token it is, and all that is to be kept with it."""

    connected: Connected
    server: str
    credentials: dict[str, Any] = field(repr=False)
    expires_at: datetime | None
    renewable_until: datetime | None = None
    renews: bool = False  # without a person


def ask(networks: Networks, settings: Settings, wanted: Wanted) -> Owner:
    """Calls the network. Raises BadInput, also with what the network says against it."""
    network = network_of(networks, wanted.network)
    credentials = parse_token(wanted.token)
    server, handle = _typed(wanted, network, settings)
    account_id = str(credentials.get("account_id", ""))
    typed = Account(server, account_id, handle, dict(credentials), call(settings), credentials.update)
    connected = _plain(_ask(network, typed), network)
    renews = isinstance(network, CanRefresh) and network.renews(credentials)
    ends = expires_at(credentials), expires_at(credentials, "refresh_expires_at")
    return Owner(connected, connected.server or server, credentials, *ends, renews)


def network_of(networks: Networks, key: str) -> Network:
    """Raises BadInput."""
    if key not in networks:
        raise BadInput(f"There is no network “{key}”: use {', '.join(sorted(networks))}.")
    return networks[key]


def call(settings: Settings) -> Call:
    """For one piece of connecting; to be closed."""
    return Call(connect_within=settings.start, total=settings.hard, allow_private=settings.allow_private_hosts)


def _typed(wanted: Wanted, network: Network, settings: Settings) -> tuple[str, str]:
    if network.key == "practice":
        return str(settings.data_dir / "practice"), _handle(wanted.handle)
    if network.asks_server and not wanted.server:
        raise BadInput("%(network)s needs a server: give its address.", network=network.name)
    usual = settings.server_of(network.key)
    if wanted.server and not (network.asks_server or usual):
        raise BadInput("%(network)s has one server for all: leave the server out.", network=network.name)
    if network.asks_handle and not wanted.handle:
        raise BadInput("%(network)s needs the account's handle.", network=network.name)
    return wanted.server or usual, _handle(wanted.handle)


def _handle(typed: str) -> str:
    try:
        return one_line(typed, "The handle", LONGEST_NAME) if typed else ""
    except ValueError as error:
        raise BadInput(str(error)) from None


def _plain(connected: Connected, network: Network) -> Connected:
    """What a server calls its account is foreign text: it must fit into a row and into one line of a page or a mail."""
    odd = BadInput("%(network)s calls this account something that cannot be stored.", network=network.name)
    try:
        number = one_line(connected.remote_id, "Its number", LONGEST_NAME)
        handle = one_line(connected.handle, "Its name", LONGEST_NAME)
    except ValueError:
        raise odd from None
    if number != connected.remote_id:
        raise odd
    return replace(connected, handle=handle)


def _ask(network: Network, account: Account) -> Connected:
    try:
        return network.connect(account)
    except ConnectFailed as error:
        raise BadInput(str(error)) from None
    finally:
        account.call.close()
