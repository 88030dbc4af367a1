"""What `doctor` looks at, in its order. Looks only: makes no folder, no key and no table."""

from collections.abc import Iterator
from functools import partial

from socialq.cli.checks_of_machine import IN_FOLDER, OF_PROGRAM
from socialq.cli.checks_of_rows import IN_ROWS, OF_DATABASE
from socialq.cli.found import Found, ask
from socialq.db import Database
from socialq.settings import Settings


def examine(settings: Settings) -> Iterator[Found]:
    """All questions; those to a database that does not answer, or is of another version, are left out."""
    for check, look in (*OF_PROGRAM, *IN_FOLDER):
        yield ask(check, partial(look, settings))
    db = Database(settings.database)
    try:
        for check, question in OF_DATABASE:
            answer = ask(check, partial(question, db, settings))
            yield answer
            if not answer.ok:
                return
        for check, question in IN_ROWS:
            yield ask(check, partial(question, db, settings))
    finally:
        db.dispose()
