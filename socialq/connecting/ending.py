"""Disconnecting a channel for good: first its token is forgotten here, then access is given back to the network, if it can be."""

from dataclasses import dataclass

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from socialq.connecting.apps import app_of, opened
from socialq.connecting.channels import channel_of, disconnect
from socialq.crypto import Secrets
from socialq.db import Database
from socialq.errors import Unavailable
from socialq.models import Channel, NetworkApp
from socialq.networks.base import Account, ConnectFailed, Network, Networks
from socialq.networks.besides import CanWithdraw
from socialq.networks.call import Call
from socialq.settings import Settings

CONNECT_WITHIN, TOTAL = 5.0, 10.0  # seconds: somebody waits for the page
log = structlog.get_logger()


@dataclass(frozen=True)
class Ended:
    """`withdrawn`: nobody can use the access any more; None where the network offers no such thing or others still use it."""

    client_id: int
    network: str
    server: str
    handle: str
    withdrawn: bool | None


def end(
    database: Database, networks: Networks, secrets: Secrets, settings: Settings, channel_id: int, by: str
) -> Ended:
    """Nothing goes out there any more, whatever the network answers. Raises NotFound."""
    with database.begin() as session:
        channel = channel_of(session, channel_id)
        sealed, used = channel.credentials, _used_elsewhere(session, channel)
        app = app_of(session, channel.network, channel.server)
        channel = disconnect(session, channel_id, by)
    withdrawn = None
    if sealed and not used and channel.network in networks:
        withdrawn = _withdrawn(networks[channel.network], channel, sealed, app, secrets, settings)
    return Ended(channel.client_id, channel.network, channel.server, channel.handle, withdrawn)


def _used_elsewhere(session: Session, channel: Channel) -> bool:
    """Some networks give one token to everything that an account allows socialq: it goes with the last channel."""
    same = (Channel.network == channel.network, Channel.server == channel.server)
    others = (Channel.remote_id == channel.remote_id, Channel.id != channel.id, Channel.disconnected_at.is_(None))
    return bool(session.scalar(select(func.count(Channel.id)).where(*same, *others)))


def _withdrawn(
    network: Network, channel: Channel, sealed: bytes, app: NetworkApp | None, secrets: Secrets, settings: Settings
) -> bool | None:
    if not isinstance(network, CanWithdraw):
        return None
    call = Call(connect_within=CONNECT_WITHIN, total=TOTAL, allow_private=settings.allow_private_hosts)
    try:
        credentials = secrets.open(channel.owner, sealed)
        account = Account(channel.server, channel.remote_id, channel.handle, credentials, call)
        network.withdraw(account, opened(secrets, app) if app else None)
    except (ConnectFailed, Unavailable) as error:
        log.warning("access was not given back", channel=channel.id, said=str(error))
        return False
    finally:
        call.close()
    return True
