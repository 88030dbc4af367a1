"""Text as networks count and show it, one module per way. No network's own rule stands elsewhere."""

from socialq.networks.text.little import little
from socialq.networks.text.shapes import count, graphemes, hashtags, links, mentions, without_hosts
from socialq.networks.text.ways import Way, refused, size
from socialq.networks.text.x import linked, weigh

__all__ = [
    "Way", "count", "graphemes", "hashtags", "linked", "links", "little", "mentions", "refused", "size", "weigh", "without_hosts",
]  # fmt: skip
