"""What a call showed beside its answer: how the host behaves, what is left of a budget. Never in the way of what follows."""

import logging

from sqlalchemy.exc import SQLAlchemyError

from socialq.errors import Unavailable
from socialq.networks.call import Call
from socialq.publishing import budgets, hosts
from socialq.publishing.sender import Sender
from socialq.publishing.work import Work

log = logging.getLogger(__name__)


def note(sender: Sender, work: Work, call: Call) -> None:
    """After a final call or a preparation, whatever came of it."""
    try:
        hosts.heard(sender.db, work.host, call)
        if call.remaining or call.hold is not None:
            budgets.heard(sender.db, work.channel_id, call)
    except (SQLAlchemyError, Unavailable) as error:
        log.warning("what was heard of %s was not kept: %s", work.host, type(error).__name__)
