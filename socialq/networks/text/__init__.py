"""Text as networks count and show it, one module per way. No network's own rule stands elsewhere."""

from socialq.networks.text.shapes import count, graphemes, hashtags, links, mentions, without_hosts
from socialq.networks.text.x import weigh

__all__ = ["count", "graphemes", "hashtags", "links", "mentions", "weigh", "without_hosts"]
