"""Why a network would refuse a post, from its declared limits alone; the same rules for every network. Makes no request."""

from collections.abc import Iterator

from socialq.domain.objecting import objections
from socialq.domain.shots import Said, is_video
from socialq.networks.base import Content, Limits
from socialq.networks.text import hashtags, mentions, refused, size

EMPTY = "There is neither text nor a picture."
NO_MEDIA = "%(network)s takes no text alone: add a picture or a video."
LONG = "The text has %(size)s characters, %(network)s takes %(most)s."
MANY_BYTES = "The text has %(size)s bytes (an emoji has up to 30), %(network)s takes %(most)s."
MANY_HASHTAGS = "The text has %(size)s hashtags, %(network)s takes %(most)s."
MANY_MENTIONS = "The text names %(size)s accounts, %(network)s takes %(most)s."
UNSEEN = "The text holds a character that cannot be seen (%(code)s), and %(network)s refuses all of it: remove it."
LONG_ALT = "The description of picture %(number)s has %(size)s characters, %(network)s takes %(most)s."
LONG_VIDEO_ALT = "The description of video %(number)s has %(size)s characters, %(network)s takes %(most)s."


def problems(post: Content, limits: Limits, network: str) -> list[Said]:
    """Each with its counts; empty when the network would take the post, fitted as its limits ask."""
    found = [
        Said(msgid, values | {"network": network}) for msgid, values in [*_text(post, limits), *_alts(post, limits)]
    ]
    return [*found, *objections(post.media, limits, network)]


def _text(post: Content, limits: Limits) -> Iterator[tuple[str, dict[str, object]]]:
    text = post.text
    if not text.strip() and not post.media:
        yield EMPTY, {}
    elif limits.needs_media and not post.media:
        yield NO_MEDIA, {}
    counts = (
        (LONG, limits.size(text), limits.characters),
        (MANY_BYTES, size(text, "bytes"), limits.text_bytes),
        (MANY_HASHTAGS, len(hashtags(text)), limits.hashtags),
        (MANY_MENTIONS, len(mentions(text)), limits.mentions),
    )
    for msgid, there, most in counts:
        if most is not None and there > most:
            yield msgid, {"size": there, "most": most}
    for char in refused(text, limits.counted):
        yield UNSEEN, {"code": f"U+{ord(char):04X}"}


def _alts(post: Content, limits: Limits) -> Iterator[tuple[str, dict[str, object]]]:
    pictures = videos = 0
    for one in post.media:
        pictures, videos = (pictures, videos + 1) if is_video(one) else (pictures + 1, videos)
        if (there := size(one.alt, limits.alt_counted)) > limits.alt_characters:
            msgid, number = (LONG_VIDEO_ALT, videos) if is_video(one) else (LONG_ALT, pictures)
            yield msgid, {"number": number, "size": there, "most": limits.alt_characters}
