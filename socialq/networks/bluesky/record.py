"""The post as Bluesky stores it: made once, then frozen. The SDK finds links and tags as the app does and checks the schema."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

POST = "app.bsky.feed.post"
IMAGES = "app.bsky.embed.images"
DidOf = Callable[[str], str | None]


class Unfit(Exception):
    """The record does not keep to Bluesky's own schema; the text names the fields only."""


def record(
    text: str, created_at: datetime, language: str, images: list[dict[str, Any]], reply: Mapping[str, Any] | None, did_of: DidOf
) -> dict[str, Any]:  # fmt: skip
    """Plain JSON, ready to be stored. `did_of` finds who a handle is (None: nobody). Raises Unfit."""
    made: dict[str, Any] = {"$type": POST, "text": text, "createdAt": _written(created_at)}
    if language:
        made["langs"] = [language]
    if found := _facets(text, did_of):
        made["facets"] = found
    if images:
        made["embed"] = {"$type": IMAGES, "images": images}
    if reply:
        made["reply"] = dict(reply)
    _check(made)
    return made


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _facets(text: str, did_of: DidOf) -> list[dict[str, Any]]:
    """Links, tags and mentions by UTF-8 byte, in order. Whoever cannot be found stays plain text, as in the app."""
    from atproto_client.models.utils import get_model_as_dict
    from atproto_client.utils.facet_detection import detect_facets, detect_mentions

    found = [_bare(get_model_as_dict(one)) for one in detect_facets(text)]
    for mention in detect_mentions(text):
        if did := did_of(mention.handle):
            feature = {"$type": "app.bsky.richtext.facet#mention", "did": did}
            found.append(
                {"index": {"byteStart": mention.byte_start, "byteEnd": mention.byte_end}, "features": [feature]}
            )
    return sorted(found, key=lambda one: int(one["index"]["byteStart"]))


def _bare(facet: dict[str, Any]) -> dict[str, Any]:
    """Without the types that the app does not write either."""
    index = {name: facet["index"][name] for name in ("byteStart", "byteEnd")}
    return {"index": index, "features": facet["features"]}


def _check(made: dict[str, Any]) -> None:
    from atproto_client.models import AppBskyFeedPost
    from pydantic import ValidationError

    try:
        AppBskyFeedPost.Record.model_validate(made, context={"strict_string_format": True})
    except ValidationError as error:
        where = sorted({".".join(map(str, one["loc"])) for one in error.errors()})
        raise Unfit(f"Bluesky's own schema refuses {', '.join(where)}") from None
