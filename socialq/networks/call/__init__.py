"""One bounded use of the outside world: every address guarded, every byte under a deadline, the lease looked at before the first one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import requests
from requests.adapters import DEFAULT_CA_BUNDLE_PATH

from socialq import clock
from socialq.domain.outcomes import NotSent
from socialq.networks import guard
from socialq.networks.call.adapter import Adapter, Overrun, Session, TooBig
from socialq.networks.call.exchange import Exchange

__all__ = ["Call", "Overrun", "Remaining", "TooBig", "TooLate", "not_out", "plainly"]


class TooLate(Exception):
    """The lease was looked at before the first byte and had run out: nothing was sent. No OSError, or urllib3 would wrap it."""


@dataclass(frozen=True)
class Remaining:
    """What a network says is left until `resets_at`, on our clock. `name` is its own word ("posts"); `scope`: channel, app or host.

    `only_posts`: only what makes a post takes from it, not every request. `size` 0: nobody says how much there is."""

    name: str
    size: int
    left: int
    resets_at: datetime
    scope: str = "channel"
    only_posts: bool = False


class Call:
    """For one piece of work with one account; not shared between threads.

    `connect_within` and `total` are seconds: to the first byte, and from there to the end of each request. `gate` is asked
    directly before the first byte of the request that follows `arm()`; it raises TooLate to let nothing out."""

    trust = DEFAULT_CA_BUNDLE_PATH
    body_limit = 10_000_000  # bytes of an answer, unpacked

    def __init__(
        self,
        *,
        connect_within: float,
        total: float,
        allow_private: bool = False,
        gate: Callable[[], None] | None = None,
    ) -> None:
        self.wrote = False  # a byte of the armed request may have left
        self.timed_out = False  # the newest request ran out of time
        self.answered = False  # … or was answered, whatever with
        self.remaining: list[Remaining] = []  # what answers said is left, the newest last
        self.hold: int | None = None  # what was taken from budgets for it
        self.began = clock.boottime()  # what answers say is at least as new
        self.connect_within = connect_within
        self.total = total
        self.allow_private = allow_private
        self._gate = gate
        self._armed = False
        self._sessions: list[requests.Session] = []

    def session(self) -> requests.Session:
        """A fresh session over guarded connections: no redirects, no retries, no proxies, no connection used twice.

        Its requests raise guard.Blocked, TooLate, Overrun, TooBig or another of requests' exceptions."""
        session = Session(Adapter(self._exchange, trust=self.trust, body_limit=self.body_limit, heard=self._heard))
        self._sessions.append(session)
        return session

    def arm(self) -> None:
        """The next request is the one that counts."""
        self._armed = True

    def first_byte(self) -> None:
        """Before the first byte of every request; a network without sockets calls it before its effect. Raises TooLate."""
        if self._armed:
            if self._gate is not None:
                self._gate()
            self._armed = False
            self.wrote = True

    def count(self, *remaining: Remaining) -> None:
        """A network hands on what an answer said of its budget."""
        self.remaining += remaining

    def close(self) -> None:
        """Closes what its sessions hold."""
        for session in self._sessions:
            session.close()
        self._sessions.clear()

    def _heard(self, *, answered: bool) -> None:
        self.timed_out, self.answered = not answered, answered

    def _exchange(self) -> Exchange:
        return Exchange(
            connect_within=self.connect_within,
            total=self.total,
            allow_private=self.allow_private,
            first_byte=self.first_byte,
        )


def not_out(call: Call, error: Exception) -> NotSent:
    """What an exception around the armed request means: NotSent when nothing can have left, else it is raised again."""
    if call.wrote:
        raise error
    return NotSent(plainly(error))


def plainly(error: Exception) -> str:
    """What went wrong, without addresses, headers or whatever else an exception's own text may carry."""
    match error:
        case TooLate():
            return "the time for sending it was over before the first byte"
        case guard.Blocked():
            return str(error)
        case requests.exceptions.SSLError():
            return "the server's certificate could not be verified"
        case Overrun() | requests.exceptions.ReadTimeout():
            return "the server did not answer in time"
        case requests.exceptions.ConnectTimeout():
            return "the server could not be reached in time"
        case requests.exceptions.ConnectionError() | requests.exceptions.ChunkedEncodingError():
            return "the connection to the server failed"
        case _:
            return f"the call failed ({type(error).__name__})"
