"""`make faults`: real processes under fault, one line a row and database. Exit 1 when a row does not hold, or a control does.

python -m tests.faults [words of a row's name] [sqlite|postgresql]      LONG=1 repeats every row"""

import os
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor

from socialq import clock
from tests.faults.judge import Verdict
from tests.faults.rows import EACH_KILL, KILLS, ROWS, Row
from tests.faults.world import forget, open_world
from workers import embedded

AT_ONCE = 3
COLUMNS = {"deliveries": 11, "kills": 6, "copies_too_many": 16, "too_early": 10, "lost": 5, "asked": 6, "incidents": 10}
HEAD = (
    f"{'fault':54}{'database':12}{'runs':>5}" + "".join(f"{n:>{w}}" for n, w in COLUMNS.items()) + f"{'worst late':>11}"
)


def main(words: list[str]) -> int:
    databases = [w for w in words if w in ("sqlite", "postgresql")] or ["sqlite", "postgresql"]
    wanted = " ".join(w for w in words if w not in databases)
    long = os.environ.get("LONG") == "1"
    runs = 5 if long else 1
    rows = [*ROWS, *(EACH_KILL if long else KILLS)]
    chosen = [(row, database) for row in rows if wanted in row.name for database in databases]
    print(HEAD, flush=True)
    started = clock.boottime()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        held = list(pool.map(lambda one: _show(one[0], one[1], [_run(*one) for _ in range(runs)]), chosen))
    print(
        f"{len(chosen)} rows in {clock.boottime() - started:.0f} s; {'all as it should be' if all(held) else 'FAILED'}"
    )
    return 0 if chosen and all(held) else 1


def _run(row: Row, database: str) -> Verdict:
    with open_world(database, embedded.program()) as world:
        try:
            verdict = row.run(world)
        except Exception:  # the harness itself: as bad as a row that does not hold
            verdict = Verdict(wrong=[traceback.format_exc()])
        if verdict.holds or row.control:
            forget(world)
        else:
            verdict.wrong.append(f"its folder is kept: {world.folder}")
    return verdict


def _show(row: Row, database: str, verdicts: list[Verdict]) -> bool:
    def total(name: str) -> int:
        return sum(getattr(verdict, name) for verdict in verdicts)

    good = total("copies_too_many") > 0 if row.control else all(v.holds for v in verdicts)
    numbers = "".join(f"{total(name):{width}}" for name, width in COLUMNS.items())
    worst = max(v.worst_lateness for v in verdicts)
    print(
        f"{row.name:54}{database:12}{len(verdicts):5}{numbers}{worst:9.1f} s  {'ok' if good else 'FAILED'}",
        *(() if good else (line for v in verdicts for line in v.wrong)),
        sep="\n    ",
        flush=True,
    )
    return good


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
