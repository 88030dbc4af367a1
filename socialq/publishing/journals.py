"""Applies what processes that are gone have left in the journal. What cannot be applied is told and put aside, never dropped."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog

from socialq.db import Database
from socialq.domain.times import Times
from socialq.publishing.answer import ANSWER, UNCLAIMED, write_entry
from socialq.services import tokens
from socialq.services.incidents import open_incident
from socialq.services.journal import FAULTS
from socialq.services.journal_files import Left, left

NONSENSE = (ValueError, KeyError, TypeError, *FAULTS)

log = structlog.get_logger()


def apply_journals(db: Database, data_dir: Path, times: Times) -> int:
    """How many were applied. While the database is away it raises as the database does, and they stay."""
    done = 0
    for one in left(data_dir):
        try:
            _apply(db, times, one.entry())
        except NONSENSE as error:
            log.error("a journal cannot be applied", file=one.name, error=type(error).__name__)
            _tell(db, one)
            one.put_aside()
        else:
            one.delete()
            done += 1
            log.warning("an answer from the journal is recorded", file=one.name)
    return done


def _apply(db: Database, times: Times, entry: Mapping[str, Any]) -> None:
    match entry["kind"]:
        case str(kind) if kind in (ANSWER, UNCLAIMED):
            write_entry(db, times, entry)
        case tokens.TOKEN:
            tokens.write_entry(db, entry)
        case _:
            raise ValueError("no kind of ours")


def _tell(db: Database, one: Left) -> None:
    with db.begin() as session:
        facts = {"file": one.name, "folder": str(one.path.parent)}
        open_incident(session, "journal_unreadable", f"journal:{one.name}"[:64], None, facts)
