"""One look: the network is asked whether a delivery is there. It concludes nothing."""

import logging

from socialq.domain.message import Wanted
from socialq.domain.outcomes import Look, LookFailed, Near
from socialq.networks.base import CanFind
from socialq.publishing.sender import Sender
from socialq.publishing.spoken import spoken
from socialq.publishing.work import Work

log = logging.getLogger(__name__)


def look(sender: Sender, work: Work, wanted: Wanted) -> Look:
    """Whatever goes wrong is a failed look, which says nothing; a network that cannot be read back asks a person."""
    network = sender.network(work.network)
    if not isinstance(network, CanFind):
        return Near(f"{network.name} cannot be read back")
    try:
        found = network.find(work.prepared, wanted, work.account)
    except Exception as error:  # reading back is repeatable
        log.warning("reading back delivery %s ended in %s", work.delivery_id, type(error).__name__)
        return LookFailed(f"{type(error).__name__} while reading back")
    finally:
        work.account.call.close()
    return spoken(found) if isinstance(found, Look) else LookFailed("the network gave no usable answer")
