"""`socialq report`: a client's month as one page, built now and kept."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from socialq.cli.shared import ID, instant, json_flag, opened, tell, tell_rows

if TYPE_CHECKING:
    from socialq.models import Report


@click.group()
def report() -> None:
    """Reports of a client's month."""


@report.command()
@click.option("--client", "client_id", type=ID, required=True, help="Whose report.")
@click.option("--month", required=True, help="Like 2026-10.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Also write the page into this folder.")
@json_flag
def build(client_id: int, month: str, out: Path | None, as_json: bool) -> int:
    """Build a client's report. Exit 1 when it could not be built."""
    from socialq.reports.build import build as make
    from socialq.reports.orders import order

    if out is not None:
        _usable(out)
    with opened() as parts:
        with parts.db.begin() as session:
            ordered = order(session, client_id, month).id
        made = make(parts.db, ordered)
    page = _write(out, made) if out is not None and made.state == "ready" else None
    facts = {**_facts(made), "file": str(page) if page else None}
    why = f": {made.reason}" if made.reason else ""
    where = f": {page}" if page else ""
    tell(as_json, facts, f"Report {made.id} (version {made.version}) is {made.state}{why}{where}.")
    return 0 if made.state == "ready" else 1


@report.command(name="list")
@click.option("--client", "client_id", type=ID, help="Only of this client.")
@json_flag
def listing(client_id: int | None, as_json: bool) -> None:
    """List the reports, newest month first."""
    from socialq.planning.found import client_of
    from socialq.reports.orders import listed

    with opened() as parts, parts.db.read() as session:
        if client_id is not None:
            client_of(session, client_id)
        rows = [_facts(one) for one in listed(session, client_id)]
    tell_rows(as_json, rows, "There are no reports yet.")


def _facts(made: "Report") -> dict[str, Any]:
    return {
        "id": made.id, "state": made.state, "client_id": made.client_id, "month": f"{made.starts_on:%Y-%m}",
        "version": made.version, "built_at": instant(made.built_at), "reason": made.reason,
    }  # fmt: skip


def _usable(folder: Path) -> None:
    """Raises BadInput before anything is ordered."""
    from socialq.errors import BadInput

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"The folder {folder} cannot be made: {error.strerror}.") from None
    if not os.access(folder, os.W_OK):
        raise BadInput(f"The folder {folder} cannot be written.")


def _write(folder: Path, made: "Report") -> Path:
    """Whole or not at all."""
    path = folder / f"report-{made.client_id}-{made.starts_on:%Y-%m}-v{made.version}.html"
    part = path.with_suffix(".part")
    try:
        part.write_text(made.html, encoding="utf-8")
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    return path
