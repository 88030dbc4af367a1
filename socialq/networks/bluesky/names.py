"""How a post is named: its at:// address, its key, and the page where people see it."""

import re
from urllib.parse import urlsplit

from socialq.domain.outcomes import Published
from socialq.networks.base import Account

POST = "app.bsky.feed.post"
PAGES = "https://bsky.app/profile"
NO_HANDLE = "handle.invalid"
PAGE = re.compile(r"/profile/([\w.:-]{3,300})/post/([a-z2-7]{13})/?", re.ASCII)
ADDRESS = re.compile(rf"at://([\w.:-]{{3,300}})/{re.escape(POST)}/([a-z2-7]{{13}})", re.ASCII)


def uri(did: str, rkey: str) -> str:
    """The address that never changes, whatever becomes of the handle."""
    return f"at://{did}/{POST}/{rkey}"


def rkey_of(remote_id: str) -> str:
    """The key at the end of an address, a link, or the key itself."""
    return remote_id.rstrip("/").rpartition("/")[2]


def web_address(account: Account, rkey: str) -> str:
    """The page on bsky.app. An account whose handle does not resolve is shown under its DID."""
    return _page(account.remote_id, str(account.credentials.get("handle") or account.handle), rkey)


def recognize(link: str, did: str, handle: str) -> Published | None:
    """The post of that account that a link of bsky.app, or an at:// address, shows."""
    try:
        parts = urlsplit(link.strip())
    except ValueError:
        return None
    on_page = parts.netloc.lower() == urlsplit(PAGES).netloc and PAGE.fullmatch(parts.path)
    found = on_page or ADDRESS.fullmatch(link.strip())
    if not found or found[1].lower() not in {did.lower(), handle.lower().removeprefix("@")}:
        return None
    return Published(uri(did, found[2]), _page(did, handle, found[2]))


def _page(did: str, handle: str, rkey: str) -> str:
    return f"{PAGES}/{did if handle in ('', NO_HANDLE) else handle}/post/{rkey}"
