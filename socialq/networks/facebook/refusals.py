"""What Facebook's documented errors mean, as data. What stands in no row, or in one that says "unknown", proves nothing."""

from datetime import timedelta

from socialq import clock
from socialq.domain.outcomes import Deferred, Outcome
from socialq.networks.call import Call, Remaining
from socialq.networks.facebook.client import RATE, Answer
from socialq.networks.meaning import Row, Table, outcome

BLOCKED = 368
BLOCKED_FOR = timedelta(hours=6)  # Facebook does not say for how long; asking sooner makes it worse
PERMISSIONS = (10, *range(200, 300))

CODES = "Facebook does not accept socialq's app any more, perhaps its secret was changed; connect the Page again"
# Subcodes of 190: what became of the access, and what to do.
LOST = {
    458: "Somebody took socialq's access away in Facebook's settings; connect the Page again",
    459: "Facebook wants the person who connected the Page to log in there first; connect it again afterwards",
    460: "The Facebook password of the person who connected the Page was changed; connect it again",
    463: "Facebook's access to this Page has ended; connect it again",
    464: "Facebook wants the person who connected the Page to confirm the account first; connect it again afterwards",
    492: "The person who connected the Page has no task on it any more; somebody who has must connect it again",
}
# Of every request that is refused before it does anything.
ACCESS: Table = (
    *(Row("disconnected", says, code=190, subcode=one, quote=False) for one, says in LOST.items()),
    Row("disconnected", "Facebook no longer accepts the access", code=(190, 102)),
    Row("disconnected", CODES, code=100, pattern="appsecret_proof", quote=False),
    Row("disconnected", "Facebook does not let socialq do this on the Page", code=PERMISSIONS),
    Row("deferred", "Facebook takes no more requests for now", code=RATE),
    Row("deferred", "Facebook has blocked this Page for some hours", code=BLOCKED),
)
# Of the final call. What speaks of a duplicate or of publishing may mean that this very post is public already, and one that is not
# there may have been: look.
FINAL: Table = (
    *ACCESS,
    Row("unknown", code=506),
    Row("unknown", code=100, subcode=33),
    Row("unknown", code=100, pattern="already|duplicate|publish"),
    Row("rejected", "Facebook refuses the post", code=100),
)
# Of preparation: nothing of it is public.
PREPARING: Table = (
    *ACCESS,
    Row("rejected", "Facebook refuses it because the Page's last post was the same", code=506, quote=False),
    Row("rejected", "Facebook cannot use the link in it", code=(1609005, 1609008)),
    Row("rejected", "Facebook refuses the post", code=100),
)


def meant(answer: Answer, table: Table, call: Call) -> Outcome | None:
    """None: it is in no row, or nobody can know. A block holds the whole channel."""
    lasting = answer.code in RATE or answer.code == BLOCKED
    if not 400 <= answer.status < 500 or answer.transient and not lasting:
        return None
    found = outcome(table, answer.refused())
    if answer.code == BLOCKED and isinstance(found, Deferred):
        until = clock.host_now() + BLOCKED_FOR
        call.count(Remaining("blocked", 0, 0, until))
        return Deferred(until, found.reason)
    return found
