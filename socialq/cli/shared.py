"""What the commands share: the open installation, ids, `--json`, times as a client reads them. No rule of the product."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from socialq.models import Channel, Client, Delivery, Post
    from socialq.planning.found import Desk
    from socialq.wiring import Parts

BY = "cli"
ID = click.IntRange(1, 2**31 - 1)
Command = TypeVar("Command", bound=Callable[..., Any])


def json_flag(command: Command) -> Command:
    """`--json`, as the argument `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")(command)


@contextmanager
def opened(*, migrate: bool = True) -> Iterator["Parts"]:
    """The installation, its database brought up to date; closed afterwards."""
    from socialq.services.logs import set_up
    from socialq.wiring import open_parts

    set_up("WARNING", "cli")  # to stderr: what a command answers is on stdout
    parts = open_parts(migrate=migrate)
    try:
        yield parts
    finally:
        parts.db.dispose()


@contextmanager
def asking(verb: str) -> Iterator[None]:
    """What wants a person's yes first, with the option that says it."""
    from socialq.errors import BadInput, Repeats

    try:
        yield
    except Repeats as question:
        raise BadInput(f"{question} Nothing was done: add --repeat to {verb} it all the same.") from None


def desk(parts: "Parts") -> "Desk":
    from socialq.planning.found import Desk

    return Desk(parts.networks, parts.settings.times, parts.media, BY)


def tell(as_json: bool, facts: Mapping[str, Any], sentence: str) -> None:
    """What was made: one JSON object, or one sentence."""
    click.echo(json.dumps(facts) if as_json else sentence)


def tell_rows(as_json: bool, rows: Sequence[Mapping[str, Any]], nothing: str) -> None:
    """A list: JSON, or a table with the names of the fields on top."""
    if as_json:
        click.echo(json.dumps(list(rows)))
        return
    if not rows:
        click.echo(nothing)
        return
    table = [list(rows[0]), *([_cell(value) for value in row.values()] for row in rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    for line in table:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def local(at: datetime, zone: str) -> str:
    """ "Mon 5 Oct 2026 09:00:00 (Europe/Amsterdam)" """
    from socialq.domain.slots import zone as zone_of

    there = at.astimezone(zone_of(zone))
    return f"{there:%a} {there.day} {there:%b %Y %H:%M:%S} ({zone})"


def instant(at: datetime | None) -> str | None:
    """ISO 8601 in UTC, for JSON."""
    return at.astimezone(UTC).isoformat() if at else None


def client_facts(client: "Client") -> dict[str, Any]:
    return {
        "id": client.id, "state": "paused" if client.paused_at else "active", "name": client.name,
        "timezone": client.timezone, "language": client.language, "approval_needed": client.approval_needed,
    }  # fmt: skip


def channel_facts(channel: "Channel") -> dict[str, Any]:
    state = "disconnected" if channel.disconnected_at else "paused" if channel.paused_at else "connected"
    return {
        "id": channel.id, "state": state, "client_id": channel.client_id, "network": channel.network,
        "handle": channel.handle, "server": channel.server, "remote_id": channel.remote_id,
    }  # fmt: skip


def delivery_facts(delivery: "Delivery") -> dict[str, Any]:
    return {
        "id": delivery.id, "state": delivery.state, "post_id": delivery.post_id, "channel_id": delivery.channel_id,
        "scheduled_at": instant(delivery.scheduled_at), "published_at": instant(delivery.published_at),
        "attempt": delivery.attempt, "url": delivery.url, "reason": delivery.ask_reason or delivery.reason,
    }  # fmt: skip


def post_facts(post: "Post", text: str, deliveries: Sequence["Delivery"]) -> dict[str, Any]:
    from socialq.domain.states import DeliveryState, PostState, overall

    states = [DeliveryState(one.state) for one in deliveries]
    return {
        "id": post.id, "state": post.state, "overall": overall(states, PostState(post.state)),
        "client_id": post.client_id, "scheduled_at": instant(post.scheduled_at), "text": text,
    }  # fmt: skip


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else text[:59] + "…"
