"""What counts as engagement, and rates that name what they are a share of. Missing is not zero."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

KINDS = ("likes", "comments", "shares", "saves")


@dataclass(frozen=True)
class Rate:
    """A share and what it is a share of: "reach", "views" or "followers"."""

    value: float
    of: str


def total(values: Iterable[int | None]) -> int | None:
    """The sum of what is given; None when nothing is."""
    given = [value for value in values if value is not None]
    return sum(given) if given else None


def engagements(numbers: Mapping[str, int | None]) -> int | None:
    """Likes + comments + shares + saves, as far as the network gives them; None when it gives none of them."""
    return total(numbers.get(kind) for kind in KINDS)


def rate_of_post(numbers: Mapping[str, int | None], followers: int | None) -> Rate | None:
    """Of one post: engagements ÷ reach, else ÷ views, else ÷ followers; None when none of these is above zero."""
    done = engagements(numbers)
    for of, base in (("reach", numbers.get("reach")), ("views", numbers.get("views")), ("followers", followers)):
        if done is not None and base is not None and base > 0:
            return Rate(done / base, of)
    return None


def rate_over_posts(done: int | None, views: int | None) -> Rate | None:
    """Over several posts: engagements ÷ views, never ÷ a sum of uniques. Both must come from the same channels."""
    return Rate(done / views, "views") if done is not None and views is not None and views > 0 else None
