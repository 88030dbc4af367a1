"""One machine under test: a data folder, a clock, and real `python -m workers` processes that can be killed, stopped and woken."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from socialq.domain.times import Times
from socialq.settings import Settings
from tests.faults.waiting import wait_until

ROOT = Path(__file__).parents[2]
SHRUNKEN = [name for name in Times.__dataclass_fields__ if name not in ("tick", "prepare_lead")]
GIVEN = [*SHRUNKEN, "tick", "publish_threads", "allow_private_hosts"]


@dataclass
class Machine:
    """`environment` reaches its processes (see injected/)."""

    folder: Path
    settings: Settings
    redis_url: str
    environment: Mapping[str, str] = field(default_factory=dict)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in ("armed", "data"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    @property
    def armed(self) -> Path:
        return self.folder / "armed"

    def share_keys(self, other: "Machine") -> None:
        """The same installation on a second machine: same keys and media, another data folder."""
        for name in ("keys", "media"):
            source, target = other.folder / "data" / name, self.folder / "data" / name
            shutil.copytree(source, target) if source.is_dir() else shutil.copy2(source, target)

    def run(self, *words: str) -> subprocess.Popen[bytes]:
        """A process, its output in the machine's folder."""
        with (self.folder / f"{len(self.processes)}-{words[0] if words else 'workers'}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "workers", *words],
                cwd=ROOT,
                env=self._environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def complain(self) -> None:
        """Raises with its last words when a process cannot begin."""
        for log in self.folder.glob(f"{len(self.processes) - 1}-*.log"):  # older ones may tell of what was done to them
            if "Traceback" in (told := log.read_text()):
                raise RuntimeError(f"{log}: {told[-2000:]}")

    def pids(self, *roles: str) -> list[int]:
        """Its living processes by their last word; all without one."""
        found = []
        for process in self.processes:
            if process.poll() is None:
                found += [process.pid, *_children(process.pid)]
        return [pid for pid in found if not roles or _last_word(pid) in roles]

    def signal(self, number: int, *roles: str) -> int:
        """How many it reached."""
        reached = 0
        for pid in self.pids(*roles):
            try:
                os.kill(pid, number)
                reached += 1
            except ProcessLookupError:
                continue
        return reached

    def sleep(self) -> None:
        """The lid is closed: every process stands still."""
        self.signal(signal.SIGSTOP)

    def wake(self) -> None:
        self.signal(signal.SIGCONT)

    def off(self) -> None:
        """The power is cut."""
        pids = self.pids()
        for pid in pids:
            _kill(pid)
        for process in self.processes:
            process.wait()
        wait_until(lambda: not any(_alive(pid) for pid in pids), 20, "a killed process is still there")

    def set_clock(self, seconds: float) -> None:
        """Its wall clock is so far ahead from now on."""
        draft = self.folder / "clock.new"
        draft.write_text(str(seconds))
        draft.rename(self.folder / "clock")

    def end(self) -> None:
        """In order where it can be."""
        self.wake()
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                pids = self.pids()
                for pid in pids:
                    _kill(pid)
                process.wait()

    def _environment(self) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("SOCIALQ_")}
        given = {f"SOCIALQ_{name.upper()}": str(getattr(self.settings, name)) for name in GIVEN}
        where = {
            "SOCIALQ_DATA_DIR": str(self.folder / "data"),
            "SOCIALQ_DATABASE_URL": self.settings.database_url,
            "SOCIALQ_REDIS_URL": self.redis_url,
            "PYTHONPATH": f"{ROOT / 'tests/faults/inject'}:{ROOT}",
            "FAULTS_DIR": str(self.folder),
            "FAULTS_CLOCK": str(self.folder / "clock"),
        }
        return clean | given | where | self.environment


def _children(pid: int) -> list[int]:
    try:
        found = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return [*found, *(grandchild for one in found for grandchild in _children(one))]


def _last_word(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").split()[-1].decode()
    except (OSError, IndexError):
        return ""


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in ("Z", "X")
    except OSError:
        return False


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
