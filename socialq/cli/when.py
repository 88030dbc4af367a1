"""`--at`, `--next-slot`, `--now`, `--draft`: exactly one of them. Reads no clock."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from socialq.planning.creating import When


def moment(at: str | None, next_slot: bool, now: bool, draft: bool, zone: str) -> "When":
    """Raises UsageError when it is not exactly one, BadInput on a time without offset (with the client's own as example)."""
    from socialq.planning.creating import At, Later, NextSlot, Now

    if [at is not None, next_slot, now, draft].count(True) != 1:
        raise click.UsageError("Say when: exactly one of --at, --next-slot, --now and --draft.")
    if at is not None:
        return At(_instant(at, zone))
    return NextSlot() if next_slot else Now() if now else Later()


def _instant(written: str, zone: str) -> datetime:
    from socialq.errors import BadInput

    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        raise BadInput("--at is not a time: write it like 2026-10-06T09:00:00+02:00.") from None
    if found.tzinfo is None:
        raise BadInput(f"--at needs an offset; in the client's zone ({zone}) that is {_example(found, zone)}.")
    try:
        found.timestamp()
        return found
    except (OverflowError, ValueError):
        raise BadInput("--at is outside the calendar: take another time.") from None


def _example(naive: datetime, zone: str) -> str:
    from socialq.domain.slots import local_instant
    from socialq.domain.slots import zone as zone_of

    there = zone_of(zone)
    try:
        return local_instant(there, naive.date(), naive.time()).astimezone(there).isoformat()
    except OverflowError:
        return "2026-10-06T09:00:00+02:00"
