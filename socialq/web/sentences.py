"""What the networks have against a post, as they write it in English, said in the reader's language. Decides nothing."""

import re
from functools import lru_cache

from socialq.errors import SocialqError
from socialq.services.i18n import Words, mark
from socialq.web import forms

KNOWN = (
    mark("There is neither text nor a picture."),
    mark("The text has %(size)s characters, %(network)s takes %(most)s."),
    mark("The text has %(size)s bytes (an emoji has up to 30), %(network)s takes %(most)s."),
    mark("There are %(size)s pictures, %(network)s takes %(most)s."),
    mark("%(network)s does not take picture %(number)s (%(type)s)."),
    mark("Picture %(number)s has %(size)s pixels, %(network)s takes %(most)s."),
    mark("Picture %(number)s moves, and %(network)s would show it standing still."),
    mark("The description of picture %(number)s has %(size)s characters, %(network)s takes %(most)s."),
    mark("%(file)s is too large: a picture may have %(most)s MB at most."),
)
# These stand inside a sentence; their Dutch has that as its context.
INNER = frozenset({"this Mastodon server", "This Mastodon server"})
_HOLE = re.compile(r"%\\?\((\w+)\\?\)s")


def said(words: Words, english: str) -> str | None:
    """None when it is none of the known ones."""
    for known in KNOWN:
        if found := _pattern(known).fullmatch(english):
            inner = {name: _inner(words, value) for name, value in found.groupdict().items()}
            return words.text(known, **inner) if inner else words.text(known)
    return None


def refusal(words: Words, error: SocialqError) -> str:
    """A use case's no."""
    return said(words, str(error)) or forms.say(error)


def _inner(words: Words, value: str) -> str:
    if value in INNER:
        return words.within("inside a sentence", value)
    return words.number(int(value)) if value.isascii() and value.isdigit() else value


@lru_cache(maxsize=64)
def _pattern(known: str) -> re.Pattern[str]:
    return re.compile(_HOLE.sub(r"(?P<\1>.+?)", re.escape(known)), re.DOTALL)
