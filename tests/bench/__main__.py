"""`make bench`: the performance table, each row beside the limit of the same run. Exit 1 only when a row could not be measured.

python -m tests.bench [words of a row's name] [sqlite|postgresql]      RUNS=3 gives medians of three"""

import os
import statistics
import sys
import traceback

from tests.bench.rows import ROWS, Figure, Row

HEAD = f"{'workload':36}{'database':12}{'measured':>18} {'limit':>16}{'ratio':>7}  {'goal':34}beside"


def main(words: list[str]) -> int:
    databases = [w for w in words if w in ("sqlite", "postgresql")] or ["sqlite", "postgresql"]
    wanted = " ".join(w for w in words if w not in databases)
    runs = int(os.environ.get("RUNS", "1"))
    print(HEAD, flush=True)
    measured = [_show(row, database, runs) for row in ROWS if wanted in row.name for database in databases]
    return 0 if measured and all(measured) else 1


def _show(row: Row, database: str, runs: int) -> bool:
    try:
        found = [row.run(database) for _ in range(runs)]
    except Exception:  # one row that cannot be measured leaves the others
        print(f"{row.name:36}{database:12}could not be measured", traceback.format_exc(), sep="\n", flush=True)
        return False
    for figures in zip(*found, strict=True):
        print(_line(sorted(figures, key=lambda one: one.value)[len(figures) // 2], database, figures), flush=True)
    return True


def _line(median: Figure, database: str, figures: tuple[Figure, ...]) -> str:
    spread = f" ±{statistics.pstdev(one.value for one in figures):.2g}" if len(figures) > 1 else ""
    value = f"{median.value:.2f}{spread} {median.unit}"
    limit = f"{median.limit:.2f} {median.unit}" if median.limit is not None else "–"
    ratio = f"{median.ratio:.2f}" if median.ratio is not None else "–"
    return f"{median.what:36}{database:12}{value:>18} {limit:>16}{ratio:>7}  {median.goal:34}{median.note}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
