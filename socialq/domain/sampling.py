"""How often numbers are pulled: the younger a post, the more often. Steps count from its publication."""

from datetime import datetime, timedelta

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
LADDER = ((DAY, HOUR), (2 * WEEK, DAY), (timedelta(days=90), WEEK))  # up to this age, one step every so often
OLDEST = LADDER[-1][0]
CHANNEL_EVERY = DAY


def next_pull(published_at: datetime, now: datetime) -> datetime | None:
    """The first step of the ladder after `now`; None when the post is too old to be asked about."""
    age, from_age = now - published_at, timedelta(0)
    for until, every in LADDER:
        if age < until:
            steps = max(age - from_age, timedelta(0)) // every + 1
            return published_at + min(from_age + steps * every, until)
        from_age = until
    return None


def is_due(published_at: datetime, last_at: datetime | None, now: datetime) -> bool:
    """Has a step passed since the last pull (or, without one, since the publication)?"""
    step = next_pull(published_at, last_at or published_at)
    return step is not None and step <= now


def next_channel_pull(last_at: datetime | None, now: datetime) -> datetime:
    """An account is asked once a day; one that never was, now."""
    return now if last_at is None else last_at + CHANNEL_EVERY
