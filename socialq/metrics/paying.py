"""What numbers cost on a network that is paid for: counted before it is asked. Asks nobody."""

from socialq.db import Database
from socialq.models import Channel
from socialq.networks.quotas import prices
from socialq.services import money


def pay(db: Database, network: object, channel: Channel, posts: int, *, account: bool) -> bool:
    """For the numbers of so many posts, and of the account. False: the client's cap does not allow it, which is told."""
    price = prices(network)
    if price is None:
        return True
    try:
        with db.begin() as session:
            client = money.payer(session, channel.client_id)
            money.count(session, client, channel.id, price.currency, price.of_numbers(posts, account=account))
    except money.CapReached as spent:
        with db.begin() as session:
            money.tell(session, spent.client_id, spent.currency)
        return False
    return True
