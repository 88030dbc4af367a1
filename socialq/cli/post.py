"""`socialq post`: posts, made in one step and sent on as far as they may go."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from socialq.cli.shared import ID, asking, delivery_facts, desk, json_flag, local, opened, post_facts, tell, tell_rows
from socialq.cli.when import moment

if TYPE_CHECKING:
    from socialq.models import Client, Delivery, Post
    from socialq.planning.creating import When
    from socialq.wiring import Parts


@click.group()
def post() -> None:
    """Posts."""


@post.command()
@click.option("--client", "client_id", type=ID, required=True, help="Whose post it is.")
@click.option("--channel", "channels", type=ID, multiple=True, required=True, help="Where it goes; as often as needed.")
@click.option("--text", required=True, help="What it says.")
@click.option("--then", "following", multiple=True, help="What follows it, as an answer to it; as often as needed.")
@click.option("--media", "files", multiple=True, help="A picture or video; as often as needed, each with its --alt.")
@click.option("--alt", "alts", multiple=True, help="What the picture shows, in the order of --media.")
@click.option("--at", help="When: ISO 8601 with an offset, like 2026-10-06T09:00:00+02:00.")
@click.option("--next-slot", is_flag=True, help="In the client's next free slot.")
@click.option("--now", is_flag=True, help="At once.")
@click.option("--draft", is_flag=True, help="Nobody knows when yet.")
@click.option("--repeat", is_flag=True, help="Even if the same text is there, or planned, within a day.")
@json_flag
def add(client_id: int, as_json: bool, **given: Any) -> None:
    """Add a post: scheduled, or in review when the client approves first, or a draft."""
    from socialq.planning.found import client_of

    files, alts = given["files"], given["alts"]
    if len(alts) > len(files):
        raise click.UsageError("There are more --alt than --media: each --alt belongs to a --media.")
    with opened() as parts:
        with parts.db.read() as session:
            client = client_of(session, client_id)
        when = moment(given["at"], given["next_slot"], given["now"], given["draft"], client.timezone)
        draft = (given["text"], *given["following"]), given["channels"], _pairs(files, alts)
        with asking("plan"):
            made, deliveries = _create(parts, client_id, when, *draft, repeat=given["repeat"])
    facts = post_facts(made, given["text"], deliveries)
    told = {**facts, "deliveries": [delivery_facts(one) for one in deliveries]}
    tell(as_json, told, _sentence(made, client, len({one.channel_id for one in deliveries})))


@post.command(name="list")
@click.option("--client", "client_id", type=ID, help="Only of this client.")
@json_flag
def listing(client_id: int | None, as_json: bool) -> None:
    """List the posts, newest time first."""
    from sqlalchemy import select

    from socialq.models import Post, Revision
    from socialq.planning.found import client_of
    from socialq.planning.promises import live

    with opened() as parts, parts.db.read() as session:
        query = select(Post, Revision).join(Revision, Revision.id == Post.revision_id)
        if client_id is not None:
            query = query.where(Post.client_id == client_of(session, client_id).id)
        found = session.execute(query.order_by(Post.scheduled_at.desc(), Post.id.desc())).all()
        rows = [post_facts(one, revision.text, live(session, one)) for one, revision in found]
    tell_rows(as_json, rows, "There are no posts yet.")


def _pairs(files: Sequence[str], alts: Sequence[str]) -> list[tuple[str, str]]:
    return [(file, alts[place] if place < len(alts) else "") for place, file in enumerate(files)]


def _create(
    parts: "Parts",
    client_id: int,
    when: "When",
    texts: Sequence[str],
    channels: Sequence[int],
    pairs: Sequence[tuple[str, str]],
    *,
    repeat: bool,
) -> tuple["Post", list["Delivery"]]:
    """Files first, then one transaction; the files go again when it does not commit."""
    from socialq.planning.content import Draft, Picture
    from socialq.planning.creating import create
    from socialq.planning.promises import live
    from socialq.services.media import keeping, record

    with ExitStack() as stack:
        intake = stack.enter_context(keeping(parts.storage, parts.settings.video_mb))
        accepted = [(intake.accept(Path(file)), alt) for file, alt in pairs]
        session = stack.enter_context(parts.db.begin())
        most = parts.settings.client_media_mb * 1_000_000
        pictures = tuple(Picture(record(session, client_id, one, most).id, alt) for one, alt in accepted)
        new = Draft(texts[0], tuple(channels), pictures, tuple(texts[1:]))
        made = create(session, desk(parts), client_id, new, when, repeat=repeat)
        return made, live(session, made)


def _sentence(made: "Post", client: "Client", channels: int) -> str:
    when = f" for {local(made.scheduled_at, client.timezone)}" if made.scheduled_at else ""
    where = f" on {channels} channel{'s' if channels > 1 else ''}" if channels else ""
    return f"Post {made.id} is {made.state.replace('_', ' ')}{when}{where}."
