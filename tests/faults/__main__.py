"""`make faults`: real processes under fault, a line a row, network and database; exit 1 when one is not as it should be.
`python -m tests.faults [words of a row's name] [sqlite|postgresql] [a kind of network]`; SEED repeats, LONG=1 runs everything,
AT_ONCE says how many worlds stand side by side. See docs/faults.md."""

import os
import random
import secrets
import sys
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from socialq import clock
from tests.faults import table
from tests.faults.judge import Verdict, judge
from tests.faults.plan import DATABASES, GROUPS, LONG, Group
from tests.faults.stage import ALL, Row, Stage
from tests.faults.world import World, forget, open_world
from workers import embedded

AT_ONCE = int(os.environ.get("AT_ONCE", "6"))
TRIES = 3
LONGEST = 8  # worlds that are named at the end: none is quicker than its longest world
SEED = os.environ.get("SEED") or secrets.token_hex(4)


@dataclass(frozen=True)
class Job:
    """One world: some rows of a group on a database."""

    group: Group
    rows: list[Row]
    database: str
    kinds: tuple[str, ...]
    run: int


def main(words: list[str]) -> int:
    databases = tuple(w for w in words if w in DATABASES) or DATABASES
    kinds = tuple(w for w in words if w in ALL) or ALL
    wanted = " ".join(w for w in words if w not in DATABASES and w not in ALL)
    jobs = [job for group in GROUPS for job in _jobs(group, wanted, databases, kinds)]
    print(f"seed {SEED}, {len(jobs)} worlds\n{table.HEAD}", flush=True)
    started, worlds = clock.boottime(), list[tuple[float, str]]()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = table.Results(_runs(jobs))
        for done in as_completed([pool.submit(_timed, job) for job in jobs]):
            job, verdicts, seconds = done.result()
            results.add(job.database, verdicts)
            worlds.append((seconds, f"{job.group.name} {job.database}"))
    print(
        "longest worlds: "
        + ", ".join(f"{name} {seconds:.0f} s" for seconds, name in sorted(worlds)[: -LONGEST - 1 : -1])
    )
    good = results.summary(clock.boottime() - started)
    return 0 if jobs and good else 1


def _jobs(group: Group, wanted: str, databases: tuple[str, ...], kinds: tuple[str, ...]) -> Iterator[Job]:
    if group.long and not LONG and not wanted:
        return
    for database in databases:
        rows = [row for row in group.rows if wanted in row.name and row.only in ("", database)]
        if rows and database in group.databases:
            for run in range(group.runs if LONG else 1):
                yield Job(group, rows, database, kinds, run)


def _runs(jobs: list[Job]) -> dict[tuple[str, str], int]:
    """How often each row runs on each database: its line is printed after the last time."""
    found: dict[tuple[str, str], int] = {}
    for job in jobs:
        for row in job.rows:
            found[row.name, job.database] = found.get((row.name, job.database), 0) + 1
    return found


def _timed(job: Job) -> tuple[Job, list[tuple[Row, dict[str, Verdict]]], float]:
    started = clock.boottime()
    return job, _played(job), clock.boottime() - started


def _played(job: Job) -> list[tuple[Row, dict[str, Verdict]]]:
    """What a guard keeps out comes only now and then: a control gets three worlds to show it."""
    for _ in range(TRIES - 1):
        found = _played_once(job)
        controls = [(row, by_kind) for row, by_kind in found if row.shows]
        if all(v.as_it_should_be(row.shows) for row, by_kind in controls for v in by_kind.values()):
            return found
    return _played_once(job)


def _played_once(job: Job) -> list[tuple[Row, dict[str, Verdict]]]:
    try:
        with open_world(job.database, embedded.program(), job.group.setting) as world:
            world.start()
            found = _together(world, job) if job.group.together else _in_turn(world, job)
            bad = [v for row, by_kind in found for v in by_kind.values() if not v.as_it_should_be(row.shows)]
            for verdict in bad[:1]:
                verdict.wrong.append(f"the world's folder is kept: {world.folder}")
    except Exception:  # the harness itself: as bad as a row that does not hold
        return [(row, {"": Verdict(runs=1, broken=1, wrong=[traceback.format_exc()])}) for row in job.rows]
    if not bad:
        forget(world)
    return found


def _stage(world: World, row: Row, job: Job) -> Stage:
    kinds = [kind for kind in row.kinds if kind in job.kinds or kind not in ALL]
    return Stage(row, world, random.Random(f"{SEED} {row.name} {job.database} {job.run}"), kinds, LONG)


def _together(world: World, job: Job) -> list[tuple[Row, dict[str, Verdict]]]:
    stages = [_stage(world, row, job) for row in job.rows]
    plays = [(stage, stage.row.run(stage)) for stage in stages]
    while plays:
        plays = [(stage, play) for stage, play in plays if _step(stage, play)]
        for stage, _ in plays:
            stage.settle()
    return [(stage.row, judge(stage)) for stage in stages]


def _in_turn(world: World, job: Job) -> list[tuple[Row, dict[str, Verdict]]]:
    found = []
    for row in job.rows:
        stage = _stage(world, row, job)
        play = row.run(stage)
        while _step(stage, play):
            stage.settle()
        found.append((row, judge(stage)))
    return found


def _step(stage: Stage, play: Iterator[None]) -> bool:
    """False: it has ended. What a row raises is what it found wrong."""
    try:
        next(play)
        return True
    except StopIteration:
        return False
    except Exception:
        stage.wrong.append(traceback.format_exc())
        stage.broken = 1
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
