"""`socialq channel`: a client's accounts. Tokens come on standard input only, never as an argument that `ps` shows."""

import sys

import click

from socialq.cli.shared import BY, ID, channel_facts, json_flag, opened, tell, tell_rows

LONGEST = 100_000


@click.group()
def channel() -> None:
    """Channels: accounts of clients on networks."""


@channel.command()
@click.option("--client", "client_id", type=ID, required=True, help="Whose account it is.")
@click.option("--network", required=True, help="Key of the network: mastodon, practice …")
@click.option("--server", default="", help="Address of the server, where the network has many.")
@click.option("--handle", default="", help="Name of the account, where the network asks for it.")
@click.option(
    "--token-stdin", is_flag=True, required=True, help="Read the token, or one JSON object, from standard input."
)
@json_flag
def add(client_id: int, network: str, server: str, handle: str, token_stdin: bool, as_json: bool) -> None:
    """Connect an account, with its token on standard input."""
    from socialq.connecting import Wanted, add_channel
    from socialq.models import Channel

    token = sys.stdin.buffer.read(LONGEST).decode("utf-8", "replace")
    with opened() as parts:
        wanted = Wanted(client_id, network, token, server, handle)
        channel_id = add_channel(parts.db, parts.networks, parts.secrets, parts.settings, wanted, BY)
        with parts.db.read() as session:
            made = session.get_one(Channel, channel_id)
    tell(as_json, channel_facts(made), f"Channel {made.id} is {made.handle} on {made.network}.")


@channel.command(name="list")
@click.option("--client", "client_id", type=ID, help="Only of this client.")
@json_flag
def listing(client_id: int | None, as_json: bool) -> None:
    """List the channels."""
    from sqlalchemy import select

    from socialq.models import Channel
    from socialq.planning.found import client_of

    with opened() as parts, parts.db.read() as session:
        query = select(Channel).order_by(Channel.id)
        if client_id is not None:
            query = query.where(Channel.client_id == client_of(session, client_id).id)
        rows = [channel_facts(one) for one in session.scalars(query)]
    tell_rows(as_json, rows, "There are no channels yet.")


@channel.command()
@click.argument("channel_id", metavar="ID", type=ID)
@click.argument("posts", type=int)
@json_flag
def limit(channel_id: int, posts: int, as_json: bool) -> None:
    """So many posts an hour at most; the next one waits until somebody says go on."""
    from socialq.publishing.breaker import limit as allow

    with opened() as parts:
        with parts.db.begin() as session:
            done = allow(session, channel_id, posts, BY)
        facts = channel_facts(done) | {"posts_an_hour": done.posts_an_hour}
        tell(as_json, facts, f"Channel {channel_id}: {posts} posts an hour.")
