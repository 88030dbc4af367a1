"""How a post is named: its at:// address, its key, and the page where people see it."""

from socialq.networks.base import Account

POST = "app.bsky.feed.post"
PAGES = "https://bsky.app/profile"
NO_HANDLE = "handle.invalid"


def uri(did: str, rkey: str) -> str:
    """The address that never changes, whatever becomes of the handle."""
    return f"at://{did}/{POST}/{rkey}"


def rkey_of(remote_id: str) -> str:
    """The key at the end of an address, a link, or the key itself."""
    return remote_id.rstrip("/").rpartition("/")[2]


def web_address(account: Account, rkey: str) -> str:
    """The page on bsky.app. An account whose handle does not resolve is shown under its DID."""
    handle = str(account.credentials.get("handle") or account.handle)
    return f"{PAGES}/{account.remote_id if handle in ('', NO_HANDLE) else handle}/post/{rkey}"
