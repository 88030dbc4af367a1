"""What answers say of rates and quotas, as data: a network only names its reader. Decides nothing, calls nobody."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

from socialq import clock
from socialq.networks.call import Remaining

SHORTEST_WAIT, LONGEST_WAIT = timedelta(seconds=1), timedelta(days=1)
USUAL_WAIT = timedelta(minutes=5)  # of a refusal that does not say how long
UNIX = 1_000_000_000  # a smaller number is seconds from now
HOUR = timedelta(hours=1)
SHARES = ("call_count", "total_time", "total_cputime")
RETRY_AFTER = "retry-after"
REFUSED = "wait"  # the name of what is left after a bare 429: nothing
TOO_MANY = 429

Headers = Mapping[str, str]


class Reader(Protocol):
    """How one network writes it. `reset` names the header that also says when a refusal ends."""

    @property
    def reset(self) -> str: ...
    @property
    def scope(self) -> str: ...
    def read(self, headers: Headers) -> list[Remaining]: ...


@dataclass(frozen=True)
class Counted:
    """Three headers: `…limit`, `…remaining` and `…reset`, the last as Unix seconds, seconds to come, or a date.

    `only_posts`: only what makes a post takes from it."""

    prefix: str
    name: str = "requests"
    scope: str = "channel"
    only_posts: bool = False

    @property
    def reset(self) -> str:
        return f"{self.prefix}reset"

    def read(self, headers: Headers) -> list[Remaining]:
        """Empty when one of the three is not there or cannot be read."""
        size, left = (headers.get(f"{self.prefix}{what}", "") for what in ("limit", "remaining"))
        wait = _wait(headers, self.reset)
        if not (size.isdecimal() and left.isdecimal()) or wait is None:
            return []
        resets_at = clock.host_now() + _bounded(wait)
        return [Remaining(self.name, int(size), int(left), resets_at, self.scope, self.only_posts)]


@dataclass(frozen=True)
class Used:
    """Shares in percent, as Meta writes them: alone, or in lists under an account's id, with the minutes until there is more.

    The shares are of the hour that has just gone by: after an hour of silence all is there again."""

    header: str
    name: str = "usage"
    scope: str = "app"
    reset: str = ""

    def read(self, headers: Headers) -> list[Remaining]:
        """One for each kind of use that the header names."""
        try:
            said = json.loads(headers.get(self.header, ""))
        except ValueError:
            return []
        found: dict[str, Remaining] = {}
        for use in _uses(said):
            one = self._left(use)
            found[one.name] = min(found.get(one.name, one), one, key=lambda both: both.left)
        return list(found.values())

    def _left(self, use: Mapping[str, Any]) -> Remaining:
        percent = max((_number(use.get(name)) for name in SHARES), default=0.0)
        minutes = _number(use.get("estimated_time_to_regain_access"))
        left = 0 if minutes else max(0, 100 - math.ceil(percent))
        resets_at = clock.host_now() + (_bounded(timedelta(minutes=minutes)) if minutes else HOUR)
        kind = use.get("type")
        name = f"{kind} {self.name}"[:64] if isinstance(kind, str) else self.name
        return Remaining(name, 100, left, resets_at, self.scope)


@dataclass(frozen=True)
class Either:
    """More than one reader for the same answer."""

    readers: tuple[Reader, ...]
    reset: str = ""
    scope: str = "channel"

    def read(self, headers: Headers) -> list[Remaining]:
        return [one for reader in self.readers for one in reader.read(headers)]


META = Either((Used("x-app-usage"), Used("x-business-use-case-usage", scope="channel")))


def read(reader: Reader | None, status: int, headers: Headers) -> list[Remaining]:
    """What an answer says is left. A refusal for rate leaves nothing, whatever its headers count. Without a reader: nothing is said."""
    if reader is None:
        return []
    headers = _lower(headers)
    found = reader.read(headers)
    if status == TOO_MANY and all(one.left > 0 for one in found):
        found.append(Remaining(REFUSED, 0, 0, again_at(reader, headers), reader.scope))
    return found


def again_at(reader: Reader, headers: Headers) -> datetime:
    """When a refusal for rate ends, on our clock: the wait is measured between two times of the server's."""
    headers = _lower(headers)
    waits = [wait for name in (RETRY_AFTER, reader.reset) if (wait := _wait(headers, name)) is not None]
    waits += [one.resets_at - clock.host_now() for one in reader.read(headers) if not waits and not one.left]
    return clock.host_now() + _bounded(max(waits, default=USUAL_WAIT))


def date(headers: Headers) -> datetime | None:
    """The server's clock when it answered."""
    return _http_date(_lower(headers).get("date", ""))


def _wait(headers: Headers, name: str) -> timedelta | None:
    """How long until the time that a header names, on the server's clock. None: it says nothing that we can read."""
    text = headers.get(name, "").strip()
    try:
        if text.replace(".", "", 1).isdecimal() and float(text) < UNIX:
            return timedelta(seconds=float(text))
        found = datetime.fromtimestamp(float(text), UTC) if text.isdecimal() else datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        found_or_none = _http_date(text)
        if found_or_none is None:
            return None
        found = found_or_none
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found - (_http_date(headers.get("date", "")) or clock.host_now())


def _http_date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _uses(said: Any) -> Iterator[Mapping[str, Any]]:
    """Objects that hold shares, however deep under ids and lists."""
    if isinstance(said, dict) and any(name in said for name in SHARES):
        yield said
    elif isinstance(said, dict | list):
        for inner in said.values() if isinstance(said, dict) else said:
            yield from _uses(inner)


def _number(value: Any) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return max(0.0, float(value)) if number else 0.0


def _bounded(wait: timedelta) -> timedelta:
    return min(max(wait, SHORTEST_WAIT), LONGEST_WAIT)


def _lower(headers: Headers) -> Headers:
    return {name.lower(): value for name, value in headers.items()}
