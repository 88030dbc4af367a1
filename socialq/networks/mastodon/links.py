"""Links of posts, as Mastodon writes them and as people copy them. Makes no request."""

import re
from urllib.parse import urlsplit

from socialq.domain.outcomes import Published

# /@user/1 · /@user@host/1 · /deck/@user/1 · /users/user/statuses/1, and by the account's number: /ap/users/1/statuses/1
BY_NAME = re.compile(
    r"/(?:deck/|web/)?(?:@|users/)([\w.-]+(?:@[\w.:-]+)?)/(?:statuses/)?(\d{1,30})(?:/embed)?/?", re.ASCII
)
BY_NUMBER = re.compile(r"/ap/users/(\d{1,30})/statuses/(\d{1,30})/?", re.ASCII)


def recognize(link: str, server: str, account_id: str, handle: str) -> Published | None:
    """Numbers are the server's own: the same post has another one on every other server."""
    try:
        parts = urlsplit(link.strip())
        host = parts.netloc.lower()
    except ValueError:
        return None
    if parts.scheme not in ("https", "http") or host != urlsplit(server).netloc.lower():
        return None
    if (found := BY_NUMBER.fullmatch(parts.path)) and found[1] == account_id:
        return Published(found[2], link.strip())
    if (found := BY_NAME.fullmatch(parts.path)) and found[1].lower() in _names(handle):
        return Published(found[2], link.strip())
    return None


def _names(handle: str) -> set[str]:
    """`@Vera@host` as it may stand in a link: with its host and without."""
    whole = handle.lower().removeprefix("@")
    return {whole, whole.partition("@")[0]} - {""}
