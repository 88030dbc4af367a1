"""`socialq keys`: what all credentials are sealed with."""

import click

from socialq.cli.shared import BY, json_flag, opened, tell


@click.group()
def keys() -> None:
    """The keys under which credentials lie in the database."""


@keys.command()
@click.option("--drop-old", is_flag=True, help="Then forget the old keys: older backups cannot be opened any more.")
@json_flag
def rotate(drop_old: bool, as_json: bool) -> None:
    """Make a new key and seal everything under it. Workers go on meanwhile."""
    from socialq.connecting.rotating import rotate as use_case

    with opened() as parts:
        settings = parts.settings
        done = use_case(parts.db, settings.data_dir, settings.lease, BY, drop_old=drop_old)
    told = f"{done.sealed} secrets are sealed under the new key; {done.keys} in the key file. Make a backup now."
    if done.closed:
        told += f" {done.closed} open with no key that is here: those channels have to be connected again."
    tell(as_json, {"sealed": done.sealed, "closed": done.closed, "keys": done.keys}, told)
