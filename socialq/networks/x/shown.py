"""A post's text as it was written, from what X shows of it. Makes no request."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

ESCAPED = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
OF_MEDIA = re.compile(r"https://(?:x|twitter)\.com/\w+/status/\d+/(?:photo|video)/\d+", re.ASCII)


def as_written(post: Mapping[str, Any], wanted: str) -> str:
    """X escapes three signs, writes a short address for each link, and one more at the end for pictures.

    `wanted` says how a link without https:// was written: X adds that."""
    text = re.sub("|".join(ESCAPED), lambda found: ESCAPED[found[0]], str(post.get("text", "")))
    for url in _urls(post):
        short, meant = str(url.get("url", "")), str(url.get("expanded_url") or "")
        if not short or not meant:
            continue
        if url.get("media_key") or OF_MEDIA.fullmatch(meant):
            text = text.replace(short, "") if short not in wanted else text
        else:
            text = text.replace(short, _meant(meant, wanted))
    return text.strip()


def media_of(post: Mapping[str, Any]) -> int:
    """How many pictures and videos it has."""
    attached = post.get("attachments")
    keys = attached.get("media_keys") if isinstance(attached, dict) else None
    return len(keys) if isinstance(keys, list) else 0


def _urls(post: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    entities = post.get("entities")
    found = entities.get("urls") if isinstance(entities, dict) else None
    yield from (one for one in found if isinstance(one, dict)) if isinstance(found, list) else ()


def _meant(expanded: str, wanted: str) -> str:
    bare = expanded.partition("://")[2]
    forms = (expanded, expanded.rstrip("/"), bare, bare.rstrip("/"))
    return next((one for one in forms if one and one.casefold() in wanted.casefold()), expanded)
