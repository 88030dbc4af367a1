"""`socialq demo`: demo data for an empty installation."""

import click

from socialq.cli.shared import json_flag, opened, tell


@click.command()
@json_flag
def demo(as_json: bool) -> None:
    """Fill an empty installation with demo data; a used one is refused."""
    from socialq.demo import CLIENTS, EMAIL, fill

    with opened() as parts:
        password = fill(parts)
    facts = {"id": 1, "state": "filled", "clients": len(CLIENTS), "email": EMAIL, "password": password}
    tell(as_json, facts, f"Three clients are there; the first post goes out in 20 s. Sign in as {EMAIL}: {password}")
