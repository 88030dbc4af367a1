"""A quota that has to be asked for: once before a post, when the last word is old. What it says is kept with what answers say."""

import logging
from datetime import timedelta

from sqlalchemy import exists, select

from socialq.db import now
from socialq.models import Budget, Channel
from socialq.networks.quotas import TellsQuota
from socialq.publishing.sender import Sender
from socialq.publishing.work import Work
from socialq.services import budget

log = logging.getLogger(__name__)
KNOWN_FOR = timedelta(minutes=10)  # our own posts since are counted; those made elsewhere are seen then


def ask_quota(sender: Sender, work: Work) -> None:
    """Hands what the network says to the work's call. A question that fails stops nothing: the final call will show."""
    network = sender.network(work.network)
    if not isinstance(network, TellsQuota) or _known(sender, work.channel_id):
        return
    try:
        work.account.call.count(*network.quota(work.account))
    except Exception as error:
        log.warning("the quota of channel %s could not be asked for: %s", work.channel_id, type(error).__name__)


def _known(sender: Sender, channel_id: int) -> bool:
    with sender.db.read() as session:
        since = now(session) - KNOWN_FOR
        fresh = (Budget.only_posts, ~Budget.declared, Budget.read_at > since)
        mine = budget.mine(session.get_one(Channel, channel_id))
        return bool(session.scalar(select(exists().where(mine, *fresh))))
