"""What servers say the time is: the `Date` of their answers beside this machine's clock, the newest of each. Judges nothing."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from socialq import clock

HALF = 0.5  # the header drops the fraction of its second
LONGEST = 2.0  # an answer that took longer does not say when its date was written
MOST = 200  # hosts


@dataclass(frozen=True)
class Word:
    """`ahead`: seconds by which the server's clock is ahead of this machine's, ± 1; `heard` in boot time."""

    ahead: float
    heard: float


class Witness:
    """One a process; shared by all its threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._words: dict[str, Word] = {}

    def hear(self, host: str, date: str, took: float = 0.0) -> None:
        """A header of an answer that came just now and took so long."""
        if took > LONGEST:
            return
        try:
            there = parsedate_to_datetime(date)
        except (TypeError, ValueError):  # no date at all
            return
        if there.tzinfo is None:  # "-0000": it does not say where
            return
        ahead = (there - clock.host_now()).total_seconds() + HALF + took / 2
        with self._lock:
            self._words.pop(host, None)
            self._words[host] = Word(ahead, clock.boottime())
            while len(self._words) > MOST:
                del self._words[next(iter(self._words))]

    def words(self, since: float) -> Mapping[str, Word]:
        """Heard since that boot time, by host."""
        with self._lock:
            return {host: word for host, word in self._words.items() if word.heard >= since}


WITNESS = Witness()
