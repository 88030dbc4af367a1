"""What `socialq up` costs while nothing happens: memory and processor time of each process, and in all.

python -m tests.tools.idle [--demo] [--seconds 60] [--rest 20]      In all is PSS: what processes share is counted once."""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from socialq import clock
from socialq.settings import Settings
from tests.cli.desk import CODE, closed_port
from tests.workers.installation import processes, program, until

TICKS = os.sysconf("SC_CLK_TCK")
MB = 1024  # kB, as the kernel counts
DEMO_IS_OVER = 420.0  # seconds: its posts are due in the first minutes
HEAD = f"{'process':24}{'pid':>9}{'RSS MB':>9}{'PSS MB':>9}{'private':>9}{'threads':>9}{'% of a core':>13}"


@dataclass(frozen=True)
class Cost:
    """One process: kB of memory, seconds of processor time since it began."""

    name: str
    rss: int
    pss: int
    private: int
    threads: int
    seconds: float


def cost(pid: int) -> Cost:
    """What the kernel says of a process at this moment."""
    folder = Path(f"/proc/{pid}")
    rollup = [line.split() for line in (folder / "smaps_rollup").read_text().splitlines()[1:]]
    kb = {words[0].rstrip(":"): int(words[1]) for words in rollup}
    fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
    seconds = (int(fields[11]) + int(fields[12])) / TICKS
    private = kb["Private_Clean"] + kb["Private_Dirty"]
    return Cost(_name(folder), kb["Rss"], kb["Pss"], private, int(fields[17]), seconds)


def _name(folder: Path) -> str:
    """The last words of its command line that say something."""
    words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode().split()
    for mark in ("socialq.web", "workers", "unixsocket", "up"):
        for index, word in enumerate(words):
            if word.split(":")[0].startswith(mark):
                return "redis" if mark == "unixsocket" else " ".join(words[index : index + 2])[:23]
    return " ".join(words)[:23]


def table(before: Mapping[int, Cost], after: Mapping[int, Cost], seconds: float) -> list[str]:
    """A line for each process that was there all the time, and the sum."""
    there = {pid: one for pid, one in after.items() if pid in before}
    used = {pid: 100 * (one.seconds - before[pid].seconds) / seconds for pid, one in there.items()}
    lines = [_line(one.name, str(pid), one, used[pid]) for pid, one in sorted(there.items())]
    whole = Cost(
        "", *(sum(getattr(one, what) for one in there.values()) for what in ("rss", "pss", "private", "threads")), 0.0
    )
    return [HEAD, *lines, _line("in all", str(len(there)), whole, sum(used.values()))]


def _line(name: str, pid: str, one: Cost, used: float) -> str:
    sizes = "".join(f"{kb / MB:9.1f}" for kb in (one.rss, one.pss, one.private))
    return f"{name:24}{pid:>9}{sizes}{one.threads:9}{used:13.2f}"


def watch(settings: Settings, *, demo: bool, rest: float, seconds: float) -> list[str]:
    """Starts it, lets it come to rest, looks twice."""
    port = closed_port()
    words = [sys.executable, "-c", CODE, "up", "--port", str(port), *(["--demo"] if demo else [])]
    with program(settings, words) as process:
        until(lambda: _ready(port))
        clock.sleep(rest)
        before, began = {pid: cost(pid) for pid in processes(settings)}, clock.boottime()
        clock.sleep(seconds)
        lines = table(before, {pid: cost(pid) for pid in processes(settings)}, clock.boottime() - began)
        process.send_signal(signal.SIGINT)
        process.wait(90)
    return lines


def _ready(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def main(words: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", action="store_true", help="with the demo data, after its posts have gone out")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rest", type=float, help="seconds before the first look")
    asked = parser.parse_args(words)
    rest = asked.rest if asked.rest is not None else DEMO_IS_OVER if asked.demo else 20.0
    with tempfile.TemporaryDirectory(prefix="socialq-idle-") as folder:
        settings = Settings(data_dir=Path(folder) / "data")
        print("\n".join(watch(settings, demo=asked.demo, rest=rest, seconds=asked.seconds)))


if __name__ == "__main__":
    main(sys.argv[1:])
