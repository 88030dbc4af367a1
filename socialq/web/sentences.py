"""What planning and the networks have against a post, as they write it in English, said in the reader's language. Decides nothing."""

import re
from functools import lru_cache

from socialq.errors import SocialqError
from socialq.services.i18n import Words, mark
from socialq.web import forms

KNOWN = (
    mark("There is neither text nor a picture."),
    mark("The post is empty: give it a text or a picture."),
    mark("Choose at least one channel."),
    mark("The text has %(size)s characters, %(network)s takes %(most)s."),
    mark("The text has %(size)s characters: no network takes that many."),
    mark("The text has %(size)s bytes (an emoji has up to 30), %(network)s takes %(most)s."),
    mark("There are %(size)s pictures, %(network)s takes %(most)s."),
    mark("%(network)s does not take picture %(number)s (%(type)s)."),
    mark("Picture %(number)s has %(size)s pixels, %(network)s takes %(most)s."),
    mark("Picture %(number)s moves, and %(network)s would show it standing still."),
    mark("The description of picture %(number)s has %(size)s characters, %(network)s takes %(most)s."),
    mark("That time is past: take a later one."),
    mark("That time is more than ten years ahead: take an earlier one."),
    mark("%(client)s has no slots: give the post a time."),
    mark("Every slot of %(client)s is taken for %(days)s days: give the post a time."),
    mark("Post %(post)s says the same on channel %(channel)s within 24 hours: change the text."),
    mark("The post has been changed since: look at the new version first."),
    mark("The post is no longer only waiting (%(states)s): nothing was changed."),
    mark("The post is scheduled already: move it, or take it off the schedule first."),
    mark("The post is not scheduled, it is %(state)s."),
    mark("The post is not in review, it is %(state)s."),
    mark("Only a draft can be sent for review; this post is %(state)s."),
    mark("The post still waits for approval: %(client)s approves posts first."),
    mark("On channel %(channel)s the post is %(state)s (delivery %(delivery)s): settle it first."),
    mark("On channel %(channel)s the post is %(state)s (delivery %(delivery)s): make a new post."),
    mark("The post is on its way on channel %(channel)s already: look at that delivery first."),
    mark("The post is a draft: there is nothing to withdraw."),
    mark("%(file)s is too large: a picture may have %(most)s MB at most."),
)
# These stand inside a sentence; their Dutch has that as its context.
INNER = frozenset({
    "this Mastodon server", "This Mastodon server", "draft", "in review", "approved", "scheduled", "publishing", "processing",
    "unknown", "published", "failed",
})  # fmt: skip
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
