"""`socialq metrics`: asking the networks for numbers now, beside the timetable."""

import click

from socialq.cli.shared import ID, json_flag, opened, tell_rows


@click.group()
def metrics() -> None:
    """Numbers from the networks."""


@metrics.command()
@click.option("--client", "client_id", type=ID, help="Only of this client.")
@json_flag
def pull(client_id: int | None, as_json: bool) -> int:
    """Ask every channel for its numbers. Exit 1 when a network did not give them."""
    from socialq.metrics.due import all_channels
    from socialq.metrics.pull import pull as ask
    from socialq.models import Channel
    from socialq.networks.base import Account
    from socialq.networks.call import Call
    from socialq.planning.found import client_of
    from socialq.services.tokens import open_renewable

    with opened() as parts:
        settings = parts.settings

        def account(channel: Channel) -> Account:
            within, private = settings.start, settings.allow_private_hosts
            call = Call(connect_within=within, total=settings.upload, allow_private=private)
            return open_renewable(parts.db, parts.secrets, parts.journal, channel, call)

        with parts.db.read() as session:
            ids = all_channels(session, client_of(session, client_id).id if client_id is not None else None)
        rows = []
        for channel_id in ids:
            got = ask(parts.db, parts.networks, account, channel_id, everything=True)
            state = "failed" if got.problem else "pulled"
            rows.append({"id": channel_id, "state": state, "posts": got.posts, "problem": got.problem})
    tell_rows(as_json, rows, "There is no connected channel.")
    return 1 if any(row["problem"] for row in rows) else 0
