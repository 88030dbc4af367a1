"""A client's channels: connecting one, connecting it again, disconnecting it. The network is asked before anything is stored."""

from collections.abc import Callable
from random import random

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from socialq import db
from socialq.connecting.asking import Owner, Wanted, ask
from socialq.crypto import Secrets
from socialq.db import Database
from socialq.domain.access import renew_at
from socialq.domain.states import DeliveryState
from socialq.errors import BadInput, NotFound
from socialq.models import Channel, Client, Delivery
from socialq.networks.base import Networks
from socialq.services import events
from socialq.services.incidents import resolve_incidents
from socialq.settings import Settings

BY_HAND = "disconnected by hand"
SETTLED_BY_CONNECTING = ["channel_disconnected", "access_ends", "breaker", "budget_spent"]  # not what was missed
Also = Callable[[Session, Channel], None]
"""Done in the transaction that stores the channel; what it raises undoes both."""


def add_channel(
    database: Database,
    networks: Networks,
    secrets: Secrets,
    settings: Settings,
    wanted: Wanted,
    by: str,
    also: Also | None = None,
) -> int:
    """The channel's id; an account that was disconnected gets its old channel back, with its history.

    Raises BadInput (also what the network says against it) or NotFound; nothing is stored then."""
    with database.read() as session:
        _client(session, wanted.client_id)
    owner = ask(networks, settings, wanted)
    with database.begin() as session:
        client = _client(session, wanted.client_id, lock=True)
        channel = _of_this_account(session, client, wanted.network, owner)
        if channel is not None and channel.disconnected_at is None:
            raise BadInput(f"This account is connected already: it is channel {channel.id} of {client.name}.")
        channel = channel or _new(session, client, wanted.network, owner)
        _keep(session, secrets, channel, owner, by)
        if also:
            also(session, channel)
        return channel.id


def connect_again(
    database: Database,
    networks: Networks,
    secrets: Secrets,
    settings: Settings,
    channel_id: int,
    wanted: Wanted,
    by: str,
    also: Also | None = None,
) -> None:
    """New credentials for the same account, on the same channel: what waits inside its limit goes by itself.

    Raises BadInput (also when it is another account) or NotFound; nothing is stored then."""
    owner = ask(networks, settings, wanted)
    with database.begin() as session:
        channel = channel_of(session, channel_id)
        same_server = channel.server == owner.server or not networks[channel.network].asks_server
        if channel.remote_id != owner.connected.remote_id or not same_server:
            raise BadInput(
                "This is %(other)s, another account than %(handle)s: log in as %(handle)s, or connect it as a new channel.",
                other=owner.connected.handle, handle=channel.handle,
            )  # fmt: skip
        channel.server, channel.handle = owner.server, owner.connected.handle
        channel.limits = dict(owner.connected.limits)
        _keep(session, secrets, channel, owner, by)
        if also:
            also(session, channel)


def disconnect(session: Session, channel_id: int, by: str) -> Channel:
    """Nothing more goes out there; its token is forgotten, its posts and numbers stay. Raises NotFound."""
    channel = channel_of(session, channel_id)
    channel.disconnected_at = channel.disconnected_at or db.now(session)
    channel.disconnected_reason, channel.credentials, channel.expires_at = BY_HAND, None, None
    channel.credentials_version += 1
    channel.refresh_at, channel.refreshing_until, channel.renewable_until = None, None, None
    resolve_incidents(session, f"channel:{channel.id}", by, SETTLED_BY_CONNECTING)
    events.record(session, by, "disconnect", f"channel:{channel.id}", channel.client_id, network=channel.network)
    return channel


def channel_of(session: Session, channel_id: int) -> Channel:
    """Held against others who change it. Raises NotFound."""
    channel = session.get(Channel, channel_id, with_for_update=True, populate_existing=True)
    if channel is None:
        raise NotFound(f"There is no channel {channel_id}.")
    return channel


def _client(session: Session, client_id: int, *, lock: bool = False) -> Client:
    client = session.get(Client, client_id, with_for_update=lock)
    if client is None:
        raise NotFound(f"There is no client {client_id}.")
    return client


def _of_this_account(session: Session, client: Client, network: str, owner: Owner) -> Channel | None:
    same = select(Channel).where(
        Channel.client_id == client.id, Channel.network == network, Channel.server == owner.server,
        Channel.remote_id == owner.connected.remote_id,
    )  # fmt: skip
    return session.scalars(same.order_by(Channel.id).with_for_update()).first()


def _new(session: Session, client: Client, network: str, owner: Owner) -> Channel:
    channel = Channel(
        client_id=client.id, network=network, server=owner.server, remote_id=owner.connected.remote_id,
        handle=owner.connected.handle, limits=dict(owner.connected.limits), created_at=db.now(session),
        credentials_version=0,
    )  # fmt: skip
    session.add(channel)
    session.flush()
    return channel


def _keep(session: Session, secrets: Secrets, channel: Channel, owner: Owner, by: str) -> None:
    channel.credentials = secrets.seal(channel.owner, owner.credentials)
    channel.credentials_version += 1
    channel.expires_at, channel.renewable_until = owner.expires_at, owner.renewable_until
    channel.refreshing_until, channel.refresh_tries, channel.renewed_at = None, 0, None
    channel.refresh_at = renew_at(db.now(session), owner.expires_at, random()) if owner.renews else None
    channel.disconnected_at, channel.disconnected_reason = None, ""
    resolve_incidents(session, f"channel:{channel.id}", by, SETTLED_BY_CONNECTING)
    waiting = (Delivery.channel_id == channel.id, Delivery.state == DeliveryState.SCHEDULED)
    session.execute(update(Delivery).where(*waiting).values(rung_at=None, rings=0))
    session.flush()
    events.record(session, by, "connect", f"channel:{channel.id}", channel.client_id, network=channel.network)
