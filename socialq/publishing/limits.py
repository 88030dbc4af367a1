"""What the times ask of rows: whether each client's limit leaves room for one loss and its recovery. Changes nothing."""

from sqlalchemy import select

from socialq.db import Database
from socialq.domain.times import Times
from socialq.errors import Unavailable
from socialq.models import Client


def check_limits(db: Database, times: Times) -> None:
    """At every start. Raises Unavailable, naming the first client whose posts would miss their slot before they could be looked up."""
    with db.read() as session:
        short = select(Client).where(Client.lateness_limit < times.least_limit).order_by(Client.id).limit(1)
        client = session.scalars(short).first()
    if client is not None:
        raise Unavailable(
            f"The client “{client.name}” allows posts to be {client.lateness_limit} s late; with these times it must be "
            f"{times.least_limit:.0f} s at least. Change the client, or LEASE, QUARANTINE, GAP and HARD in the settings."
        )
