"""Counting texts as networks count them: characters as a reader sees them, links, mentions, hashtags. No network's own rule."""

import regex

CHARACTER = regex.compile(r"\X")
# A link is counted short only where a server surely sees one too: http(s), a domain with a dot, no punctuation at its end.
_HOST = r"(?:[\p{L}\p{N}](?:[\p{L}\p{N}_-]*[\p{L}\p{N}])?\.)+\p{L}{2,}"
_REST = r"(?:[/?#](?:[^\s<>\"'()]|\([^\s<>\"'()]*\))*)?"
LINK = regex.compile(rf"(?<![\p{{L}}\p{{N}}@#/_])https?://{_HOST}(?::\d+)?{_REST}(?<![.,:;!?…»”’*~])", regex.IGNORECASE)
MENTION = regex.compile(
    r"(?<![\w/])@([a-z0-9_]+(?:[a-z0-9_.-]*[a-z0-9_])?)(?:@[a-z0-9][a-z0-9.-]*[a-z0-9])?", regex.IGNORECASE
)
HASHTAG = regex.compile(r"(?<![\w/])#([\p{L}\p{M}\p{N}_·]*[\p{L}\p{M}_][\p{L}\p{M}\p{N}_·]*)")


def graphemes(text: str) -> int:
    """Characters as a reader sees them: an emoji of a whole family is one."""
    return sum(1 for _ in CHARACTER.finditer(text))


def links(text: str) -> list[str]:
    """Every http(s) link, as written, in order."""
    return [found.group() for found in LINK.finditer(text)]


def mentions(text: str) -> list[str]:
    """Every @user and @user@host, as written, in order; none inside a link."""
    return [found.group() for found in MENTION.finditer(LINK.sub(" ", text))]


def hashtags(text: str) -> list[str]:
    """The words behind #, without it, in order; none inside a link."""
    return [found.group(1) for found in HASHTAG.finditer(LINK.sub(" ", text))]


def without_hosts(text: str) -> str:
    """`@user@host` as `@user`: what such a mention counts, and what all servers show alike. Links stay as they are."""
    parts, end = [], 0
    for link in LINK.finditer(text):
        parts += [MENTION.sub(r"@\1", text[end : link.start()]), link.group()]
        end = link.end()
    return "".join([*parts, MENTION.sub(r"@\1", text[end:])])


def count(text: str, link_characters: int | None = None) -> int:
    """Characters of a post: every link as `link_characters` (None: as written), every `@user@host` as `@user`."""
    short = without_hosts(text)
    return graphemes(short if link_characters is None else LINK.sub("x" * link_characters, short))
