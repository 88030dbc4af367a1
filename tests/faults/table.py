"""The fault table: a line for each row, kind of network and database, as soon as its last run is over."""

from dataclasses import fields
from threading import Lock

from tests.faults.judge import Verdict
from tests.faults.stage import Row

COLUMNS = {
    "runs": 5,
    "deliveries": 6,
    "kills": 6,
    "copies": 7,
    "early": 6,
    "lost": 5,
    "asked": 6,
    "failed": 7,
    "incidents": 10,
}
SHORT = {"deliveries": "deliv"}
HEAD = (
    f"{'fault':52}{'network':11}{'database':11}"
    + "".join(f"{SHORT.get(name, name):>{width}}" for name, width in COLUMNS.items())
    + f"{'worst late':>12}"
)
assert {field.name for field in fields(Verdict)} == {*COLUMNS, "late", "wrong", "broken"}


class Results:
    """`runs`: how often each (row, database) is to come."""

    def __init__(self, runs: dict[tuple[str, str], int]) -> None:
        self._left = dict(runs)
        self._lines: dict[tuple[str, str, str], Verdict] = {}
        self._bad: list[str] = []
        self._total = Verdict()
        self._lock = Lock()

    def add(self, database: str, found: list[tuple[Row, dict[str, Verdict]]]) -> None:
        with self._lock:
            for row, by_kind in found:
                for kind, verdict in by_kind.items():
                    self._lines.setdefault((row.name, kind, database), Verdict()).add(verdict)
                self._left[row.name, database] -= 1
                if not self._left[row.name, database]:
                    self._show(row, database)

    def summary(self, seconds: float) -> bool:
        total = self._total
        print(
            f"{total.deliveries} deliveries, {total.kills} kills, copies too many {total.copies}, too early {total.early}, "
            f"lost {total.lost}, asked {total.asked} (controls not counted); {len(self._lines)} lines in {seconds:.0f} s"
        )
        good = bool(self._lines) and not self._bad
        print("all as it should be" if good else f"FAILED: {'; '.join(self._bad) or 'no row has that name'}")
        return good

    def _show(self, row: Row, database: str) -> None:
        lines = {kind: v for (name, kind, where), v in self._lines.items() if (name, where) == (row.name, database)}
        if row.shows:
            control = Verdict()
            for verdict in lines.values():
                control.add(verdict)
            lines = {"all": control}
        for kind, verdict in lines.items():
            good = verdict.as_it_should_be(row.shows)
            if not row.shows:
                self._total.add(verdict)
            numbers = "".join(f"{getattr(verdict, name):{width}}" for name, width in COLUMNS.items())
            ending = f"{verdict.late:10.1f} s  {'ok' if good else 'FAILED'}"
            print(f"{row.name:52}{kind:11}{database:11}{numbers}{ending}", flush=True)
            if not good:
                self._bad.append(f"{row.name} ({kind}, {database})")
                print("".join(f"    {line}\n" for line in verdict.wrong), end="", flush=True)
