"""Back from a network with a code: its token, whose it is, and the channel; or several accounts, for a person to choose from."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from socialq.connecting.asking import Wanted, call
from socialq.connecting.authorization import Trip, come_back
from socialq.connecting.channels import Also, add_channel, connect_again
from socialq.connecting.choices import Choice
from socialq.connecting.tokens import parse_token
from socialq.crypto import Secrets
from socialq.db import Database
from socialq.errors import BadInput
from socialq.models import Channel
from socialq.networks.base import ConnectFailed, Networks
from socialq.networks.besides import Offer, OffersAccounts
from socialq.settings import Settings

MOST = 200  # accounts of one log-in


@dataclass(frozen=True)
class Tools:
    """What every step of it needs."""

    db: Database
    networks: Networks
    secrets: Secrets
    settings: Settings


@dataclass(frozen=True)
class Goal:
    """For whom, and by whom. `channel_id`: connect that one again; 0 for a new one. `also`: see `channels.Also`."""

    client_id: int
    by: str
    channel_id: int = 0
    also: Also | None = None


@dataclass(frozen=True)
class Chosen:
    """What came of a choice: channels, and a refusal for each account that could not be connected."""

    channels: list[int]
    refused: list[tuple[str, BadInput]]


def arrive(tools: Tools, trip: Trip, code: str, goal: Goal) -> int | Choice:
    """The channel's id, or what there is to choose. Raises BadInput in one sentence, NotFound."""
    token = come_back(tools.db, tools.networks, tools.secrets, tools.settings, trip, code)
    network = tools.networks[trip.network]
    if not isinstance(network, OffersAccounts):
        return connect(tools, trip.network, trip.server, token, goal)
    offers = _offers(tools, network, network.name, trip.server, parse_token(token))
    if goal.channel_id:
        offers = [_same(tools, network.name, offers, goal.channel_id)]
    open_ = [one for one in offers if not one.why_not]
    if goal.channel_id or len(offers) == len(open_) == 1:
        return connect(tools, trip.network, trip.server, json.dumps(dict(offers[0].credentials)), goal)
    return Choice(goal.client_id, trip.network, trip.server, offers)


def connect(tools: Tools, network: str, server: str, token: str, goal: Goal, handle: str = "") -> int:
    """A new channel, or the one of the goal again. Raises BadInput, NotFound."""
    asks = network in tools.networks and tools.networks[network].asks_server
    wanted = Wanted(goal.client_id, network, token, server if asks or handle else "", handle)
    means = (tools.db, tools.networks, tools.secrets, tools.settings)
    if goal.channel_id:
        connect_again(*means, goal.channel_id, wanted, goal.by, goal.also)
        return goal.channel_id
    return add_channel(*means, wanted, goal.by, goal.also)


def connect_chosen(tools: Tools, choice: Choice, remote_ids: Sequence[str], goal: Goal) -> Chosen:
    """One after the other; what is against one does not stop the others. `goal.also` goes with the first that works."""
    done, refused = list[int](), list[tuple[str, BadInput]]()
    for offer in choice.offers:
        if offer.remote_id not in remote_ids or offer.why_not:
            continue
        one = Goal(goal.client_id, goal.by, also=None if done else goal.also)
        try:
            token = json.dumps(dict(offer.credentials))
            done.append(connect(tools, choice.network, choice.server, token, one))
        except BadInput as error:
            refused.append((offer.name, error))
    return Chosen(done, refused)


def _offers(
    tools: Tools, network: OffersAccounts, name: str, server: str, credentials: Mapping[str, object]
) -> list[Offer]:
    made = call(tools.settings)
    try:
        found = network.accounts(server, credentials, made)[:MOST]
    except ConnectFailed as error:
        raise BadInput(str(error)) from None
    finally:
        made.close()
    if not found:
        raise BadInput(
            "This log-in gives socialq no account on %(network)s. Log in there as somebody who manages the page or organisation, "
            "and tick it when you are asked; a personal account alone cannot be posted to.",
            network=name,
        )
    return found


def _same(tools: Tools, name: str, offers: Sequence[Offer], channel_id: int) -> Offer:
    with tools.db.read() as session:
        channel = session.get(Channel, channel_id)
    remote_id, handle = (channel.remote_id, channel.handle) if channel else ("", "")
    found = next((one for one in offers if one.remote_id == remote_id and not one.why_not), None)
    if found is None:
        raise BadInput(
            "%(handle)s is not among the accounts that you allowed on %(network)s: log in as somebody who manages it, and tick it "
            "there; or connect the other account as a new channel.",
            handle=handle, network=name,
        )  # fmt: skip
    return found
