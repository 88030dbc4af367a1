"""The command line: a thin edge. Errors become one line and exit 2; what a command needs is imported when it runs."""

import importlib
import sys
from collections.abc import Sequence

import click

from socialq.cli.fail import one_line

# What each is for stands here, so that `socialq --help` imports none of them.
NOUNS = {
    "up": "Start everything: web, workers, scheduler, Redis.",
    "user": "Members: the assistant and her stand-ins.",
    "client": "Clients: whose brands they are.",
    "channel": "Channels: accounts of clients on networks.",
    "post": "Posts.",
    "delivery": "Deliveries: a post on a channel.",
    "metrics": "Numbers from the networks.",
    "report": "Reports of a client's month.",
    "demo": "Fill an empty installation with demo data.",
    "keys": "The keys under which credentials are sealed: put new ones in their place.",
    "restored": "Say that the database was restored: what is due waits for a yes.",
    "doctor": "Say whether all is well, and what to do if not.",
}


class _Nouns(click.Group):
    """One module a noun; its command bears the module's name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(NOUNS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in NOUNS:
            return None
        command: click.Command = getattr(importlib.import_module(f"socialq.cli.{name}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(NOUNS.items()))


@click.group(cls=_Nouns, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Plans, publishes and reports a virtual assistant's social posts."""


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script. Exit 0: done; 1: a check that failed; 2: refused, with one line on stderr; 130: Ctrl-C."""
    try:
        code = cli.main(arguments, prog_name="socialq", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        code = 2
    except (KeyboardInterrupt, click.Abort):
        code = 130
    except Exception as error:
        click.echo(one_line(error), err=True)
        code = 2
    sys.exit(code if isinstance(code, int) else 0)
