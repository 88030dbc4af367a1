"""The process's own daemon threads. One thread a lane at a time, ids in order, a quarter for one host; knows no database."""

import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from socialq import clock

WAITING_PER_SLOT = 4
LOOK = 0.1

Key = tuple[str, int]
Work = Callable[[list[int]], object]

log = structlog.get_logger()


@dataclass(frozen=True)
class Lane:
    """Ids of one kind and channel, to be worked through in order. `host` may have a quarter of the threads; "" has no limit."""

    key: Key
    host: str
    ids: Sequence[int]
    work: Work


@dataclass
class _Waiting:
    host: str
    work: Work
    ids: deque[int] = field(default_factory=deque)


@dataclass(frozen=True)
class Running:
    """One id in the hands of a thread since `since` (boot time)."""

    key: Key
    host: str
    id: int
    work: Work
    since: float


class Pool:
    """Takes lanes, works, and can be closed: what has not begun is handed back, what has begun is waited for."""

    def __init__(self, slots: int, stopping: Callable[[], bool] = lambda: False) -> None:
        self._share = max(1, slots // 4)
        self._most_waiting = WAITING_PER_SLOT * slots
        self._stopping = stopping
        self._changed = threading.Condition()
        self._waiting: dict[Key, _Waiting] = {}
        self._running: dict[Key, Running] = {}
        self._open = True
        self._idle_since = clock.boottime()
        for number in range(slots):
            threading.Thread(target=self._serve, name=f"pool-{number}", daemon=True).start()

    def submit(self, lane: Lane) -> list[int]:
        """Blocks while many lanes wait already. Returns the ids that it did not take because it is closing."""
        with self._changed:
            while self._open and lane.key not in self._waiting and len(self._waiting) >= self._most_waiting:
                if self._stopping():
                    return list(lane.ids)
                self._changed.wait(LOOK)
            if not self._open:
                return list(lane.ids)
            waiting = self._waiting.setdefault(lane.key, _Waiting(lane.host, lane.work))
            waiting.ids.extend(one for one in lane.ids if one not in waiting.ids)
            self._changed.notify_all()
        return []

    def close(self) -> dict[Key, list[int]]:
        """Takes nothing more, begins nothing more. Returns what was waiting, by lane."""
        with self._changed:
            left = {key: list(waiting.ids) for key, waiting in self._waiting.items()}
            self._open, self._waiting = False, {}
            self._changed.notify_all()
        return left

    def wait(self, seconds: float, besides: Sequence[Running] = ()) -> bool:
        """Waits until all that was begun has ended (`besides` those given up); False when the time is over first."""
        given_up = {one.key for one in besides}
        with self._changed:
            return self._changed.wait_for(lambda: not self._running.keys() - given_up, timeout=seconds)

    def idle(self) -> float:
        """For how many seconds nothing has waited or been in a thread's hands."""
        with self._changed:
            return 0.0 if self._running or self._waiting else clock.boottime() - self._idle_since

    def overstayed(self, seconds: float) -> list[Running]:
        """What has been in a thread's hands for longer."""
        now = clock.boottime()
        with self._changed:
            return [one for one in self._running.values() if now - one.since > seconds]

    def _serve(self) -> None:
        while (running := self._next()) is not None:
            try:
                running.work([running.id])
            except Exception:
                log.exception("a piece of work failed", kind=running.key[0], id=running.id)
            finally:
                self._done(running)

    def _next(self) -> Running | None:
        with self._changed:
            while self._open:
                if (running := self._pick()) is not None:
                    self._running[running.key] = running
                    return running
                self._changed.wait()
        return None

    def _pick(self) -> Running | None:
        """One id of the lane that has waited longest and may run; the lane then stands at the end, so that all get their turn."""
        hosts = Counter(running.host for running in self._running.values())
        for key, waiting in self._waiting.items():
            if key in self._running or (waiting.host and hosts[waiting.host] >= self._share):
                continue
            del self._waiting[key]
            running = Running(key, waiting.host, waiting.ids.popleft(), waiting.work, clock.boottime())
            if waiting.ids:
                self._waiting[key] = waiting
            return running
        return None

    def _done(self, running: Running) -> None:
        with self._changed:
            del self._running[running.key]
            self._idle_since = clock.boottime()
            self._changed.notify_all()
