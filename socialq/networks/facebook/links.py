"""Addresses of posts, as Facebook writes them and as people copy them. Makes no request."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from socialq.domain.outcomes import Published

PAGES = "https://www.facebook.com"
HOSTS = {"facebook.com", "www.facebook.com", "m.facebook.com", "web.facebook.com", "business.facebook.com"}
# /1_2 · /1/posts/2 · /1/posts/words-of-it/2; with a name instead of the Page's number nobody can tell whose post it is
PATHS = (
    re.compile(r"/(\d{1,30})_(\d{1,30})/?", re.ASCII),
    re.compile(r"/(\d{1,30})/posts/(?:[^/]+/)?(\d{1,30})/?", re.ASCII),
)
STORIES = ("/permalink.php", "/story.php")


def address(told: Any, number: str) -> str:
    """What Facebook calls it, if that is an address of Facebook's; else the one that leads there by its number."""
    text = told if isinstance(told, str) else ""
    return text if text.startswith(f"{PAGES}/") and text.isprintable() and len(text) < 1000 else f"{PAGES}/{number}"


def recognize(link: str, page: str) -> Published | None:
    """A post of that Page, by the two numbers in the link."""
    try:
        parts = urlsplit(link.strip())
        host = parts.netloc.lower()
    except ValueError:
        return None
    if parts.scheme not in ("https", "http") or host not in HOSTS:
        return None
    found = next((one.groups() for path in PATHS if (one := path.fullmatch(parts.path))), None)
    if parts.path in STORIES:
        query = parse_qs(parts.query)
        found = (query.get("id", [""])[0], query.get("story_fbid", [""])[0])
    if found is None or found[0] != page or not re.fullmatch(r"\d{1,30}", found[1], re.ASCII):
        return None
    return Published(f"{page}_{found[1]}", link.strip())
