"""`socialq doctor`: whether all is well. Exit 0 when it is, 1 when something wants attention."""

import json
from dataclasses import asdict

import click

from socialq.cli.shared import json_flag


@click.command()
@json_flag
def doctor(as_json: bool) -> int:
    """Say whether all is well, and what to do if not."""
    from socialq.cli.checks import examine
    from socialq.settings import load_settings

    found = list(examine(load_settings()))
    well = all(one.ok for one in found)
    if as_json:
        click.echo(json.dumps({"ok": well, "checks": [asdict(one) for one in found]}))
    else:
        for one in found:
            click.echo(f"{'note' if one.note else 'ok' if one.ok else 'BAD':4}  {one.check:14} {one.told}")
    return 0 if well else 1
