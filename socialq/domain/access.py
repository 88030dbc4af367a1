"""For how long an account may be used: when its access is renewed, when a person is told that it ends. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

EARLY = (
    0.25  # of its life: an hour's token is renewed a quarter of an hour before its end, one of 60 days 15 days before
)
SPREAD = 0.2  # of that, so that what was connected together is not renewed together
WARNINGS = {"week": timedelta(days=7), "day": timedelta(days=1)}
PATIENCE = timedelta(hours=1)
ORDER = [*WARNINGS, "over"]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Access(StrEnum):
    """How it stands with a channel's access after somebody wanted it renewed."""

    RENEWED = "renewed"  # there is a newer one, whoever got it
    BUSY = "busy"  # somebody else is at it
    LATER = "later"  # it did not work now
    OVER = "over"  # only a person can


def renew_at(now: datetime, expires_at: datetime | None, share: float) -> datetime | None:
    """Well before its end, never after it; `share` in [0, 1] spreads. None: it does not end."""
    if expires_at is None:
        return None
    life = max(expires_at - now, timedelta())
    return expires_at - life * EARLY * (1 - SPREAD * share)


def try_again(now: datetime, until: datetime | None, expires_at: datetime | None, wait: timedelta) -> datetime:
    """After a renewal that gave nothing: `wait` when it ends soon, up to an hour while there is time, never before `until`."""
    left = max((expires_at or now) - now, timedelta())
    return max(until or now, now + min(max(wait, left / 100), PATIENCE))


def warning(ends_at: datetime, now: datetime) -> str:
    """What is to be told now: "week", "day", "over"; empty while it lasts longer."""
    if ends_at <= now:
        return "over"
    reached = [name for name, ahead in WARNINGS.items() if ends_at - ahead <= now]
    return reached[-1] if reached else ""


def instant(value: Any) -> datetime | None:
    """A time as credentials hold it: seconds since 1970, or ISO 8601 with an offset. None for None. Raises ValueError."""
    if value is None:
        return None
    try:
        at = _EPOCH + timedelta(seconds=value) if type(value) is int else datetime.fromisoformat(value)
    except (TypeError, OverflowError) as error:
        raise ValueError("not a time") from error
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at.astimezone(UTC)


def whole(credentials: Mapping[str, Any]) -> bool:
    """There is something, and no field of it is empty. A lost token is a lost account."""
    return bool(credentials) and not any(value in ("", None) for value in credentials.values())
