"""A network that fetches gets an address that only we can have made; all others get a file."""

from dataclasses import dataclass, field, replace

from socialq.domain.outcomes import Outcome, Prepared
from socialq.networks.base import Account, Attachment, Content, Remember
from socialq.planning.content import Draft
from socialq.planning.creating import At, create
from socialq.publishing import prepare
from socialq.publishing.sender import Sender
from socialq.wiring import Parts
from tests.factories import make_practice
from tests.fakes import FakeNetwork


@dataclass
class Looking(FakeNetwork):
    """Keeps what it was handed, and whether a file lay there."""

    fetches: bool = False
    handed: list[tuple[Attachment, bool]] = field(default_factory=list)

    def prepare(self, post: Content, account: Account, remember: Remember) -> Prepared | Outcome:
        self.handed += [(one, one.path.is_file()) for one in post.media]
        return super().prepare(post, account, remember)


def handed(parts: Parts, *, fetches: bool) -> tuple[Attachment, bool]:
    vera, network = make_practice(parts), Looking(fetches=fetches)
    draft = Draft("Brood", vera.channels[:1], (vera.picture(),))
    with parts.db.begin() as session:
        post = create(session, vera.desk, vera.client.id, draft, At(vera.at(3600)))
    delivery = vera.deliveries(post.id)[0].id
    prepare.prepare(Sender(replace(parts, networks={"fake": network}), "w"), [delivery])
    (found,) = network.handed
    return found


def test_who_fetches_gets_an_address(parts: Parts) -> None:
    one, _ = handed(parts, fetches=True)
    assert one.url.startswith(f"{parts.settings.base_url}/fetched/")
    until, signature, name = one.url.split("/")[-3:]
    assert parts.signed.genuine(until, signature, name) and not parts.signed.over(until, parts.db.now())
    assert one.url not in repr(one)


def test_all_others_get_a_file(parts: Parts) -> None:
    one, there = handed(parts, fetches=False)
    assert there and one.url == ""
