"""`socialq restored`: somebody has put back an older database or data folder. What is due within a day waits for a person's yes."""

import click

from socialq.cli.shared import json_flag, opened, tell


@click.command()
@json_flag
def restored(as_json: bool) -> None:
    """Say that the database was restored. What may be online already waits until you have said yes."""
    from socialq.publishing.moved import restored as hold

    with opened() as parts:
        waiting = hold(parts.db)
    tell(as_json, {"waiting": waiting}, f"{waiting} wait for a yes: see `socialq delivery confirm`, or Today.")
