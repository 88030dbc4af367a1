"""What X's refusals mean, as data: the first row that fits says the outcome. An answer in no row proves nothing."""

from datetime import timedelta

from socialq import clock
from socialq.domain.outcomes import Outcome
from socialq.networks.base import Account
from socialq.networks.call import Remaining
from socialq.networks.meaning import Refused, Row, Table, outcome
from socialq.networks.x.client import Answer

OWNER_ACTS = timedelta(minutes=30)  # waiting does not help, but somebody may have paid by then; a refusal costs nothing
SPENT = (402, "usage-capped")
TWICE = "duplicate content"

REFUSALS: Table = (
    Row("deferred", "X's usage cap for the app is reached: raise it in X's developer console", 429, "usage-capped"),
    Row("deferred", "the app's credit at X is used up: add to it in X's developer console", 402),
    Row("deferred", "the server takes no more requests for now", 429),
    Row("disconnected", "X no longer accepts the token", 401),
    Row(
        "disconnected", "The app at X is not allowed to post", 403,
        ("client-forbidden", "oauth1-permissions", "unsupported-authentication"),
    ),
    Row("disconnected", "X has locked or suspended this account", 403, pattern=r"\b(suspended|locked)\b"),
    Row("rejected", "X refuses the same text twice, and it is there already", 403, pattern=TWICE, quote=False),
    Row("rejected", "X refuses the post", (400, 403, 404, 413, 422), worded=True),
)  # fmt: skip
# Within a thread: X may let an account post, and still not let its program answer.
CUT = Row(
    "rejected", "X does not let this post answer the one before it, so the thread ends with that one",
    403, worded=True,
)  # fmt: skip
# After an attempt whose end nobody knows: that one may be the first of the two.
PERHAPS_OURS = Row("unknown", status=403, pattern=TWICE)


def meaning(answer: Answer, account: Account, *, again: bool = False, answers: bool = False) -> Outcome | None:
    """`again`: an earlier attempt may be out; `answers`: it is a later part of a thread. None: nobody can know."""
    spent = answer.status == SPENT[0] or answer.code == SPENT[1]
    until = clock.host_now() + OWNER_ACTS if spent else answer.again_at()
    if spent:
        account.call.count(Remaining("usage", 0, 0, until, "app"))
    refused = Refused(answer.status, answer.words, answer.code, again_at=until)
    return outcome(_table(again=again, answers=answers), refused)


def _table(*, again: bool, answers: bool) -> Table:
    """What is special comes before the last row, which takes the rest."""
    first = (PERHAPS_OURS,) if again else ()
    return (*first, *REFUSALS[:-1], *((CUT,) if answers else ()), REFUSALS[-1])
