"""`socialq delivery`: what became of each post on each channel, and a person's decision where nobody else can know."""

from typing import Any

import click

from socialq.cli.shared import BY, ID, delivery_facts, json_flag, opened, tell, tell_rows


@click.group()
def delivery() -> None:
    """Deliveries: a post on a channel."""


@delivery.command(name="list")
@click.option("--client", "client_id", type=ID, help="Only of this client.")
@click.option("--state", help="Only in this state: scheduled, publishing, published, unknown, failed …")
@json_flag
def listing(client_id: int | None, state: str | None, as_json: bool) -> None:
    """List the deliveries by their time."""
    from sqlalchemy import select

    from socialq.domain.states import DeliveryState
    from socialq.errors import BadInput
    from socialq.models import Channel, Delivery
    from socialq.planning.found import client_of

    if state is not None and state not in set(DeliveryState):
        raise BadInput(f"There is no state “{state}”: use {', '.join(DeliveryState)}.")
    with opened() as parts, parts.db.read() as session:
        query = select(Delivery).order_by(Delivery.scheduled_at, Delivery.id)
        if client_id is not None:
            client = client_of(session, client_id)
            query = query.join(Channel, Channel.id == Delivery.channel_id).where(Channel.client_id == client.id)
        if state is not None:
            query = query.where(Delivery.state == state)
        rows = [delivery_facts(one) for one in session.scalars(query)]
    tell_rows(as_json, rows, "There are no such deliveries.")


@delivery.command()
@click.argument("delivery_id", metavar="ID", type=ID)
@click.argument("choice", type=click.Choice(["published", "retry", "failed"]))
@click.option("--url", default="", help="The post's link, when it is out.")
@json_flag
def resolve(delivery_id: int, choice: Any, url: str, as_json: bool) -> None:
    """Decide: it is out (published), send it again (retry), leave it (failed)."""
    from socialq.publishing.resolve import resolve as settle

    if (choice == "published") != bool(url):
        raise click.UsageError("--url goes with `published`, and only with it: the link of the post that is out.")
    with opened() as parts:
        with parts.db.begin() as session:
            done = settle(session, delivery_id, None, choice, url, BY)
        tell(as_json, delivery_facts(done), f"Delivery {done.id} is {done.state}.")
