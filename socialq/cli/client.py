"""`socialq client`: clients and their slots."""

import click

from socialq.cli.shared import BY, client_facts, json_flag, opened, tell, tell_rows


@click.group()
def client() -> None:
    """Clients: whose brands they are."""


@client.command()
@click.argument("name")
@click.option("--timezone", default="Europe/Amsterdam", show_default=True, help="Zone in which the client's slots are.")
@click.option("--language", default="nl", show_default=True, help="Of the client's reports and mails: nl or en.")
@click.option(
    "--approval", type=click.Choice(["needed", "not-needed"]), default="not-needed", show_default=True,
    help="Whether the client approves posts first.",
)  # fmt: skip
@click.option("--slot", "slots", multiple=True, help='A weekly slot, like "tue 09:00"; as often as needed.')
@json_flag
def add(name: str, timezone: str, language: str, approval: str, slots: tuple[str, ...], as_json: bool) -> None:
    """Add a client."""
    from socialq.planning.clients import NewClient, add_client

    with opened() as parts:
        new = NewClient(name, timezone, language, approval == "needed", slots)
        with parts.db.begin() as session:
            made = add_client(session, parts.settings.times, new, BY)
        tell(as_json, client_facts(made), f"Client {made.id} is {made.name}.")


@client.command(name="list")
@json_flag
def listing(as_json: bool) -> None:
    """List the clients."""
    from sqlalchemy import select

    from socialq.models import Client

    with opened() as parts, parts.db.read() as session:
        rows = [client_facts(one) for one in session.scalars(select(Client).order_by(Client.id))]
    tell_rows(as_json, rows, "There are no clients yet.")
