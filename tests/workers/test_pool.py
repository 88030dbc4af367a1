"""The pool: order within a lane, one thread a lane, a quarter for a host, closing, and threads that do not come back."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.workers.installation import until
from workers.pool import Lane, Pool


class Bench:
    """Work that waits until it is let go, and writes down what happened."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.ended: list[int] = []
        self.at_once: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.gate = threading.Event()
        self._lock = threading.Lock()

    def lane(self, key: int, *ids: int, host: str = "") -> Lane:
        return Lane(("publish", key), host, ids, lambda these: self._work(host, these))

    def _work(self, host: str, ids: list[int]) -> None:
        with self._lock:
            self.begun += ids
            self.at_once[host] += 1
            self.most[host] = max(self.most[host], self.at_once[host])
        assert self.gate.wait(30)
        with self._lock:
            self.at_once[host] -= 1
            self.ended += ids


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.gate.set()


def test_a_lane_is_worked_through_in_order_by_one_thread_at_a_time(bench: Bench) -> None:
    pool = Pool(8)
    pool.submit(bench.lane(1, *range(1, 51), host="one"))
    pool.submit(bench.lane(1, *range(40, 61), host="one"))
    bench.gate.set()
    until(lambda: len(bench.ended) == 60)
    assert bench.ended == list(range(1, 61)), "in order, and what was waiting already is not taken twice"
    assert bench.most["one"] == 1
    pool.close()


def test_no_host_has_more_than_a_quarter(bench: Bench) -> None:
    pool = Pool(8)
    for key in range(6):
        pool.submit(bench.lane(key, key, host="hangs"))
    pool.submit(bench.lane(100, 100, host="healthy"))
    until(lambda: 100 in bench.begun)
    assert len(bench.begun) == 3
    bench.gate.set()
    until(lambda: len(bench.ended) == 7)
    assert bench.most["hangs"] == 2
    pool.close()


def test_a_small_pool_still_serves_every_host(bench: Bench) -> None:
    pool = Pool(2)
    bench.gate.set()
    pool.submit(bench.lane(1, 1, host="only"))
    until(lambda: bench.ended == [1])
    pool.close()


def test_all_lanes_get_their_turn(bench: Bench) -> None:
    """A channel with a hundred posts does not hold up one with a single post."""
    pool = Pool(1)
    pool.submit(bench.lane(1, *range(1, 101)))
    until(lambda: bench.begun == [1])
    pool.submit(bench.lane(2, 500))
    bench.gate.set()
    until(lambda: len(bench.ended) == 101)
    assert bench.ended.index(500) <= 2
    pool.close()


def test_a_full_pool_lets_nobody_in_until_there_is_room(bench: Bench) -> None:
    pool = Pool(1)
    pool.submit(bench.lane(0, 0))
    until(lambda: bench.begun == [0])
    for key in range(1, 5):
        pool.submit(bench.lane(key, key))
    with ThreadPoolExecutor(1) as other:
        late = other.submit(pool.submit, bench.lane(9, 9))
        assert not late.done()
        bench.gate.set()
        assert late.result(30) == []
    until(lambda: 9 in bench.ended)
    pool.close()


def test_closing_hands_back_what_has_not_begun(bench: Bench) -> None:
    pool = Pool(1)
    pool.submit(bench.lane(1, 1, 2, 3))
    until(lambda: bench.begun == [1])
    assert pool.close() == {("publish", 1): [2, 3]}
    assert pool.submit(bench.lane(2, 4)) == [4]
    assert not pool.wait(0.05)
    bench.gate.set()
    assert pool.wait(30)
    assert bench.ended == [1]


def test_a_thread_that_does_not_come_back_is_named_and_not_waited_for(bench: Bench) -> None:
    pool = Pool(4)
    free = threading.Event()
    pool.submit(bench.lane(1, 1))
    pool.submit(Lane(("publish", 2), "", [2], lambda _: free.set()))
    until(lambda: bench.begun == [1] and free.is_set())
    until(lambda: pool.overstayed(0.05))
    lost = pool.overstayed(0.05)
    assert [(one.key, one.id) for one in lost] == [(("publish", 1), 1)]
    pool.close()
    assert pool.wait(30, besides=lost)


def test_work_that_fails_costs_no_thread(bench: Bench) -> None:
    pool = Pool(1)

    def fail(_ids: list[int]) -> None:
        raise ValueError("a network returned nonsense")

    pool.submit(Lane(("publish", 1), "", [1, 2, 3], fail))
    bench.gate.set()
    pool.submit(bench.lane(2, 4))
    until(lambda: bench.ended == [4])
    assert pool.wait(30)
    pool.close()
