"""What answers mean, as a table that a network writes down: the first row that fits says the outcome. Knows no network."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from socialq.domain.outcomes import Deferred, Disconnected, NotSent, Outcome, Rejected

Then = Literal["not sent", "deferred", "rejected", "disconnected", "unknown"]
SAID: dict[str, type[NotSent | Rejected | Disconnected]] = {
    "not sent": NotSent,
    "rejected": Rejected,
    "disconnected": Disconnected,
}


@dataclass(frozen=True)
class Refused:
    """An answer that is no yes. `words`: the server's own, cleaned of secrets; `again_at`: when a wait would be over."""

    status: int
    words: str = ""
    code: str | int = ""
    subcode: int | None = None
    again_at: datetime | None = None


@dataclass(frozen=True)
class Row:
    """What is left out fits everything. `says` is ours; the server's words are added to it, unless the row is not to `quote` them.

    `worded`: only for an answer in the network's own form. "unknown" ends the walk: the answer proves nothing."""

    then: Then
    says: str = ""
    status: int | Iterable[int] | None = None
    code: str | int | Iterable[str | int] | None = None
    subcode: int | Iterable[int] | None = None
    pattern: str = ""
    worded: bool = False
    quote: bool = True

    def fits(self, refused: Refused) -> bool:
        """Whether the answer is one of those that the row is about."""
        return (
            _among(refused.status, self.status)
            and _among(refused.code, self.code)
            and _among(refused.subcode, self.subcode)
            and (not self.worded or bool(refused.words))
            and (not self.pattern or re.search(self.pattern, refused.words, re.IGNORECASE) is not None)
        )


Table = tuple[Row, ...]


def outcome(table: Table, refused: Refused) -> Outcome | None:
    """By the first row that fits. None: it is in no row, or the row says that nobody can know."""
    row = next((one for one in table if one.fits(refused)), None)
    if row is None or row.then == "unknown":
        return None
    if row.then == "deferred":
        return Deferred(refused.again_at, row.says) if refused.again_at else NotSent(row.says)
    return SAID[row.then](_because(row, refused))


def _because(row: Row, refused: Refused) -> str:
    if row.then == "not sent":
        return row.says
    return f"{row.says}: {refused.words}" if row.quote and refused.words else f"{row.says}."


def _among(found: object, wanted: object) -> bool:
    if wanted is None or found == wanted:
        return True
    return isinstance(wanted, Iterable) and not isinstance(wanted, str) and found in wanted
