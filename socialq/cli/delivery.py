"""`socialq delivery`: what became of each post on each channel, and a person's decision where nobody else can know."""

from typing import Any

import click

from socialq.cli.shared import BY, ID, asking, delivery_facts, json_flag, opened, tell, tell_rows


@click.group()
def delivery() -> None:
    """Deliveries: a post on a channel."""


@delivery.command(name="list")
@click.option("--client", "client_id", type=ID, help="Only of this client.")
@click.option("--state", help="Only in this state: scheduled, publishing, published, unknown, failed …")
@json_flag
def listing(client_id: int | None, state: str | None, as_json: bool) -> None:
    """List the deliveries by their time."""
    from sqlalchemy import select

    from socialq.domain.states import DeliveryState
    from socialq.errors import BadInput
    from socialq.models import Channel, Delivery
    from socialq.planning.found import client_of

    if state is not None and state not in set(DeliveryState):
        raise BadInput(f"There is no state “{state}”: use {', '.join(DeliveryState)}.")
    with opened() as parts, parts.db.read() as session:
        query = select(Delivery).order_by(Delivery.scheduled_at, Delivery.id)
        if client_id is not None:
            client = client_of(session, client_id)
            query = query.join(Channel, Channel.id == Delivery.channel_id).where(Channel.client_id == client.id)
        if state is not None:
            query = query.where(Delivery.state == state)
        rows = [delivery_facts(one) for one in session.scalars(query)]
    tell_rows(as_json, rows, "There are no such deliveries.")


@delivery.command()
@click.argument("delivery_ids", metavar="[ID]...", type=ID, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All that were found, or certainly not; name the others.")
@click.option("--leave", is_flag=True, help="They do not go out.")
@json_flag
def confirm(delivery_ids: tuple[int, ...], everything: bool, leave: bool, as_json: bool) -> None:
    """After a move or a restore: say yes (or, with --leave, no) to what waits."""
    from sqlalchemy import select

    from socialq.errors import NotFound
    from socialq.models import Delivery
    from socialq.publishing.confirm import CERTAIN, leave_out
    from socialq.publishing.confirm import confirm as say_yes
    from socialq.publishing.moved import WAITS

    if everything == bool(delivery_ids):
        raise click.UsageError("Name the deliveries, or say --all.")
    with opened() as parts, parts.db.begin() as session:
        waiting = select(Delivery.id).where(*WAITS)
        certain = waiting.where(Delivery.confirm_found.in_(CERTAIN))
        ids = list(session.scalars(certain if everything else waiting.where(Delivery.id.in_(delivery_ids))))
        if missing := sorted(set(delivery_ids) - set(ids)):
            raise NotFound(f"Delivery {missing[0]} does not wait for a yes.")
        done = (leave_out if leave else say_yes)(session, ids, BY)
        tell(as_json, {"confirmed": [] if leave else ids, "left": ids if leave else []}, f"{done} settled.")


@delivery.command()
@click.argument("delivery_id", metavar="ID", type=ID)
@click.argument("choice", type=click.Choice(["published", "retry", "failed"]))
@click.option("--url", default="", help="The post's link, when it is out.")
@click.option("--repeat", is_flag=True, help="Send it although the same text is there already.")
@click.option(
    "--attempt", type=click.IntRange(0), help="The attempt that you saw: refused if it was tried again since."
)
@json_flag
def resolve(delivery_id: int, choice: Any, url: str, repeat: bool, attempt: int | None, as_json: bool) -> None:
    """Decide: it is out (published), send it again (retry), leave it (failed)."""
    from socialq.publishing.links import shown_by
    from socialq.publishing.resolve import Answer
    from socialq.publishing.resolve import resolve as settle

    if (choice == "published") != bool(url):
        raise click.UsageError("--url goes with `published`, and only with it: the link of the post that is out.")
    with opened() as parts:
        with parts.db.begin() as session:
            known = shown_by(session, parts.networks, delivery_id, url) if url else None
            answer = Answer(choice, url, known, repeat=repeat)
            with asking("send"):
                done = settle(session, delivery_id, attempt, answer, parts.settings.times, BY)
        tell(as_json, delivery_facts(done), _sentence(done.id, done.state, leaves=choice == "failed"))


def _sentence(delivery_id: int, state: str, *, leaves: bool) -> str:
    if leaves and state == "unknown":
        return f"Delivery {delivery_id} is still looked for; if it is not online, it is not sent again."
    return f"Delivery {delivery_id} is {state}."
