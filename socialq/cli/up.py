"""`socialq up`: web, workers, scheduler and Redis in one terminal, ended by one Ctrl-C. Starts processes; does no work of its own."""

import fcntl
import socket
import sys
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from socialq.errors import BadInput, NotAllowed
from socialq.services.children import Children, Command, Stop, stop_on_signals
from socialq.services.logs import set_up
from socialq.settings import Settings

if TYPE_CHECKING:
    from socialq.db import Database
    from socialq.wiring import Parts

HOST = "127.0.0.1"
BACKLOG = 512
LOOK = 0.5
BEYOND_WORKERS = 15.0  # seconds: the workers' supervisor ends its own first

WORDS = {
    "publishing": "sending  ",
    "published": "published",
    "processing": "accepted ",
    "failed": "FAILED   ",
    "unknown": "UNSURE   ",
    "cancelled": "cancelled",
    "scheduled": "scheduled",
}


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
        children = Children(_commands(settings, listening), grace, lambda: _say_ending(grace))
        code = children.keep(stop, lambda: _begin(settings, listening.getsockname()[1], stop, demo=demo))
    click.echo("socialq has ended." if code == 0 else "socialq could not start; see the line above.", err=code != 0)
    return code


def follow(db: "Database", stop: Stop) -> None:
    """Prints a line whenever a delivery changes its state, until asked to stop."""
    known = _states(db)
    while not stop.wait(LOOK):
        found = _states(db)
        for delivery_id, (state, what) in found.items():
            if known.get(delivery_id, ("", ""))[0] != state:
                click.echo(f"{db.now().astimezone():%H:%M:%S} {WORDS.get(state, state)} {what}")
        known |= found


def _states(db: "Database") -> dict[int, tuple[str, str]]:
    """Delivery id → its state, and whose it is and where it goes. Empty while the database does not answer."""
    from sqlalchemy import select
    from sqlalchemy.exc import SQLAlchemyError

    from socialq.models import Channel, Client, Delivery

    query = (
        select(Delivery.id, Delivery.state, Client.name, Channel.handle, Channel.network)
        .join(Channel, Channel.id == Delivery.channel_id)
        .join(Client, Client.id == Channel.client_id)
        .order_by(Delivery.scheduled_at, Delivery.id)
    )
    try:
        with db.read() as session:
            rows = session.execute(query).all()
    except SQLAlchemyError:
        return {}
    return {row.id: (row.state, f"{row.name}: {row.handle or 'post'} on {row.network}") for row in rows}


def _begin(settings: Settings, port: int, stop: Stop, *, demo: bool) -> None:
    """While the web starts: the tables, the demo data, the first line on the screen."""
    from socialq.wiring import open_parts

    parts = open_parts(settings)
    sign_in = _fill(parts) if demo else ""
    click.echo(f"socialq runs at http://{HOST}:{port} (data in {settings.data_dir}). Ctrl-C ends it.")
    if demo:
        click.echo(sign_in)
        threading.Thread(target=follow, args=(parts.db, stop), daemon=True).start()


def _say_ending(grace: float) -> None:
    click.echo(f"Ending. What is being sent is brought home first; that takes {grace:.0f} s at most.")


def _commands(settings: Settings, listening: socket.socket) -> list[Command]:
    """The web first: it is what somebody waits for."""
    descriptor = listening.fileno()
    grace = int(settings.times.grace)
    web = [sys.executable, "-m", "socialq.web.serve", str(descriptor), str(settings.web_threads), str(min(grace, 10))]
    return [
        Command("web", web, fds=(descriptor,)),
        Command("workers", [sys.executable, "-m", "workers", "all"]),
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
