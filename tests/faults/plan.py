"""Which rows run in which worlds: a world is dear (processes start), so rows that do not disturb each other share one."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.faults.rows import answers, controls, databases, doorbell, machines, people, processes
from tests.faults.stage import Row
from tests.faults.world import Setting

DATABASES = ("sqlite", "postgresql")
LONG = os.environ.get("LONG") == "1"


@dataclass(frozen=True)
class Group:
    """`together`: all at once; else one after the other. `long`: only in the long form; `runs`: how often there."""

    name: str
    rows: Sequence[Row]
    setting: Setting = Setting()
    together: bool = False
    databases: Sequence[str] = DATABASES
    long: bool = False
    runs: int = 3


def _times(name: str) -> dict[str, float]:
    """A lease shorter than a healthy call; looks that come while the late effect is surely on its way."""
    close = {"gap": 0.5, "network_lags": 0.5, "hard": 0.5}
    return {"lease_covers_call": {"lease": 0.4}, "one_clock": close, "quarantine": close}.get(name, {})


def _where(name: str) -> Sequence[str]:
    """On SQLite a process that stands still may have stopped all writing with it."""
    return ("postgresql",) if name == "sender_ended_before_resend" else DATABASES


def _one(group: Group) -> Sequence[str]:
    """The short form shows a control on one database."""
    return group.databases if LONG else group.databases[:1]


MANY = Setting(
    machines=(("all", "--", "--", "--", "scheduler"),)
)  # "--": a supervisor of the three roles, without a word
TIMES = {"read_limit": answers.READ_LIMIT}
HARMLESS = "near_match_asks stop_reading_back processing_deadline scheduler_misses_slot parent_first"
CONTROLS = [
    Group("control: answers", controls.HARMLESS, Setting(without=HARMLESS, times=TIMES), together=True),
    *(
        Group(f"control: {name}", [row], Setting(without=name, times=_times(name)))
        for name, row in controls.ALONE.items()
    ),
    *(
        Group(f"control: {name}", [row], replace(MANY, without=name), databases=_where(name))
        for name, row in controls.MANY.items()
    ),
    *(
        Group(
            f"control: {name}",
            [row],
            replace(machines.SETTING, without=name, times=_times(name)),
            databases=("postgresql",),
        )
        for name, row in controls.ELSEWHERE.items()
    ),
]
GROUPS = [  # those that last longest come first
    Group("processes", processes.ROWS),
    Group("alone", people.ALONE),
    Group("many", [*doorbell.REDIS, *doorbell.MANY, *controls.ROWS], MANY),
    Group("databases", [*databases.ROWS, *processes.FULL], Setting(own_cluster=True)),
    Group("answers", [*answers.ROWS, *controls.QUIET], Setting(times=TIMES), together=True),
    Group("clocks", databases.CLOCKS, Setting(clock=True)),
    Group("restored", databases.RESTORED),
    Group("people", [*people.ROWS, controls.TABS], together=True),
    Group("machines", machines.ROWS, machines.SETTING, databases=("postgresql",)),
    *(replace(group, databases=_one(group), runs=1) for group in CONTROLS),
    Group("each kill", processes.EACH_KILL, long=True),
    Group("chaos", processes.CHAOS, long=True),
    Group("shipped times", processes.SHIPPED, Setting(shrink=1.0), long=True, runs=1),
]
