"""`socialq up`: web, workers, scheduler and Redis in one terminal, ended by one Ctrl-C. Starts processes; does no work of its own."""

import fcntl
import os
import socket
import sys
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from socialq.cli.fail import one_line
from socialq.errors import BadInput, NotAllowed
from socialq.services.children import CANNOT_BEGIN, Children, Command, stop_on_signals
from socialq.services.forked import fork
from socialq.services.logs import set_up
from socialq.settings import Settings

if TYPE_CHECKING:
    from socialq.wiring import Parts

HOST = "127.0.0.1"
BACKLOG = 512
BEYOND_WORKERS = 15.0  # seconds: the workers' supervisor ends its own first


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: any free one.")
@click.option(
    "--demo", is_flag=True, help="Fill an empty installation with demo data, and say what happens to its posts."
)
def up(port: int, demo: bool) -> int:
    """Start everything: web, workers, scheduler and a Redis of its own. Ctrl-C ends it all."""
    from socialq.settings import load_settings

    settings = load_settings()
    set_up(settings.log_level, "up")
    stop = stop_on_signals()
    grace = settings.times.grace + BEYOND_WORKERS
    with _one_a_folder(settings.data_dir), _listen(port) as listening:
        address = f"http://{HOST}:{listening.getsockname()[1]}"
        if "base_url" not in settings.model_fields_set:
            os.environ["SOCIALQ_BASE_URL"] = address  # links in mails, for all that is started here
        children = Children(_commands(settings, listening, demo=demo), grace, lambda: _say_ending(grace))
        code = children.keep(stop, lambda: _open(settings, address, demo=demo))
    click.echo("socialq has ended." if code == 0 else "socialq could not start; see the line above.", err=code != 0)
    return code


def _open(settings: Settings, address: str, *, demo: bool) -> None:
    """In a process of its own, which is gone when it is done: this one stays for days and would carry the libraries about."""
    code = fork(partial(_begin, settings, address, demo=demo), "socialq up").wait()
    if code != 0:
        sys.exit(CANNOT_BEGIN)


def _begin(settings: Settings, address: str, *, demo: bool) -> None:
    """While the web starts: the tables, the demo data, the first line on the screen."""
    from socialq.wiring import open_parts

    try:
        parts = open_parts(settings)
        sign_in = _fill(parts) if demo else ""
    except Exception as error:
        click.echo(one_line(error), err=True)
        sys.exit(CANNOT_BEGIN)
    click.echo(f"socialq runs at {address} (data in {settings.data_dir}). Ctrl-C ends it.")
    if demo:
        click.echo(sign_in)


def _say_ending(grace: float) -> None:
    click.echo(f"Ending. What is being sent is brought home first; that takes {grace:.0f} s at most.")


def _commands(settings: Settings, listening: socket.socket, *, demo: bool) -> list[Command]:
    """The web first: it is what somebody waits for. With `demo` the workers say what happens."""
    descriptor = listening.fileno()
    grace = int(settings.times.grace)
    web = [sys.executable, "-m", "socialq.web.serve", str(descriptor), str(settings.web_threads), str(min(grace, 10))]
    return [
        Command("web", web, fds=(descriptor,)),
        Command("workers", [sys.executable, "-m", "workers", "all", *(["aloud"] if demo else [])]),
    ]


def _listen(port: int) -> socket.socket:
    """Bound here and handed on, so that the port is ours or somebody else's before anything starts, also across restarts."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise BadInput(f"Port {port} cannot be used ({error.strerror}); choose another one with --port.") from None
    return listening


def _one_a_folder(data_dir: Path) -> IO[bytes]:
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (data_dir / "up.lock").open("wb")
    except OSError as error:
        raise BadInput(f"The data folder {data_dir} cannot be used: {error.strerror}.") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BadInput(f"socialq is running already with the data folder {data_dir}.") from None
    return lock


def _fill(parts: "Parts") -> str:
    """The demo data, in an empty installation only; returns how to sign in."""
    from socialq import demo

    try:
        return f"Sign in as {demo.EMAIL} with the password {demo.fill(parts)}"
    except NotAllowed:
        if demo.filled(parts):
            return f"Sign in as {demo.EMAIL}; a new password: socialq user reset {demo.EMAIL}"
        return "This installation is in use already, so no demo data was added."
