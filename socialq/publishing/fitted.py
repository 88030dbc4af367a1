"""A delivery's pictures as its network takes them, while the network is asked. What is decided stands in domain/fitting.py."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from socialq.domain.fitting import Recipe, fits
from socialq.errors import NotFound
from socialq.networks.base import Attachment, Content, Network
from socialq.networks.besides import Fetches
from socialq.publishing.sender import Sender
from socialq.publishing.work import Work
from socialq.services.storage import Storage
from socialq.services.variants import variant

GONE = "A picture or video cannot be read or made to fit; add it again."


class Unfit(Exception):
    """Nothing of the post can go like this; the text says so."""


@contextmanager
def fitted(sender: Sender, work: Work) -> Iterator[Content]:
    """The content with files that lie here for as long as the block lasts. Raises Unfit, or Unavailable when storage fails."""
    network = sender.network(work.network)
    takes, storage = network.limits.updated(work.limits), sender.parts.storage
    media = work.content.media
    with ExitStack() as stack:
        try:
            made = [
                _as(storage, one, fit.recipe) for one, fit in zip(media, fits(media, takes, network.name), strict=True)
            ]
            here = [_here(sender, network, one, stack) for one in made]
        except (NotFound, ValueError, OSError):
            raise Unfit(GONE) from None
        yield replace(work.content, media=tuple(here))


def _here(sender: Sender, network: Network, one: Attachment, stack: ExitStack) -> Attachment:
    """With an address for networks that fetch, and a path for the others: from a bucket it is copied for so long."""
    name, parts = one.path.name, sender.parts
    if isinstance(network, Fetches) and network.fetches:
        return replace(one, url=parts.signed.address(name, parts.db.now()))
    return replace(one, path=stack.enter_context(parts.storage.local(name)))


def _as(storage: Storage, one: Attachment, recipe: Recipe | None) -> Attachment:
    if recipe is None:
        return one
    made = variant(storage, one.path.name, recipe)
    return replace(
        one, path=one.path.with_name(made.name), media_type=made.media_type, sha256=made.sha256, width=made.width,
        height=made.height, size=made.size,
    )  # fmt: skip
