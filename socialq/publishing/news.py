"""It is out: written down whoever says so and however late, in one transaction, or in a second one when the id is another's."""

from sqlalchemy.exc import IntegrityError

from socialq.db import Database
from socialq.domain.outcomes import Published
from socialq.publishing import record
from socialq.publishing.record import Seen


def write_good_news(db: Database, seen: Seen, published: Published, actor: str, *, answered: bool) -> None:
    """`answered`: the sender of the attempt itself says so, so it has ended. An id that another delivery holds is not believed."""
    for write in (record.good_news, record.not_believed):
        try:
            with db.begin() as session:
                if answered:
                    record.end_attempt(session, seen.delivery_id, seen.attempt, "published", "", published)
                write(session, seen, published, actor)
            return
        except IntegrityError:
            if write is record.not_believed:
                raise
