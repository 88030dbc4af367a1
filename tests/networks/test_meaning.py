"""Tables of refusals: the first row that fits says the outcome; what is in none proves nothing."""

from datetime import UTC, datetime

import pytest

from socialq.domain.outcomes import Deferred, Disconnected, NotSent, Outcome, Rejected
from socialq.networks.meaning import Refused, Row, Table, outcome

LATER = datetime(2026, 11, 2, tzinfo=UTC)
# As Meta and X document theirs.
TABLE: Table = (
    Row("unknown", status=400, code=506),  # "duplicate": it may be ours, look
    Row("disconnected", "Facebook no longer accepts the access", code=190, subcode=(458, 460, 463)),
    Row("disconnected", "Facebook asks for a look at the account", code=190, subcode=459, quote=False),
    Row("deferred", "the network takes no more requests for now", code=(4, 17, 32, 80001)),
    Row("unknown", status=403, pattern="duplicate content"),
    Row("not sent", "the picture is not ready yet", code=9007, subcode=2207027),
    Row("rejected", "The network refuses the post", status=(400, 403), worded=True),
)


@pytest.mark.parametrize(
    ("refused", "means"),
    [
        (Refused(400, "dup", 506), None),
        (Refused(400, "expired", 190, 463), Disconnected("Facebook no longer accepts the access: expired")),
        (Refused(400, "checkpoint", 190, 459), Disconnected("Facebook asks for a look at the account.")),
        (Refused(400, "limit", 80001, again_at=LATER), Deferred(LATER, "the network takes no more requests for now")),
        (Refused(403, "limit", 4), NotSent("the network takes no more requests for now")),
        (Refused(403, "You are not allowed to create a Tweet with duplicate content."), None),
        (Refused(400, "wait", 9007, 2207027), NotSent("the picture is not ready yet")),
        (Refused(403, "no"), Rejected("The network refuses the post: no")),
        (Refused(403), None),
        (Refused(503, "trouble"), None),
    ],
)
def test_the_first_row_that_fits_decides(refused: Refused, means: Outcome | None) -> None:
    assert outcome(TABLE, refused) == means
