"""Is this our post? Texts compared as people read them, and the rule by which reading back says found, absent or ask."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from socialq.domain.outcomes import Absent, Found, Look, LookFailed, Near

RESEMBLES = 0.6
BEFORE_START = timedelta(minutes=10)
OTHERS_SINCE = timedelta(hours=26)


@dataclass(frozen=True)
class Seen:
    """A post as the network shows it."""

    remote_id: str
    text: str
    media: int
    created_at: datetime
    url: str = ""


@dataclass(frozen=True)
class Wanted:
    """The post that may be out: what was sent when, ids that belong to other posts, one that must be visible in a complete look."""

    text: str
    media: int
    started_at: datetime
    taken: frozenset[str] = frozenset()
    known: str | None = None


def normalise(text: str) -> str:
    """NFC, case folded, zero-width characters out, white space folded."""
    text = re.sub("[\u200b\u2060\ufeff\u00ad]", "", unicodedata.normalize("NFC", text))
    return re.sub(r"\s+", " ", text).strip().casefold()


def fingerprint(text: str, media: Iterable[str]) -> str:
    """What makes two deliveries the same post to a reader: normalised text and the checksums of its media, in order."""
    return hashlib.sha256("\0".join([normalise(text), *media]).encode()).hexdigest()


def resemblance(one: str, other: str) -> float:
    """Shared words over all words, 0 to 1 (Jaccard). A link is one word, whichever: networks shorten, rewrite and append them."""
    a, b = _words(one), _words(other)
    return len(a & b) / len(a | b) if a | b else 0.0


def judge(seen: Iterable[Seen], wanted: Wanted, *, complete: bool) -> Look:
    """Exactly one free, equal post from shortly before the start on is ours. Anything like it is `Near`: a person is asked."""
    seen = list(seen)
    free = [post for post in seen if post.remote_id not in wanted.taken]
    hits = [post for post in free if _equal(post, wanted) and post.created_at >= wanted.started_at - BEFORE_START]
    if len(hits) == 1:
        return Found(hits[0].remote_id, hits[0].url)
    if len(hits) > 1:
        return Near("more than one post reads the same", hits[0].url)
    if not complete:
        return LookFailed("the list does not reach back to the moment of sending")
    if wanted.known and wanted.known not in {post.remote_id for post in seen}:
        return LookFailed("a post that is known to be there was not in the list")
    near = [post for post in free if post.created_at >= wanted.started_at - OTHERS_SINCE and _alike(post, wanted)]
    return Near("a post that resembles it is there", near[0].url) if near else Absent()


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", re.sub(r"https?://\S+", " link ", normalise(text))))


def _equal(post: Seen, wanted: Wanted) -> bool:
    return normalise(post.text) == normalise(wanted.text) and post.media == wanted.media


def _alike(post: Seen, wanted: Wanted) -> bool:
    if not normalise(post.text) or not normalise(wanted.text):
        return wanted.media > 0 and post.media == wanted.media
    return resemblance(post.text, wanted.text) >= RESEMBLES
