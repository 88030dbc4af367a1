"""Where a post is seen, and which post a link shows. Makes no request."""

import re
from urllib.parse import urlsplit

from socialq.domain.outcomes import Published

SITE = "https://x.com"
HOSTS = frozenset(
    {"x.com", "www.x.com", "mobile.x.com", "twitter.com", "www.twitter.com", "mobile.twitter.com"}
)  # fmt: skip
POST = re.compile(r"/([A-Za-z0-9_]{1,15})/status(?:es)?/(\d{1,19})(?:/(?:photo|video)/\d)?/?", re.ASCII)


def address(handle: str, remote_id: str) -> str:
    """The page of a post. X finds it under any name."""
    name = handle.removeprefix("@")
    return f"{SITE}/{name if re.fullmatch(r'[A-Za-z0-9_]{1,15}', name) else 'i'}/status/{remote_id}"


def recognize(link: str, handle: str) -> Published | None:
    """By the account's name in it: a link without one (`/i/status/…`) may show anybody's post."""
    try:
        parts = urlsplit(link.strip())
    except ValueError:
        return None
    found = POST.fullmatch(parts.path) if parts.netloc.lower() in HOSTS else None
    if not found or found[1].lower() != handle.lower().removeprefix("@"):
        return None
    return Published(found[2], address(handle, found[2]))
